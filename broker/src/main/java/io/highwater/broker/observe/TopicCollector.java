package io.highwater.broker.observe;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/**
 * Sizes of the topics, which come and go between two scrapes, and of all together. By topic and not by partition: a node
 * may have tens of thousands of partitions. Safe for any thread.
 */
final class TopicCollector implements MultiCollector {
    private final NodeReadings node;

    TopicCollector(final NodeReadings node) {
        this.node = node;
    }

    @Override
    public MetricSnapshots collect() {
        final GaugeSnapshot.Builder bytes =
                GaugeSnapshot.builder().name("highwater_topic_log_bytes").help("Size of a topic's logs on this node");
        final GaugeSnapshot.Builder partitions =
                GaugeSnapshot.builder().name("highwater_topic_partitions").help("A topic's partitions on this node");
        long allBytes = 0;
        long allPartitions = 0;
        for (final NodeReadings.TopicReading topic : node.topics()) {
            final Labels labels = Labels.of("topic", topic.name());
            bytes.dataPoint(point(labels, (double) topic.bytes()));
            partitions.dataPoint(point(labels, topic.partitions()));
            allBytes += topic.bytes();
            allPartitions += topic.partitions();
        }
        return MetricSnapshots.of(
                bytes.build(),
                partitions.build(),
                GaugeSnapshot.builder()
                        .name("highwater_log_bytes")
                        .help("Size of all logs on this node")
                        .dataPoint(point(Labels.EMPTY, (double) allBytes))
                        .build(),
                GaugeSnapshot.builder()
                        .name("highwater_partitions")
                        .help("Partitions on this node")
                        .dataPoint(point(Labels.EMPTY, (double) allPartitions))
                        .build());
    }

    private static GaugeDataPointSnapshot point(final Labels labels, final double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
