package io.highwater.protocol.cluster;

import io.highwater.protocol.ErrorCode;
import java.util.List;
import java.util.UUID;

/**
 * A topic as the newest metadata tells it. Immutable.
 *
 * @param name its name
 * @param id its id, {@code Uuids.ZERO} when the brokers tell none
 * @param error why nothing is known, or NONE
 * @param partitions by partition number, without gaps
 */
public record TopicView(String name, UUID id, ErrorCode error, List<Partition> partitions) {
    /** Leader of a partition that has none. */
    public static final int NO_LEADER = -1;

    /** Keeps an unchangeable copy of the list. */
    public TopicView {
        partitions = List.copyOf(partitions);
    }

    /**
     * Who leads a partition.
     *
     * @param leader a node id, or {@link #NO_LEADER}
     * @param leaderEpoch -1 when the brokers tell none
     */
    public record Partition(int leader, int leaderEpoch) {
        static final Partition UNKNOWN = new Partition(NO_LEADER, -1);
    }

    /** The partition's leader, {@link #NO_LEADER} when there is none or no such partition. */
    public int leader(final int partition) {
        return hasPartition(partition) ? partitions.get(partition).leader() : NO_LEADER;
    }

    /** The leader's epoch, -1 when not known. */
    public int leaderEpoch(final int partition) {
        return hasPartition(partition) ? partitions.get(partition).leaderEpoch() : -1;
    }

    /** True when the topic is known and has this partition. */
    public boolean hasPartition(final int partition) {
        return partition >= 0 && partition < partitions.size();
    }
}
