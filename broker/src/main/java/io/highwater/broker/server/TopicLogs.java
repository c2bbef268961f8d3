package io.highwater.broker.server;

import io.highwater.broker.metadata.TopicImage;
import io.highwater.log.FlushPolicy;
import io.highwater.log.LogConfig;
import java.util.Locale;
import java.util.UUID;

/** What a topic's configuration and the node's settings together say about a log. Pure, safe for any thread. */
final class TopicLogs {
    private static final long WEEK_MS = 7L * 24 * 3_600_000;

    private final LogConfig defaults;

    TopicLogs(final BrokerConfig config) {
        defaults = new LogConfig(
                config.get(BrokerConfig.SEGMENT_BYTES),
                config.get(BrokerConfig.ROLL_MS),
                config.get(BrokerConfig.INDEX_INTERVAL_BYTES),
                config.get(BrokerConfig.MESSAGE_MAX_BYTES),
                config.get(BrokerConfig.FLUSH_POLICY),
                config.get(BrokerConfig.FLUSH_MS),
                false,
                WEEK_MS,
                -1,
                config.get(BrokerConfig.PRODUCER_ID_EXPIRATION_MS));
    }

    /** The configuration of the topic's logs; its values were checked when the topic was created. */
    LogConfig configOf(final TopicImage topic) {
        return new LogConfig(
                (int) number(topic, "segment.bytes", defaults.segmentBytes()),
                number(topic, "segment.ms", defaults.segmentMs()),
                (int) number(topic, "index.interval.bytes", defaults.indexIntervalBytes()),
                (int) number(topic, "max.message.bytes", defaults.maxMessageBytes()),
                flushPolicy(topic),
                Math.max(1, number(topic, "flush.ms", defaults.flushMs())),
                "LogAppendTime".equals(topic.configs().get("message.timestamp.type")),
                number(topic, "retention.ms", defaults.retentionMs()),
                number(topic, "retention.bytes", defaults.retentionBytes()),
                defaults.producerIdExpirationMs());
    }

    private static long number(final TopicImage topic, final String name, final long otherwise) {
        final String text = topic.configs().get(name);
        return text == null ? otherwise : Long.parseLong(text.trim());
    }

    private FlushPolicy flushPolicy(final TopicImage topic) {
        final String text = topic.configs().get("flush.policy");
        return text == null
                ? defaults.flushPolicy()
                : FlushPolicy.valueOf(text.trim().toUpperCase(Locale.ROOT));
    }

    /** The shard of a partition: neighbours of a topic lie on different ones. */
    static int shardOf(final UUID topicId, final int partition, final int shards) {
        final long bits = topicId.getLeastSignificantBits();
        return Math.floorMod((int) (bits ^ bits >>> 32) + partition, shards);
    }
}
