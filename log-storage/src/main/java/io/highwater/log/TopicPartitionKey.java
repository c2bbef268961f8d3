package io.highwater.log;

import java.util.UUID;

/**
 * A partition as storage knows it. The topic id is part of the identity: a topic deleted and created again under the
 * same name is another one, and never sees the first one's files. Immutable.
 */
public record TopicPartitionKey(String topic, int partition, UUID topicId) {
    /** The name of the partition's directory, as in the rest of the ecosystem. */
    public String directoryName() {
        return topic + "-" + partition;
    }
}
