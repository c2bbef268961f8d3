package io.highwater.broker.metadata;

import io.highwater.broker.message.BrokerConfigRecord;
import io.highwater.broker.message.BrokerRecord;
import io.highwater.broker.message.ClusterIdRecord;
import io.highwater.broker.message.FeatureRecord;
import io.highwater.broker.message.PartitionRecord;
import io.highwater.broker.message.ProducerIdBlockRecord;
import io.highwater.broker.message.RemoveTopicRecord;
import io.highwater.broker.message.TopicConfigRecord;
import io.highwater.broker.message.TopicRecord;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Makes the next image out of one image and the records of one log entry. A topic that several records touch is opened
 * once, so that a topic of ten thousand partitions costs no more than its records. A record that does not fit the image
 * is a fault of ours, and throws.
 *
 * <p>Confined to the thread that uses it; used once.
 */
public final class MetadataReplay {
    private String clusterIdOrNull;
    private PersistentMap<String, Short> features;
    private PersistentMap<Integer, BrokerRegistration> brokers;
    private PersistentMap<UUID, TopicImage> topics;
    private PersistentMap<String, UUID> topicIds;
    private PersistentMap<String, String> collidingNames;
    private PersistentMap<Integer, PersistentMap<String, String>> brokerConfigs;
    private long nextProducerId;
    /** Topics that records of this entry touched. */
    private final TreeMap<UUID, OpenTopic> open = new TreeMap<>();

    private MetadataReplay(final MetadataImage image) {
        clusterIdOrNull = image.clusterIdOrNull();
        features = image.features();
        brokers = image.brokers();
        topics = image.topics();
        topicIds = image.topicIds();
        collidingNames = image.collidingNames();
        brokerConfigs = image.brokerConfigs();
        nextProducerId = image.nextProducerId();
    }

    /** The image after the entry at this index. */
    public static MetadataImage replay(final MetadataImage image, final long index, final List<Message> records) {
        final MetadataReplay replay = new MetadataReplay(image);
        for (final Message record : records) {
            replay.replay(record);
        }
        return replay.finish(index);
    }

    private void replay(final Message record) {
        if (record instanceof PartitionRecord partition) {
            replay(partition);
        } else if (record instanceof TopicRecord topic) {
            replay(topic);
        } else if (record instanceof TopicConfigRecord config) {
            replay(config);
        } else if (record instanceof BrokerConfigRecord config) {
            replay(config);
        } else if (record instanceof RemoveTopicRecord removed) {
            replay(removed);
        } else if (record instanceof BrokerRecord broker) {
            replay(broker);
        } else if (record instanceof ProducerIdBlockRecord block) {
            require(block.nextProducerId >= nextProducerId, "producer ids would be given out again", record);
            nextProducerId = block.nextProducerId;
        } else if (record instanceof ClusterIdRecord cluster) {
            require(clusterIdOrNull == null, "the cluster has the id " + clusterIdOrNull, record);
            clusterIdOrNull = cluster.clusterId;
        } else if (record instanceof FeatureRecord feature) {
            features = features.with(feature.name, feature.level);
        } else {
            throw new IllegalStateException("not a metadata record: " + record);
        }
    }

    private void replay(final TopicRecord record) {
        require(!topics.containsKey(record.topicId) && !open.containsKey(record.topicId), "topic id is taken", record);
        require(!topicIds.containsKey(record.name), "topic name is taken", record);
        open.put(record.topicId, new OpenTopic(record.name));
        topicIds = topicIds.with(record.name, record.topicId);
        if (TopicNames.canCollide(record.name)) {
            collidingNames = collidingNames.with(TopicNames.collisionKey(record.name), record.name);
        }
    }

    private void replay(final PartitionRecord record) {
        final List<PartitionRegistration> partitions = open(record.topicId, record).partitions;
        final int index = record.partitionIndex;
        require(index >= 0 && index <= partitions.size(), "partition leaves a gap", record);
        final PartitionRegistration partition = new PartitionRegistration(
                index,
                record.replicas,
                record.isr,
                record.leader,
                record.leaderEpoch - generationOf(record.leader),
                record.partitionEpoch);
        if (index == partitions.size()) {
            partitions.add(partition);
        } else {
            final PartitionRegistration old = partitions.get(index);
            require(record.partitionEpoch > old.partitionEpoch(), "partition epoch falls", record);
            final int oldLeaderEpoch = old.epochBase() + generationOf(old.leader());
            require(record.leaderEpoch >= oldLeaderEpoch, "leader epoch falls below " + oldLeaderEpoch, record);
            partitions.set(index, partition);
        }
    }

    private void replay(final TopicConfigRecord record) {
        final OpenTopic topic = open(record.topicId, record);
        topic.configs = record.value == null
                ? topic.configs.without(record.name)
                : topic.configs.with(record.name, record.value);
    }

    private void replay(final BrokerConfigRecord record) {
        final PersistentMap<String, String> known = brokerConfigs.get(record.brokerId);
        final PersistentMap<String, String> old = known == null ? PersistentMap.empty() : known;
        final PersistentMap<String, String> now =
                record.value == null ? old.without(record.name) : old.with(record.name, record.value);
        brokerConfigs =
                now.isEmpty() ? brokerConfigs.without(record.brokerId) : brokerConfigs.with(record.brokerId, now);
    }

    private void replay(final RemoveTopicRecord record) {
        final String name = open(record.topicId, record).name;
        open.remove(record.topicId);
        topics = topics.without(record.topicId);
        topicIds = topicIds.without(name);
        if (TopicNames.canCollide(name)) {
            collidingNames = collidingNames.without(TopicNames.collisionKey(name));
        }
    }

    private void replay(final BrokerRecord record) {
        require(record.generation > generationOf(record.brokerId), "broker generation falls", record);
        final List<BrokerRegistration.Endpoint> endpoints = new ArrayList<>(record.endpoints.size());
        for (final BrokerRecord.BrokerEndpoint endpoint : record.endpoints) {
            endpoints.add(new BrokerRegistration.Endpoint(
                    endpoint.listener, endpoint.host, endpoint.port, endpoint.securityProtocol));
        }
        brokers = brokers.with(
                record.brokerId,
                new BrokerRegistration(
                        record.brokerId,
                        record.incarnationId,
                        record.brokerEpoch,
                        record.generation,
                        record.rack,
                        endpoints));
    }

    private MetadataImage finish(final long index) {
        open.forEach((id, topic) ->
                topics = topics.with(id, new TopicImage(topic.name, id, topic.partitions, topic.configs)));
        return new MetadataImage(
                index,
                clusterIdOrNull,
                features,
                brokers,
                topics,
                topicIds,
                collidingNames,
                brokerConfigs,
                nextProducerId);
    }

    private OpenTopic open(final UUID id, final Message record) {
        final OpenTopic opened = open.get(id);
        if (opened != null) {
            return opened;
        }
        final TopicImage topic = topics.get(id);
        require(topic != null, "no such topic", record);
        final OpenTopic fresh = new OpenTopic(topic.name());
        fresh.partitions.addAll(topic.partitions());
        fresh.configs = topic.configs();
        open.put(id, fresh);
        return fresh;
    }

    private int generationOf(final int brokerId) {
        final BrokerRegistration broker = brokerId < 0 ? null : brokers.get(brokerId);
        return broker == null ? 0 : broker.generation();
    }

    private static void require(final boolean fits, final String problem, final Message record) {
        if (!fits) {
            throw new IllegalStateException("metadata log contradicts itself: " + problem + ": " + record);
        }
    }

    /** A topic while records change it. */
    private static final class OpenTopic {
        final String name;
        final List<PartitionRegistration> partitions = new ArrayList<>();
        PersistentMap<String, String> configs = PersistentMap.empty();

        OpenTopic(final String name) {
            this.name = name;
        }
    }
}
