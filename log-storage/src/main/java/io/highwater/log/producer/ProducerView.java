package io.highwater.log.producer;

/**
 * What is remembered of one producer, for people. Immutable.
 *
 * @param producerId its id
 * @param epoch its newest epoch
 * @param lastSequence sequence number of its last record in that epoch
 * @param lastTimestampMs the largest timestamp of its last batch
 */
public record ProducerView(long producerId, short epoch, int lastSequence, long lastTimestampMs) {}
