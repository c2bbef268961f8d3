package io.highwater.consumer;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.TopicPartition;

/** A partition that is being fetched. Confined to the shard. */
final class AssignedPartition {
    final TopicPartition partition;
    /** What to fetch next; -1 while it is being asked for. */
    long position = -1;
    /** A request for it is on its way. */
    boolean isFetching;
    /** Failed for good: it waits for a new assignment. */
    boolean isStopped;
    /** Answers that were handed over and not read to their end. */
    int unread;
    /** Before this it is not fetched: an attempt has failed. */
    long notBeforeMs;
    /** In a row. */
    int failures;
    /** Why the newest attempt failed; NONE when it did not. */
    ErrorCode trouble = ErrorCode.NONE;

    AssignedPartition(final TopicPartition partition) {
        this.partition = partition;
    }
}
