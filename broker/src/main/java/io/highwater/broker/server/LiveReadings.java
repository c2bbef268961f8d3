package io.highwater.broker.server;

import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.observe.NodeReadings;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogDirectory;
import io.highwater.protocol.transport.FrameBudget;
import java.util.ArrayList;
import java.util.List;

/** The readings of a node, taken from where they are at that moment. Safe for any thread. */
final class LiveReadings implements NodeReadings {
    private final BrokerNode node;
    private final FrameBudget budget;

    LiveReadings(final BrokerNode node, final FrameBudget budget) {
        this.node = node;
        this.budget = budget;
    }

    @Override
    public boolean isReady() {
        return node.isReady();
    }

    @Override
    public long frameBytesInFlight() {
        return budget.bytesInFlight();
    }

    @Override
    public long frameBytesMax() {
        return budget.bytesMax();
    }

    @Override
    public int connectionsWaitingForMemory() {
        return budget.waitingLinks();
    }

    @Override
    public long logForces() {
        final LogDirectory directory = node.directoryOrNull();
        return directory == null ? 0 : directory.forces();
    }

    @Override
    public int offlineLogDirectories() {
        return node.hasFailed() ? 1 : 0;
    }

    @Override
    public long unforcedBytes() {
        final LogDirectory directory = node.directoryOrNull();
        return directory == null ? 0 : directory.dirtyBytes();
    }

    @Override
    public List<TopicReading> topics() {
        final List<TopicReading> topics = new ArrayList<>();
        for (final HostedTopic topic : node.hosted().topics()) {
            int partitions = 0;
            long bytes = 0;
            for (final Partition partition : topic.partitions()) {
                if (partition != null) {
                    partitions++;
                    bytes += partition.log().sizeBytes();
                }
            }
            topics.add(new TopicReading(topic.name(), partitions, bytes));
        }
        return topics;
    }
}
