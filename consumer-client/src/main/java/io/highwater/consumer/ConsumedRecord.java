package io.highwater.consumer;

import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.records.LogRecord;

/**
 * A record with its partition. Immutable.
 *
 * @param partition where it was read
 * @param record offset, timestamp, key, value and headers
 */
public record ConsumedRecord(TopicPartition partition, LogRecord record) {}
