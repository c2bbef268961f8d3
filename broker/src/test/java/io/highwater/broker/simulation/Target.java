package io.highwater.broker.simulation;

import java.util.UUID;

/**
 * A partition that clients use. Two of them are equal only if they are the same object: a hash table keyed by them has
 * another order in each JVM, which is what the planted fault needs.
 */
final class Target {
    final String topic;
    final UUID topicId;
    final int partition;
    /** False from the moment its topic's deletion is asked for: nothing is promised from then on. */
    boolean isAlive = true;

    Target(final String topic, final UUID topicId, final int partition) {
        this.topic = topic;
        this.topicId = topicId;
        this.partition = partition;
    }

    @Override
    public String toString() {
        return topic + '-' + partition;
    }
}
