package io.highwater.broker.metadata;

import java.util.List;
import java.util.UUID;

/**
 * One topic.
 *
 * @param name its name.
 * @param id its id.
 * @param partitions by index, without gaps.
 * @param configs what differs from the broker's defaults.
 */
public record TopicImage(
        String name, UUID id, List<PartitionRegistration> partitions, PersistentMap<String, String> configs) {
    /** Copies the list. */
    public TopicImage {
        partitions = List.copyOf(partitions);
    }

    /** The partition, or null when there is none of that index. */
    public PartitionRegistration partitionOrNull(final int index) {
        return index >= 0 && index < partitions.size() ? partitions.get(index) : null;
    }

    /** True for the two topics that clients take for internal, by their names. */
    public boolean isInternal() {
        return TopicNames.isInternal(name);
    }
}
