package io.highwater.log.journal;

import java.util.UUID;

/**
 * A partition as the journal knows it: by topic id, since a name may be deleted and created anew.
 *
 * <p>Immutable. Ordered by the unsigned bits of the topic id, then by partition, the same on every JVM.
 */
public record PartitionId(UUID topicId, int partition) implements Comparable<PartitionId> {
    @Override
    public int compareTo(final PartitionId other) {
        int order = Long.compareUnsigned(topicId.getMostSignificantBits(), other.topicId.getMostSignificantBits());
        if (order == 0) {
            order = Long.compareUnsigned(topicId.getLeastSignificantBits(), other.topicId.getLeastSignificantBits());
        }
        return order == 0 ? Integer.compare(partition, other.partition) : order;
    }
}
