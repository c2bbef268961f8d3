package io.highwater.broker.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Where the replicas of a new topic go: leaders take turns over the brokers, beginning at a place drawn from the topic's
 * id, and the followers of one leader's partitions are spread by a distance that grows with each turn, so that the load
 * of a lost broker falls on all others. Pure; safe for any thread.
 */
final class ReplicaPlacement {
    private ReplicaPlacement() {}

    /** For each partition its replicas, the preferred leader first; {@code replicas} is at most the brokers' number. */
    static List<List<Integer>> place(
            final List<Integer> brokers, final UUID topicId, final int partitions, final int replicas) {
        final int count = brokers.size();
        final int start = (int) Long.remainderUnsigned(topicId.getLeastSignificantBits(), count);
        final List<List<Integer>> placed = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            final int leader = (start + partition) % count;
            final List<Integer> nodes = new ArrayList<>(replicas);
            nodes.add(brokers.get(leader));
            for (int follower = 0; follower < replicas - 1; follower++) {
                final int distance = 1 + (partition / count + follower) % (count - 1);
                nodes.add(brokers.get((leader + distance) % count));
            }
            placed.add(nodes);
        }
        return placed;
    }
}
