package io.highwater.broker.metadata;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopic;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** What a client may ask for when it places a new topic's replicas itself. Pure; safe for any thread. */
final class ManualAssignment {
    private ManualAssignment() {}

    /** What is wrong with the topic's assignments, or null. */
    static Refusal refusalOrNull(final MetadataImage image, final CreatableTopic topic) {
        if (topic.replicationFactor != -1) {
            return new Refusal(
                    ErrorCode.INVALID_REQUEST,
                    "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (topic.numPartitions != -1) {
            return new Refusal(
                    ErrorCode.INVALID_REQUEST,
                    "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        final Set<Integer> seen = new HashSet<>();
        int replicas = -1;
        for (final CreatableReplicaAssignment assignment : topic.assignments) {
            if (!seen.add(assignment.partitionIndex)) {
                return refused(
                        "Found multiple manual partition assignments for partition " + assignment.partitionIndex + ".");
            }
            if (assignment.partitionIndex < 0 || assignment.partitionIndex >= topic.assignments.size()) {
                return refused("Partitions should be a consecutive 0-based integer sequence.");
            }
            final Refusal refusal = nodesRefusal(image, assignment.brokerIds);
            if (refusal != null) {
                return refusal;
            }
            if (replicas != -1 && replicas != assignment.brokerIds.size()) {
                return refused("The manual partition assignment includes a partition with "
                        + assignment.brokerIds.size()
                        + " replica(s), but this is not consistent with previous partitions, which have " + replicas
                        + " replica(s).");
            }
            replicas = assignment.brokerIds.size();
        }
        return null;
    }

    /** The replicas of each partition, in partition order, of assignments that were not refused. */
    static List<List<Integer>> byPartition(final CreatableTopic topic) {
        final TreeMap<Integer, List<Integer>> sorted = new TreeMap<>();
        for (final CreatableReplicaAssignment assignment : topic.assignments) {
            sorted.put(assignment.partitionIndex, List.copyOf(assignment.brokerIds));
        }
        return List.copyOf(sorted.values());
    }

    /** What is wrong with the replicas of one partition, or null. */
    static Refusal nodesRefusal(final MetadataImage image, final List<Integer> nodes) {
        if (nodes.isEmpty()) {
            return refused("The manual partition assignment includes an empty replica list.");
        }
        final Set<Integer> seen = new HashSet<>();
        for (final Integer node : nodes) {
            if (image.brokers().get(node) == null) {
                return refused("The manual partition assignment includes broker " + node
                        + ", but no such broker is registered.");
            }
            if (!seen.add(node)) {
                return refused("The manual partition assignment includes the broker " + node + " more than once.");
            }
        }
        return null;
    }

    private static Refusal refused(final String message) {
        return new Refusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }
}
