package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.TopicPartition;

/**
 * What became of a wish to delete the oldest records of a partition. Immutable.
 *
 * @param partition the partition
 * @param error NONE when everything before the offset is gone
 * @param startOffset the first offset that is left, -1 with an error
 */
public record DeletedRecords(TopicPartition partition, ErrorCode error, long startOffset) {
    static DeletedRecords refused(final TopicPartition partition, final ErrorCode error) {
        return new DeletedRecords(partition, error, -1);
    }

    /** True when it was done. */
    public boolean isDone() {
        return error == ErrorCode.NONE;
    }
}
