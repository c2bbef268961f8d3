package io.highwater.protocol.cluster;

/**
 * A partition by its topic's name.
 *
 * @param topic name of the topic
 * @param partition from 0
 */
public record TopicPartition(String topic, int partition) {
    @Override
    public String toString() {
        return topic + '-' + partition;
    }
}
