package io.highwater.broker.core;

import io.highwater.protocol.message.Message;
import java.util.List;

/**
 * The four verbs through which brokers use the Consistent Core, whatever number of voters is behind it.
 *
 * <p>Safe for any thread. Callbacks run on the core's shard, in log order per group: they must not block, and hop to
 * their own shard for anything long.
 */
public interface Core {
    /**
     * Decides the command on the newest state and answers once what it changed is durable and visible. A command that
     * changes nothing is answered too only when everything it was decided upon is durable.
     *
     * @param deadlineMs on {@code Clock.monotonicMs()}; after it the answer is {@link CoreFailure#TIMED_OUT}, and the
     *     command may still be applied.
     */
    void propose(CoreGroup<?> group, Message command, long deadlineMs, Completion completion);

    /**
     * Answers with an index such that the state at that index, which is then visible, holds everything that was
     * acknowledged before this call.
     */
    void readIndex(CoreGroup<?> group, long deadlineMs, ReadCompletion completion);

    /**
     * Subscribes to every change after index {@code from} (0: from the beginning), until the core stops.
     */
    <S> void watch(CoreGroup<S> group, long from, Watcher<? super S> watcher);

    /** True when this node would decide a proposal now. A hint: only a completion tells. */
    boolean isLeader(CoreGroup<?> group);

    /** The end of a proposal: exactly one of its methods is called, once. */
    interface Completion {
        /** The command is decided, durable up to {@code index}, and visible. */
        void onApplied(long index, Message response);

        /** Nothing can be said about the command but what the failure says. */
        void onFailed(CoreFailure failure);
    }

    /** The end of a {@link Core#readIndex}: exactly one of its methods is called, once. */
    interface ReadCompletion {
        /** The state at this index is visible. */
        void onIndex(long index);

        /** No index can be given. */
        void onFailed(CoreFailure failure);
    }

    /**
     * Sees a group's changes, in order and exactly once.
     *
     * @param <S> the group's image.
     */
    interface Watcher<S> {
        /** Everything up to and including {@code index} at once: the first call to a watcher that begins in the past. */
        void onImage(long index, S image);

        /** The records of one log entry, and the image with them. {@code records} is never empty. */
        void onRecords(long index, List<Message> records, S image);
    }
}
