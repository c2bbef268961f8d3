package io.highwater.broker.core;

import io.highwater.broker.metadata.Decision;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a group's log means. Decide, then replay: {@link #decide} reads the state and proposes records; only
 * {@link #replay} makes a new state, the same on every node and at every restart.
 *
 * <p>{@link #decide} and {@link #replay} run on the core's shard; {@link #snapshot} may run on any thread, on an image
 * that no longer changes.
 *
 * @param <S> the immutable state.
 */
public interface StateMachine<S> {
    /** The state before the first record. */
    S empty();

    /** What the command asks for, on this state. May draw ids; must not keep anything. */
    Decision<?> decide(S state, Message command);

    /** The state after the records of the log entry at this index. No clock, no chance. */
    S replay(S state, long index, List<Message> records);

    /** Gives the sink records that, replayed in their order on {@link #empty()} at the state's index, make it again. */
    void snapshot(S state, Consumer<Message> sink);
}
