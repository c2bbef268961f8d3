package io.highwater.broker.server;

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

    TopicLogs(final BrokerConfig config) {
        configs = topicConfigs(config);
        producerIdExpirationMs = config.get(BrokerConfig.PRODUCER_ID_EXPIRATION_MS);
    }

    /** What the node's settings say for topics that say nothing themselves. */
    static TopicConfigs topicConfigs(final BrokerConfig config) {
        final Map<String, String> values = new HashMap<>();
        values.put(TopicConfigs.SEGMENT_BYTES, Integer.toString(config.get(BrokerConfig.SEGMENT_BYTES)));
        values.put(TopicConfigs.SEGMENT_MS, Long.toString(config.get(BrokerConfig.ROLL_MS)));
        values.put(TopicConfigs.INDEX_INTERVAL_BYTES, Integer.toString(config.get(BrokerConfig.INDEX_INTERVAL_BYTES)));
        values.put(TopicConfigs.MAX_MESSAGE_BYTES, Integer.toString(config.get(BrokerConfig.MESSAGE_MAX_BYTES)));
        values.put(
                TopicConfigs.FLUSH_POLICY,
                config.get(BrokerConfig.FLUSH_POLICY).name().toLowerCase(Locale.ROOT));
        values.put(TopicConfigs.FLUSH_MS, Long.toString(config.get(BrokerConfig.FLUSH_MS)));
        return new TopicConfigs(values);
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
