package io.highwater.broker.server;

import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.PersistentMap;
import io.highwater.broker.metadata.TopicConfigs;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.log.FlushPolicy;
import io.highwater.log.LogConfig;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** What a topic's configuration and the node's settings together say about a log. Pure, safe for any thread. */
final class TopicLogs {
    private static final String LOG_APPEND_TIME = "LogAppendTime";

    private final TopicConfigs configs;
    private final long producerIdExpirationMs;
    private final int nodeId;

    TopicLogs(final BrokerConfig config) {
        this(topicConfigs(config), config.get(BrokerConfig.PRODUCER_ID_EXPIRATION_MS), config.nodeId());
    }

    private TopicLogs(final TopicConfigs configs, final long producerIdExpirationMs, final int nodeId) {
        this.configs = configs;
        this.producerIdExpirationMs = producerIdExpirationMs;
        this.nodeId = nodeId;
    }

    /** What the node's settings say for topics that say nothing themselves. */
    static TopicConfigs topicConfigs(final BrokerConfig config) {
        final Map<String, String> values = new HashMap<>();
        put(config, values, BrokerConfig.SEGMENT_BYTES, TopicConfigs.SEGMENT_BYTES);
        put(config, values, BrokerConfig.ROLL_MS, TopicConfigs.SEGMENT_MS);
        put(config, values, BrokerConfig.INDEX_INTERVAL_BYTES, TopicConfigs.INDEX_INTERVAL_BYTES);
        put(config, values, BrokerConfig.MESSAGE_MAX_BYTES, TopicConfigs.MAX_MESSAGE_BYTES);
        put(config, values, BrokerConfig.RETENTION_MS, TopicConfigs.RETENTION_MS);
        put(config, values, BrokerConfig.RETENTION_BYTES, TopicConfigs.RETENTION_BYTES);
        put(config, values, BrokerConfig.FLUSH_POLICY, TopicConfigs.FLUSH_POLICY);
        put(config, values, BrokerConfig.FLUSH_MS, TopicConfigs.FLUSH_MS);
        return new TopicConfigs(values);
    }

    /** What nobody set is a default of the topic's config too. */
    private static void put(
            final BrokerConfig config,
            final Map<String, String> values,
            final ConfigKey<?> key,
            final String topicName) {
        if (config.isSet(key)) {
            values.put(topicName, config.get(key).toString().toLowerCase(Locale.ROOT));
        }
    }

    /** With what was changed at run time. */
    TopicLogs asChanged(final MetadataImage image) {
        return new TopicLogs(configs.asChanged(image, nodeId), producerIdExpirationMs, nodeId);
    }

    /** The configuration of the topic's logs; its values were checked when the topic was created. */
    LogConfig configOf(final TopicImage topic) {
        final PersistentMap<String, String> given = topic.configs();
        return new LogConfig(
                (int) configs.number(given, TopicConfigs.SEGMENT_BYTES),
                configs.number(given, TopicConfigs.SEGMENT_MS),
                (int) configs.number(given, TopicConfigs.INDEX_INTERVAL_BYTES),
                (int) configs.number(given, TopicConfigs.MAX_MESSAGE_BYTES),
                FlushPolicy.valueOf(
                        configs.text(given, TopicConfigs.FLUSH_POLICY).toUpperCase(Locale.ROOT)),
                configs.number(given, TopicConfigs.FLUSH_MS),
                LOG_APPEND_TIME.equals(configs.text(given, TopicConfigs.MESSAGE_TIMESTAMP_TYPE)),
                configs.number(given, TopicConfigs.MESSAGE_TIMESTAMP_BEFORE_MAX_MS),
                configs.number(given, TopicConfigs.MESSAGE_TIMESTAMP_AFTER_MAX_MS),
                (int) configs.number(given, TopicConfigs.MAX_DECOMPRESSED_MESSAGE_BYTES),
                configs.number(given, TopicConfigs.RETENTION_MS),
                configs.number(given, TopicConfigs.RETENTION_BYTES),
                producerIdExpirationMs);
    }

    /** The shard of a partition: neighbours of a topic lie on different ones. */
    static int shardOf(final UUID topicId, final int partition, final int shards) {
        final long bits = topicId.getLeastSignificantBits();
        return Math.floorMod((int) (bits ^ bits >>> 32) + partition, shards);
    }
}
