package io.highwater.broker.metadata;

import static io.highwater.broker.metadata.TopicConfigKey.bool;
import static io.highwater.broker.metadata.TopicConfigKey.int32;
import static io.highwater.broker.metadata.TopicConfigKey.int64;
import static io.highwater.broker.metadata.TopicConfigKey.list;
import static io.highwater.broker.metadata.TopicConfigKey.oneOf;
import static io.highwater.broker.metadata.TopicConfigKey.ratio;

import io.highwater.broker.metadata.TopicConfigKey.Type;
import io.highwater.protocol.ClientText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Every config that a topic may have: the ecosystem's full set and our own {@code flush.policy}. A config that has no
 * effect yet is accepted, kept and told; one whose effect would be missed (compaction, recompression, tiered storage) is refused.
 *
 * <p>A value in force is the topic's own, else the broker's, else the default. Immutable, so safe for any thread.
 */
public final class TopicConfigs {
    /** What happens to old records. */
    public static final String CLEANUP_POLICY = "cleanup.policy";
    /** When appended records count as stored: {@code commit}, {@code interval} or {@code os}. */
    public static final String FLUSH_POLICY = "flush.policy";
    /** Time between forces under {@code flush.policy=interval}. */
    public static final String FLUSH_MS = "flush.ms";
    /** Bytes of log between two entries of the offset index. */
    public static final String INDEX_INTERVAL_BYTES = "index.interval.bytes";
    /** The largest record once decompressed. */
    public static final String MAX_DECOMPRESSED_MESSAGE_BYTES = "max.decompressed.message.bytes";
    /** The largest batch. */
    public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    /** How far a record's time may be ahead of the broker's clock. */
    public static final String MESSAGE_TIMESTAMP_AFTER_MAX_MS = "message.timestamp.after.max.ms";
    /** How far a record's time may be behind the broker's clock. */
    public static final String MESSAGE_TIMESTAMP_BEFORE_MAX_MS = "message.timestamp.before.max.ms";
    /** Whose clock stamps records: {@code CreateTime} or {@code LogAppendTime}. */
    public static final String MESSAGE_TIMESTAMP_TYPE = "message.timestamp.type";
    /** Replicas in sync without which acks=all is refused. */
    public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
    /** Bytes above which the oldest segments go, -1 for never. */
    public static final String RETENTION_BYTES = "retention.bytes";
    /** The age at which segments go, -1 for never. */
    public static final String RETENTION_MS = "retention.ms";
    /** A segment is closed before it grows past this. */
    public static final String SEGMENT_BYTES = "segment.bytes";
    /** A segment is closed when its records span more than this. */
    public static final String SEGMENT_MS = "segment.ms";

    /** What fits a string of the protocol, and of a record of the metadata. */
    private static final int VALUE_BYTES_MAX = Short.MAX_VALUE;

    private static final Pattern THROTTLED_REPLICAS = Pattern.compile("\\*|([0-9]+:[0-9]+(,[0-9]+:[0-9]+)*+)?");

    private static final int INT_MAX = Integer.MAX_VALUE;
    private static final long LONG_MAX = Long.MAX_VALUE;
    private static final String MAX_COMPACTION_LAG_MS = "max.compaction.lag.ms";
    private static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";

    private static final PersistentMap<String, TopicConfigKey> KEYS = byName(List.of(
            list(CLEANUP_POLICY, "delete", TopicConfigs::cleanupProblem),
            new TopicConfigKey("compression.gzip.level", Type.INT, "-1", TopicConfigs::gzipLevelProblem),
            int32("compression.lz4.level", 9, 1, 17),
            oneOf("compression.type", "producer", "producer"),
            int32("compression.zstd.level", 3, -131072, 22),
            int64("delete.retention.ms", 86_400_000L, 0),
            bool("errors.deadletterqueue.group.enable", false),
            int64("file.delete.delay.ms", 60_000, 0),
            int64("flush.messages", LONG_MAX, 1),
            int64(FLUSH_MS, 1000, 0),
            oneOf(FLUSH_POLICY, "commit", "commit", "interval", "os"),
            list("follower.replication.throttled.replicas", "", TopicConfigs::replicasProblem),
            int32(INDEX_INTERVAL_BYTES, 4096, 0, INT_MAX),
            list("leader.replication.throttled.replicas", "", TopicConfigs::replicasProblem),
            int64("local.retention.bytes", -2, -2),
            int64("local.retention.ms", -2, -2),
            int64(MAX_COMPACTION_LAG_MS, LONG_MAX, 1),
            int32(MAX_DECOMPRESSED_MESSAGE_BYTES, INT_MAX, 1, INT_MAX),
            int32(MAX_MESSAGE_BYTES, 1_048_588, 0, INT_MAX),
            int64(MESSAGE_TIMESTAMP_AFTER_MAX_MS, 3_600_000, 0),
            int64(MESSAGE_TIMESTAMP_BEFORE_MAX_MS, LONG_MAX, 0),
            oneOf(MESSAGE_TIMESTAMP_TYPE, "CreateTime", "CreateTime", "LogAppendTime"),
            ratio("min.cleanable.dirty.ratio", 0.5),
            int64(MIN_COMPACTION_LAG_MS, 0, 0),
            int32(MIN_INSYNC_REPLICAS, 1, 1, INT_MAX),
            bool("preallocate", false),
            int64("remote.copy.lag.bytes", 0, -1),
            int64("remote.copy.lag.ms", 0, -1),
            bool("remote.log.copy.disable", false),
            bool("remote.log.delete.on.disable", false),
            new TopicConfigKey(
                    "remote.storage.enable",
                    Type.BOOLEAN,
                    "false",
                    value -> value.equalsIgnoreCase("false") ? null : "must be false: there is no remote storage"),
            int64(RETENTION_BYTES, -1, -1),
            int64(RETENTION_MS, 604_800_000L, -1),
            int32(SEGMENT_BYTES, 1 << 30, 1 << 20, INT_MAX),
            int32("segment.index.bytes", 10 * 1024 * 1024, 4, INT_MAX),
            int64("segment.jitter.ms", 0, 0),
            int64(SEGMENT_MS, 604_800_000L, 1),
            bool("unclean.leader.election.enable", false)));

    /** What the node's own settings are called that stand in for a topic's. */
    private static final Map<String, String> SERVER_NAMES = Map.of(
            SEGMENT_BYTES, "log.segment.bytes",
            SEGMENT_MS, "log.roll.ms",
            INDEX_INTERVAL_BYTES, "log.index.interval.bytes",
            MAX_MESSAGE_BYTES, "message.max.bytes",
            RETENTION_MS, "log.retention.ms",
            RETENTION_BYTES, "log.retention.bytes",
            FLUSH_POLICY, FLUSH_POLICY,
            FLUSH_MS, FLUSH_MS);

    private final PersistentMap<String, String> brokerValues;

    /** Changed at run time, by the names that servers have for them. */
    private final PersistentMap<String, String> ofBroker;

    private final PersistentMap<String, String> ofAllBrokers;

    /**
     * The configs of a broker that has set some itself.
     *
     * @param brokerValues by the topics' names for them; what has a problem is refused.
     */
    public TopicConfigs(final Map<String, String> brokerValues) {
        PersistentMap<String, String> values = PersistentMap.empty();
        for (final Map.Entry<String, String> entry : brokerValues.entrySet()) {
            values = values.with(entry.getKey(), entry.getValue());
        }
        final String problem = problemOrNull(values);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        this.brokerValues = values;
        this.ofBroker = PersistentMap.empty();
        this.ofAllBrokers = PersistentMap.empty();
    }

    private TopicConfigs(
            final PersistentMap<String, String> brokerValues,
            final PersistentMap<String, String> ofBroker,
            final PersistentMap<String, String> ofAllBrokers) {
        this.brokerValues = brokerValues;
        this.ofBroker = ofBroker;
        this.ofAllBrokers = ofAllBrokers;
    }

    /** These with what was changed at run time for this broker and for all. */
    public TopicConfigs asChanged(final MetadataImage image, final int brokerId) {
        return new TopicConfigs(
                brokerValues, image.brokerConfigsOf(brokerId), image.brokerConfigsOf(MetadataImage.ALL_BROKERS));
    }

    /** The server's name for what stands in for a topic's config, or null. */
    public static String serverNameOrNull(final String topicName) {
        return SERVER_NAMES.get(topicName);
    }

    /** True when topics follow this setting of the server, which so may change at run time. */
    public static boolean isServerName(final String name) {
        return SERVER_NAMES.containsValue(name);
    }

    /** All keys by name. */
    public static PersistentMap<String, TopicConfigKey> keys() {
        return KEYS;
    }

    private static long utf8Bytes(final String text) {
        return text.codePoints()
                .mapToLong(point -> point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4)
                .sum();
    }

    private static String replicasProblem(final String value) {
        return THROTTLED_REPLICAS.matcher(value).matches()
                ? null
                : "must be the literal '*' or a list of replicas in the following format:"
                        + " [partitionId]:[brokerId],[partitionId]:[brokerId],...";
    }

    /** What is wrong with a topic's own configs, or null. */
    public String problemOrNull(final PersistentMap<String, String> given) {
        for (final Map.Entry<String, String> entry : given) {
            final TopicConfigKey key = KEYS.get(entry.getKey());
            if (key == null) {
                return "Unknown topic config name: " + ClientText.shown(entry.getKey());
            }
            if (utf8Bytes(entry.getValue()) > VALUE_BYTES_MAX) {
                return "Invalid value for configuration " + entry.getKey() + ": it exceeds the maximum value size of "
                        + VALUE_BYTES_MAX + " bytes";
            }
            final String problem = key.check().apply(entry.getValue().trim());
            if (problem != null) {
                return "Invalid value " + ClientText.shown(entry.getValue()) + " for configuration " + key.name() + ": "
                        + ClientText.shown(problem);
            }
        }
        final String lowest = given.get(MIN_COMPACTION_LAG_MS);
        final String highest = given.get(MAX_COMPACTION_LAG_MS);
        return lowest != null && highest != null && Long.parseLong(lowest.trim()) > Long.parseLong(highest.trim())
                ? MIN_COMPACTION_LAG_MS + " is above " + MAX_COMPACTION_LAG_MS
                : null;
    }

    /** Every config as it is in force for a topic with these of its own, in name order. */
    public List<Effective> effective(final PersistentMap<String, String> given) {
        final List<Effective> all = new ArrayList<>(KEYS.size());
        KEYS.forEach((name, key) -> all.add(effective(key, given)));
        return all;
    }

    /** A config's value in force, as text. */
    public String text(final PersistentMap<String, String> given, final String name) {
        return effective(KEYS.get(name), given).value();
    }

    /** A numeric config's value in force. */
    public long number(final PersistentMap<String, String> given, final String name) {
        return Long.parseLong(text(given, name));
    }

    /** A boolean config's value in force. */
    public boolean flag(final PersistentMap<String, String> given, final String name) {
        return Boolean.parseBoolean(text(given, name));
    }

    /**
     * Replicas that must be in sync for acks=all: as set, else two when there are three replicas or more, else one; never
     * more than there are replicas.
     */
    public int minInsyncReplicas(final PersistentMap<String, String> given, final int replicas) {
        final Effective set = effective(KEYS.get(MIN_INSYNC_REPLICAS), given);
        final int wanted = set.source() != ConfigSource.DEFAULT ? Integer.parseInt(set.value()) : replicas >= 3 ? 2 : 1;
        return Math.min(wanted, replicas);
    }

    private Effective effective(final TopicConfigKey key, final PersistentMap<String, String> given) {
        final String own = given.get(key.name());
        if (own != null) {
            return new Effective(key, own.trim(), ConfigSource.TOPIC);
        }
        final String serverName = SERVER_NAMES.get(key.name());
        if (serverName != null) {
            final String changed = ofBroker.get(serverName);
            if (changed != null) {
                return new Effective(key, changed.trim(), ConfigSource.CHANGED_BROKER);
            }
            final String changedForAll = ofAllBrokers.get(serverName);
            if (changedForAll != null) {
                return new Effective(key, changedForAll.trim(), ConfigSource.CHANGED_ALL_BROKERS);
            }
        }
        final String broker = brokerValues.get(key.name());
        return broker != null
                ? new Effective(key, broker.trim(), ConfigSource.BROKER)
                : new Effective(key, key.defaultValue(), ConfigSource.DEFAULT);
    }

    private static String cleanupProblem(final String value) {
        for (final String policy : value.split(",", -1)) {
            if (policy.trim().equals("compact")) {
                return "compaction is not supported yet";
            }
            if (!policy.trim().equals("delete")) {
                return "must be delete";
            }
        }
        return null;
    }

    /** The codec's own level is written -1; it has no level 0, which would store without compressing. */
    private static String gzipLevelProblem(final String value) {
        return value.matches("-1|[1-9]") ? null : "must be from 1 to 9, or -1";
    }

    private static PersistentMap<String, TopicConfigKey> byName(final List<TopicConfigKey> keys) {
        PersistentMap<String, TopicConfigKey> sorted = PersistentMap.empty();
        for (final TopicConfigKey key : keys) {
            sorted = sorted.with(key.name(), key);
        }
        return sorted;
    }

    /**
     * A config as it is in force.
     *
     * @param key the config.
     * @param value its value, as text.
     * @param source who set it.
     */
    public record Effective(TopicConfigKey key, String value, ConfigSource source) {}
}
