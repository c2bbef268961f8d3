package io.highwater.broker.metadata;

import java.util.UUID;

/**
 * All metadata of the cluster at one place of the log (Versioned Value). Images share what did not change between them.
 *
 * <p>Immutable, so safe for any thread.
 *
 * @param version the index of the last log entry in it, 0 before the first.
 * @param clusterIdOrNull the cluster's id, null until it has one.
 * @param features finalized feature levels by name.
 * @param brokers registered brokers by node id.
 * @param topics topics by id.
 * @param topicIds topic ids by name.
 * @param collidingNames the names that hold a dot or an underscore, by the name with underscores for dots.
 * @param brokerConfigs settings changed at run time, by name, of each broker and of all ({@link #ALL_BROKERS}).
 * @param nextProducerId the first producer id that was never given out.
 */
public record MetadataImage(
        long version,
        String clusterIdOrNull,
        PersistentMap<String, Short> features,
        PersistentMap<Integer, BrokerRegistration> brokers,
        PersistentMap<UUID, TopicImage> topics,
        PersistentMap<String, UUID> topicIds,
        PersistentMap<String, String> collidingNames,
        PersistentMap<Integer, PersistentMap<String, String>> brokerConfigs,
        long nextProducerId) {
    /** Stands for every broker in {@link #brokerConfigs}. */
    public static final int ALL_BROKERS = -1;

    /** Before the first record. */
    public static final MetadataImage EMPTY = new MetadataImage(
            0,
            null,
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            0);

    /** The topic, or null. */
    public TopicImage topicOrNull(final UUID id) {
        return topics.get(id);
    }

    /** The topic, or null. */
    public TopicImage topicOrNull(final String name) {
        final UUID id = topicIds.get(name);
        return id == null ? null : topics.get(id);
    }

    /** The partition, or null. */
    public PartitionRegistration partitionOrNull(final UUID topicId, final int index) {
        final TopicImage topic = topics.get(topicId);
        return topic == null ? null : topic.partitionOrNull(index);
    }

    /** The broker, or null. */
    public BrokerRegistration brokerOrNull(final int id) {
        return brokers.get(id);
    }

    /** What was changed at run time for this broker, or for {@link #ALL_BROKERS}. */
    public PersistentMap<String, String> brokerConfigsOf(final int brokerId) {
        final PersistentMap<String, String> configs = brokerConfigs.get(brokerId);
        return configs == null ? PersistentMap.empty() : configs;
    }

    /** How many incarnations the node has had; 0 for no leader and for a node that never registered. */
    int generationOf(final int brokerId) {
        if (brokerId < 0) {
            return 0;
        }
        final BrokerRegistration broker = brokers.get(brokerId);
        return broker == null ? 0 : broker.generation();
    }
}
