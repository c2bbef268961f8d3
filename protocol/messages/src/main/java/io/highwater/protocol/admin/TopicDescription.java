package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import java.util.List;
import java.util.UUID;

/**
 * A topic as one broker sees it now.
 *
 * @param name the topic
 * @param id its id, {@code Uuids.ZERO} when the broker tells none
 * @param isInternal whether the cluster keeps it for itself
 * @param error why nothing is known, or NONE
 * @param partitions in the order of their numbers
 */
public record TopicDescription(String name, UUID id, boolean isInternal, ErrorCode error, List<Partition> partitions) {
    /** Keeps an unchangeable copy of the list. */
    public TopicDescription {
        partitions = List.copyOf(partitions);
    }

    /** Replicas of the first partition, 0 without one. */
    public int replicationFactor() {
        return partitions.isEmpty() ? 0 : partitions.get(0).replicas().size();
    }

    /**
     * One partition.
     *
     * @param partition its number
     * @param leader node id, -1 for none
     * @param leaderEpoch -1 when the broker does not tell
     * @param replicas node ids, the preferred leader first
     * @param inSync node ids
     * @param offline node ids of replicas that do not serve
     */
    public record Partition(
            int partition,
            int leader,
            int leaderEpoch,
            List<Integer> replicas,
            List<Integer> inSync,
            List<Integer> offline) {
        /** Keeps unchangeable copies of the lists. */
        public Partition {
            replicas = List.copyOf(replicas);
            inSync = List.copyOf(inSync);
            offline = List.copyOf(offline);
        }
    }
}
