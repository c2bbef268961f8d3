package io.highwater.broker.core;

import io.highwater.port.Shard;
import io.highwater.protocol.message.Message;
import java.util.List;

/**
 * A decided command on its way to durability. Confined to the core's shard.
 *
 * @param <S> the group's image.
 */
final class Proposal<S> {
    /** Null once answered. */
    private Core.Completion completion;

    private Shard.Timer deadline;

    /** The entry of its records; when it has none, the entry that it was decided upon. */
    final long index;

    final List<Message> records;
    /** The state with its records. */
    final S image;

    private final Message response;

    Proposal(
            final long index,
            final List<Message> records,
            final S image,
            final Message response,
            final Core.Completion completion) {
        this.index = index;
        this.records = records;
        this.image = image;
        this.response = response;
        this.completion = completion;
    }

    /** Answers {@link CoreFailure#TIMED_OUT} unless there is another answer by then. */
    void failAfter(final Shard shard, final long delayMs) {
        deadline = shard.schedule(() -> fail(CoreFailure.TIMED_OUT), delayMs);
    }

    void succeed() {
        final Core.Completion answered = takeCompletion();
        if (answered != null) {
            answered.onApplied(index, response);
        }
    }

    void fail(final CoreFailure failure) {
        final Core.Completion answered = takeCompletion();
        if (answered != null) {
            answered.onFailed(failure);
        }
    }

    private Core.Completion takeCompletion() {
        final Core.Completion taken = completion;
        completion = null;
        if (taken != null && deadline != null) {
            deadline.cancel();
        }
        return taken;
    }
}
