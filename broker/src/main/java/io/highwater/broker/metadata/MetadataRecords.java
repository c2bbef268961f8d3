package io.highwater.broker.metadata;

import io.highwater.broker.message.BrokerConfigRecord;
import io.highwater.broker.message.BrokerRecord;
import io.highwater.broker.message.ClusterIdRecord;
import io.highwater.broker.message.FeatureRecord;
import io.highwater.broker.message.PartitionRecord;
import io.highwater.broker.message.ProducerIdBlockRecord;
import io.highwater.broker.message.TopicConfigRecord;
import io.highwater.broker.message.TopicRecord;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** The records that say what an image says. Pure functions, safe for any thread. */
public final class MetadataRecords {
    private MetadataRecords() {}

    /** Records that make the image again when replayed, in this order, on the empty one at the image's version. */
    public static void ofImage(final MetadataImage image, final Consumer<Message> sink) {
        if (image.clusterIdOrNull() != null) {
            sink.accept(clusterId(image.clusterIdOrNull()));
        }
        image.features().forEach((name, level) -> sink.accept(feature(name, level)));
        // Before the partitions, whose leader epochs count from their leader's generation.
        image.brokers().forEach((id, broker) -> sink.accept(broker(broker)));
        image.brokerConfigs()
                .forEach((id, configs) -> configs.forEach((name, value) -> sink.accept(brokerConfig(id, name, value))));
        if (image.nextProducerId() > 0) {
            final ProducerIdBlockRecord block = new ProducerIdBlockRecord();
            block.brokerId = -1;
            block.brokerEpoch = -1;
            block.nextProducerId = image.nextProducerId();
            sink.accept(block);
        }
        image.topics().forEach((id, topic) -> {
            sink.accept(topic(topic.name(), id));
            for (final PartitionRegistration partition : topic.partitions()) {
                sink.accept(partition(image, id, partition));
            }
            topic.configs().forEach((name, value) -> sink.accept(topicConfig(id, name, value)));
        });
    }

    static ClusterIdRecord clusterId(final String clusterId) {
        final ClusterIdRecord record = new ClusterIdRecord();
        record.clusterId = clusterId;
        return record;
    }

    static FeatureRecord feature(final String name, final short level) {
        final FeatureRecord record = new FeatureRecord();
        record.name = name;
        record.level = level;
        return record;
    }

    static TopicRecord topic(final String name, final UUID id) {
        final TopicRecord record = new TopicRecord();
        record.name = name;
        record.topicId = id;
        return record;
    }

    static TopicConfigRecord topicConfig(final UUID id, final String name, final String value) {
        final TopicConfigRecord record = new TopicConfigRecord();
        record.topicId = id;
        record.name = name;
        record.value = value;
        return record;
    }

    static BrokerConfigRecord brokerConfig(final int brokerId, final String name, final String value) {
        final BrokerConfigRecord record = new BrokerConfigRecord();
        record.brokerId = brokerId;
        record.name = name;
        record.value = value;
        return record;
    }

    static PartitionRecord newPartition(final UUID topicId, final int index, final List<Integer> replicas) {
        final PartitionRecord record = new PartitionRecord();
        record.topicId = topicId;
        record.partitionIndex = index;
        record.replicas = replicas;
        record.isr = replicas;
        record.leader = replicas.get(0);
        return record;
    }

    private static BrokerRecord broker(final BrokerRegistration broker) {
        final BrokerRecord record = new BrokerRecord();
        record.brokerId = broker.id();
        record.incarnationId = broker.incarnation();
        record.brokerEpoch = broker.epoch();
        record.generation = broker.generation();
        record.rack = broker.rack();
        for (final BrokerRegistration.Endpoint endpoint : broker.endpoints()) {
            final BrokerRecord.BrokerEndpoint stored = new BrokerRecord.BrokerEndpoint();
            stored.listener = endpoint.listener();
            stored.host = endpoint.host();
            stored.port = endpoint.port();
            stored.securityProtocol = endpoint.securityProtocol();
            record.endpoints.add(stored);
        }
        return record;
    }

    private static PartitionRecord partition(
            final MetadataImage image, final UUID topicId, final PartitionRegistration partition) {
        final PartitionRecord record = new PartitionRecord();
        record.topicId = topicId;
        record.partitionIndex = partition.index();
        record.replicas = new ArrayList<>(partition.replicas());
        record.isr = new ArrayList<>(partition.isr());
        record.leader = partition.leader();
        record.leaderEpoch = partition.leaderEpoch(image);
        record.partitionEpoch = partition.partitionEpoch();
        return record;
    }
}
