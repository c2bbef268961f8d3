package io.highwater.broker.core;

import io.highwater.broker.metadata.Decision;
import io.highwater.broker.metadata.PersistentMap;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.function.Consumer;

/**
 * The state machine of a group whose records replace each other by key. Its only command is {@link AppendRecords}, which
 * is its own answer.
 *
 * <p>Safe for any thread because it has no state.
 */
public final class KeyedStateMachine implements StateMachine<KeyedRecords> {
    private final RecordKeys keys;

    /** A machine for records of these keys. */
    public KeyedStateMachine(final RecordKeys keys) {
        this.keys = keys;
    }

    @Override
    public KeyedRecords empty() {
        return KeyedRecords.EMPTY;
    }

    @Override
    public Decision<?> decide(final KeyedRecords state, final Message command) {
        if (command instanceof AppendRecords append) {
            return new Decision<>(append.records(), append);
        }
        throw new IllegalArgumentException("no command of this group: " + command);
    }

    @Override
    public KeyedRecords replay(final KeyedRecords state, final long index, final List<Message> records) {
        PersistentMap<String, Message> latest = state.latest();
        long heldBytes = state.heldBytes();
        for (final Message record : records) {
            final String key = keys.keyOf(record);
            final Message replaced = latest.get(key);
            if (replaced != null) {
                heldBytes -= keys.heldBytes(replaced);
            }
            if (keys.isTombstone(record)) {
                latest = latest.without(key);
            } else {
                latest = latest.with(key, record);
                heldBytes += keys.heldBytes(record);
            }
        }
        return new KeyedRecords(index, latest, heldBytes);
    }

    @Override
    public void snapshot(final KeyedRecords state, final Consumer<Message> sink) {
        state.latest().forEach((key, record) -> sink.accept(record));
    }
}
