package io.highwater.consumer;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.TopicPartition;
import java.nio.ByteBuffer;

/**
 * What the shard hands to the polling thread: batches of one partition, or the reason why there won't be any.
 *
 * @param partition which partition
 * @param assignment number of the assignment it was fetched for; of an older one it is worth nothing
 * @param records whole batches on the heap, null with an error
 * @param fromOffset records before it are not wanted: a batch comes whole
 * @param nextOffset where the partition goes on after these batches
 * @param error NONE with records
 */
record Fetched(
        TopicPartition partition,
        int assignment,
        ByteBuffer records,
        long fromOffset,
        long nextOffset,
        ErrorCode error) {}
