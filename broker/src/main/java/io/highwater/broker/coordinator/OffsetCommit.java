package io.highwater.broker.coordinator;

import java.util.UUID;

/**
 * One offset that a client wants kept.
 *
 * @param topicName the topic, which exists.
 * @param topicId its id.
 * @param partition its partition, which exists.
 * @param offset the next offset to be read.
 * @param leaderEpoch epoch of the record before, or −1.
 * @param metadata text to be kept with it.
 */
public record OffsetCommit(
        String topicName, UUID topicId, int partition, long offset, int leaderEpoch, String metadata) {}
