package io.highwater.broker.api;

import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.metadata.PartitionRegistration;
import io.highwater.broker.metadata.TopicImage;
import java.util.List;

/**
 * Which replicas of a partition are offline, as far as this node knows: its own, when it could not open it. A topic that is
 * still being opened has none.
 *
 * <p>Safe for any thread.
 */
final class OfflineReplicas {
    private final HostedPartitions hosted;
    private final List<Integer> thisNode;

    OfflineReplicas(final HostedPartitions hosted, final int nodeId) {
        this.hosted = hosted;
        this.thisNode = List.of(nodeId);
    }

    List<Integer> of(final TopicImage topic, final PartitionRegistration partition) {
        final HostedTopic open = hosted.topicOrNull(topic.id());
        final boolean isMissing = open != null
                && partition.index() < open.partitions().length
                && open.partitionOrNull(partition.index()) == null
                && partition.replicas().containsAll(thisNode);
        return isMissing ? thisNode : List.of();
    }
}
