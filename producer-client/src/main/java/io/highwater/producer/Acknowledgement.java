package io.highwater.producer;

import io.highwater.protocol.cluster.TopicPartition;

/**
 * Where a record was stored.
 *
 * @param partition its partition
 * @param offset its offset; -1 when the broker told none (acks=0, or a duplicate too old for it to remember)
 * @param timestamp its timestamp: the record's own, or the time of append if the topic says so
 */
public record Acknowledgement(TopicPartition partition, long offset, long timestamp) {}
