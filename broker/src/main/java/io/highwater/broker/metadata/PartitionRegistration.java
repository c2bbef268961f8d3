package io.highwater.broker.metadata;

import java.util.List;

/**
 * One partition as the cluster knows it.
 *
 * <p>The leader epoch is derived: each new incarnation of a broker gets the next epoch of every partition it leads by
 * its registration alone, so what is kept is the epoch less the leader's generation.
 *
 * @param index from 0 within the topic.
 * @param replicas node ids, the preferred leader first.
 * @param isr the in-sync replicas.
 * @param leader the leader's node id, or {@link #NO_LEADER}.
 * @param epochBase the leader epoch less the generation of the leader's registration (less 0 without a leader).
 * @param partitionEpoch rises with each record of the partition.
 */
public record PartitionRegistration(
        int index, List<Integer> replicas, List<Integer> isr, int leader, int epochBase, int partitionEpoch) {
    /** The leader of a partition that has none. */
    public static final int NO_LEADER = -1;

    /** Copies the lists. */
    public PartitionRegistration {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
    }

    /** The epoch in which the leader's incarnation in this image leads. Never falls from one image to the next. */
    public int leaderEpoch(final MetadataImage image) {
        return epochBase + image.generationOf(leader);
    }
}
