package io.highwater.broker.server;

import io.highwater.broker.metadata.ServerKey;
import io.highwater.broker.metadata.TopicConfigs;
import io.highwater.log.FlushPolicy;
import io.highwater.protocol.transport.TransportOptions;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of one node: typed, checked, complete. A key that is not listed here is refused, so that a typing error
 * can't pass for a setting.
 *
 * <p>Immutable.
 */
public final class BrokerConfig {
    private static final int INT_MAX = Integer.MAX_VALUE;
    private static final long LONG_MAX = Long.MAX_VALUE;

    /** What the frame budget keeps back for small frames. */
    private static final long SMALL_FRAMES_RESERVE_BYTES = 1024 * 1024;

    private static final List<ConfigKey<?>> KEYS = new ArrayList<>();

    /** Where the node keeps everything. */
    public static final ConfigKey<String> LOG_DIRS =
            key(ConfigKey.text("log.dirs", "./highwater-data", "The directory that holds the node's data."));

    /** Client address. */
    public static final ConfigKey<String> LISTENERS =
            key(ConfigKey.text("listeners", "127.0.0.1:9092", "HOST:PORT on which clients are served."));

    /** Address told to clients. */
    public static final ConfigKey<String> ADVERTISED_LISTENERS = key(ConfigKey.text(
            "advertised.listeners",
            "",
            "HOST:PORT that clients are told to connect to; what is listened on if empty."));

    /** Metrics and health. */
    public static final ConfigKey<String> ADMIN_LISTENER =
            key(ConfigKey.text("admin.listener", "", "HOST:PORT for /metrics and /healthz over HTTP; off if empty."));

    /** False when the setting has its default because nobody said otherwise. */
    boolean isSet(final ConfigKey<?> key) {
        return set.containsKey(key.name());
    }

    /** All settings as tools see them, by name. What topics follow may change while the node runs. */
    Map<String, ServerKey> serverKeys() {
        final Map<String, ServerKey> keys = new TreeMap<>();
        for (final ConfigKey<?> key : KEYS) {
            keys.put(
                    key.name(),
                    new ServerKey(
                            key.name(),
                            key.type(),
                            set.getOrDefault(key.name(), key.defaultText()).trim(),
                            isSet(key),
                            key.defaultText(),
                            key.doc(),
                            TopicConfigs.isServerName(key.name()),
                            key::problemOrNull));
        }
        return keys;
    }

    /** Number of this node. */
    public static final ConfigKey<Integer> NODE_ID =
            key(ConfigKey.integer("node.id", 1, 0, INT_MAX, "Number of this node in its cluster."));

    /** When the end of a log counts as stable. */
    public static final ConfigKey<FlushPolicy> FLUSH_POLICY = key(ConfigKey.choice(
            "flush.policy",
            FlushPolicy.COMMIT,
            FlushPolicy.class,
            "commit: acks=all waits until the record is forced to disk; interval: forced each flush.ms; os: when the"
                    + " operating system likes."));

    /** Interval of the policy {@code interval}. */
    public static final ConfigKey<Long> FLUSH_MS = key(
            ConfigKey.number("flush.ms", 1_000, 1, LONG_MAX, "Time between two forces under flush.policy=interval."));

    /** Bound of what is appended and not forced. */
    public static final ConfigKey<Long> DIRTY_BYTES_MAX = key(
            ConfigKey.number(
                    "dirty.bytes.max",
                    67_108_864,
                    65_536,
                    LONG_MAX,
                    "Appended bytes that may be unforced at one time; beyond it connections that produce are not read until the disk has caught up."));

    /** The two files that make many logs durable with one force. */
    public static final ConfigKey<Integer> DATA_JOURNAL_BYTES = key(
            ConfigKey.integer(
                    "data.journal.bytes",
                    67_108_864,
                    0,
                    1 << 30,
                    "Space of the data journal, which makes many logs durable with one force; 0: each log is forced on its own."));

    /** Partitions of a topic whose creator named no number. */
    public static final ConfigKey<Integer> NUM_PARTITIONS = key(ConfigKey.integer(
            "num.partitions", 1, 1, 10_000, "Partitions of a topic that is created without a number of its own."));

    /** Replicas of a topic whose creator named no number. */
    public static final ConfigKey<Integer> DEFAULT_REPLICATION_FACTOR = key(
            ConfigKey.integer(
                    "default.replication.factor",
                    -1,
                    -1,
                    32_767,
                    "Replicas of a topic that is created without a number of its own; -1: three, or as many as there are brokers."));

    /** Whether asking for a topic makes it. */
    public static final ConfigKey<Boolean> AUTO_CREATE_TOPICS = key(ConfigKey.flag(
            "auto.create.topics.enable", true, "Whether a topic is created when a client first asks for it."));

    /** Largest batch. */
    public static final ConfigKey<Integer> MESSAGE_MAX_BYTES = key(
            ConfigKey.integer("message.max.bytes", 1_048_588, 61, INT_MAX, "Largest record batch that is accepted."));

    /** Largest request. */
    public static final ConfigKey<Integer> REQUEST_MAX_BYTES = key(ConfigKey.integer(
            "socket.request.max.bytes",
            104_857_600,
            1_024,
            INT_MAX,
            "Largest request; a connection that announces a larger one is closed."));

    /** Bound of all receive memory. */
    public static final ConfigKey<Long> QUEUED_MAX_BYTES = key(ConfigKey.number(
            "queued.max.request.bytes",
            134_217_728,
            1_048_576,
            LONG_MAX,
            "Bytes of requests in memory at one time; beyond it connections are not read until some are answered."));

    /** Bound of one connection's receive memory. */
    public static final ConfigKey<Integer> CONNECTION_MAX_BYTES = key(ConfigKey.integer(
            "connection.max.request.bytes",
            16_777_216,
            65_536,
            INT_MAX,
            "Bytes of requests that one connection may have in memory; a single larger request may still pass."));

    /** Bound of one connection's unanswered requests. */
    public static final ConfigKey<Integer> CONNECTION_MAX_REQUESTS = key(ConfigKey.integer(
            "connection.max.requests",
            128,
            1,
            100_000,
            "Unanswered requests of one connection; beyond it the connection is not read."));

    /** Bound of all connections. */
    public static final ConfigKey<Integer> MAX_CONNECTIONS = key(ConfigKey.integer(
            "max.connections", INT_MAX, 1, INT_MAX, "Client connections at one time; one more is closed at once."));

    /** Bound of the connections of one address. */
    public static final ConfigKey<Integer> MAX_CONNECTIONS_PER_IP = key(ConfigKey.integer(
            "max.connections.per.ip",
            INT_MAX,
            0,
            INT_MAX,
            "Connections from one address at one time; one more is closed at once."));

    /** Bounds of the connections of certain addresses. */
    public static final ConfigKey<String> MAX_CONNECTIONS_PER_IP_OVERRIDES = key(ConfigKey.text(
            "max.connections.per.ip.overrides",
            "",
            "ADDRESS:COUNT, with commas between them: other numbers than max.connections.per.ip for these addresses."));

    /** Pace of accepting. */
    public static final ConfigKey<Integer> MAX_CONNECTION_CREATION_RATE = key(ConfigKey.integer(
            "max.connection.creation.rate",
            INT_MAX,
            1,
            INT_MAX,
            "Client connections accepted in a second; more wait to be accepted, none is refused."));

    /** When silent connections go. */
    public static final ConfigKey<Long> CONNECTIONS_MAX_IDLE_MS = key(ConfigKey.number(
            "connections.max.idle.ms", 600_000, 1_000, LONG_MAX, "A connection silent for so long is closed."));

    /** When clients that don't bring the request they have begun go. */
    public static final ConfigKey<Long> REQUEST_RECEIVE_TIMEOUT_MS = key(
            ConfigKey.number(
                    "request.receive.timeout.ms",
                    30_000,
                    100,
                    LONG_MAX,
                    "A request that has begun to arrive has to end in each such time, or to bring as many bytes as these are milliseconds; a new connection has to bring its first one."));

    /** When clients that don't read go. */
    public static final ConfigKey<Long> WRITE_STALL_TIMEOUT_MS = key(ConfigKey.number(
            "write.stall.timeout.ms",
            30_000,
            100,
            LONG_MAX,
            "A client that takes no byte of its answers for so long is disconnected; one that reads slowly stays."));

    /** Largest fetch answer. */
    public static final ConfigKey<Integer> FETCH_MAX_BYTES = key(ConfigKey.integer(
            "fetch.max.bytes", 57_671_680, 1_024, INT_MAX, "Most bytes of records in the answer to one fetch."));

    /** Slots for fetch sessions. */
    public static final ConfigKey<Integer> FETCH_SESSION_SLOTS = key(ConfigKey.integer(
            "max.incremental.fetch.session.cache.slots",
            1_000,
            0,
            1_000_000,
            "Incremental fetch sessions kept; a client without one sends its whole list each time."));

    /** Segment size. */
    public static final ConfigKey<Integer> SEGMENT_BYTES = key(ConfigKey.integer(
            "log.segment.bytes", 1_073_741_824, 1_048_576, INT_MAX, "A segment that would grow beyond it is rolled."));

    /** Segment age. */
    public static final ConfigKey<Long> ROLL_MS = key(ConfigKey.number(
            "log.roll.ms", 604_800_000L, 1, LONG_MAX, "A segment whose first record is older is rolled."));

    /** Index density. */
    public static final ConfigKey<Integer> INDEX_INTERVAL_BYTES = key(ConfigKey.integer(
            "log.index.interval.bytes", 4_096, 0, INT_MAX, "Bytes of log between two entries of its index."));

    /** Age at which segments go. */
    public static final ConfigKey<Long> RETENTION_MS = key(ConfigKey.number(
            "log.retention.ms",
            604_800_000L,
            -1,
            LONG_MAX,
            "A segment whose newest record is older is deleted; -1: never."));

    /** Size above which segments go. */
    public static final ConfigKey<Long> RETENTION_BYTES = key(ConfigKey.number(
            "log.retention.bytes",
            -1,
            -1,
            LONG_MAX,
            "The oldest segments of a partition are deleted while the others alone have so many bytes; -1: never."));

    /** How often retention is looked after. */
    public static final ConfigKey<Long> RETENTION_CHECK_INTERVAL_MS = key(ConfigKey.number(
            "log.retention.check.interval.ms",
            300_000,
            1,
            LONG_MAX,
            "Time between two looks for segments that are too old or too many."));

    /** Lifetime of an idle producer's state. */
    public static final ConfigKey<Long> PRODUCER_ID_EXPIRATION_MS = key(ConfigKey.number(
            "producer.id.expiration.ms",
            86_400_000,
            1,
            LONG_MAX,
            "A producer silent for so long is forgotten: its late retries are no longer recognised."));

    /** Event loops. */
    public static final ConfigKey<Integer> NUM_SHARDS = key(ConfigKey.integer(
            "num.shards",
            0,
            0,
            256,
            "Event loops, each the single writer of its partitions; 0: one per processor but one, at least one."));

    /** Shortest session of a group member. */
    public static final ConfigKey<Integer> GROUP_MIN_SESSION_MS = key(ConfigKey.integer(
            "group.min.session.timeout.ms", 6_000, 1, INT_MAX, "Shortest session timeout that a member may ask for."));

    /** Longest session of a group member. */
    public static final ConfigKey<Integer> GROUP_MAX_SESSION_MS = key(ConfigKey.integer(
            "group.max.session.timeout.ms",
            1_800_000,
            1,
            INT_MAX,
            "Longest session timeout that a member may ask for."));

    /** Wait before the first rebalance of an empty group. */
    public static final ConfigKey<Integer> GROUP_INITIAL_DELAY_MS = key(ConfigKey.integer(
            "group.initial.rebalance.delay.ms",
            3_000,
            0,
            INT_MAX,
            "How long an empty group waits for more members after its first."));

    /** Members per group. */
    public static final ConfigKey<Integer> GROUP_MAX_SIZE =
            key(ConfigKey.integer("group.max.size", INT_MAX, 1, INT_MAX, "Most members of one group."));

    /** Bytes of metadata with one committed offset. */
    public static final ConfigKey<Integer> OFFSET_METADATA_MAX_BYTES = key(ConfigKey.integer(
            "offset.metadata.max.bytes", 4_096, 0, 32_767, "Longest text that may be kept with a committed offset."));

    /** Heap for what the log of the groups says. */
    public static final ConfigKey<Long> GROUP_OFFSETS_MAX_BYTES = key(
            ConfigKey.number(
                    "group.offsets.max.bytes",
                    134_217_728,
                    65_536,
                    LONG_MAX,
                    "Heap that committed offsets and the states of groups may take, some 400 bytes for an offset; beyond it new ones are refused."));

    /** Wait of a commit for the core. */
    public static final ConfigKey<Integer> OFFSETS_COMMIT_TIMEOUT_MS = key(ConfigKey.integer(
            "offsets.commit.timeout.ms",
            5_000,
            1,
            INT_MAX,
            "How long a commit of offsets may take to be durable before its client is told to try again."));

    /** Lifetime of a group's offsets after its last member. */
    public static final ConfigKey<Integer> OFFSETS_RETENTION_MINUTES = key(ConfigKey.integer(
            "offsets.retention.minutes",
            10_080,
            1,
            INT_MAX,
            "How long committed offsets outlive their group's last member, or their last commit when it had none."));

    /** Interval of the look for offsets that are over. */
    public static final ConfigKey<Long> OFFSETS_RETENTION_CHECK_MS = key(ConfigKey.number(
            "offsets.retention.check.interval.ms",
            600_000,
            1,
            LONG_MAX,
            "Time between two looks for committed offsets that are over."));

    private final Map<ConfigKey<?>, Object> values = new LinkedHashMap<>();

    /** What was set, as it was written. */
    private final Map<String, String> set;

    private final HostPort listener;
    private final HostPort advertised;
    private final HostPort admin;
    private final Map<InetAddress, Integer> connectionOverrides;

    private BrokerConfig(final Map<String, String> settings) throws ConfigException {
        for (final String name : settings.keySet()) {
            if (KEYS.stream().noneMatch(key -> key.name().equals(name))) {
                throw new ConfigException("unknown setting '" + name + "'" + nearest(name));
            }
        }
        for (final ConfigKey<?> key : KEYS) {
            final String text = settings.get(key.name());
            values.put(key, key.parse(text == null ? key.defaultText() : text));
        }
        this.set = Map.copyOf(settings);
        this.listener = HostPort.parse(LISTENERS.name(), get(LISTENERS));
        this.advertised = get(ADVERTISED_LISTENERS).isEmpty()
                ? null
                : HostPort.parse(ADVERTISED_LISTENERS.name(), get(ADVERTISED_LISTENERS));
        this.admin = get(ADMIN_LISTENER).isEmpty() ? null : HostPort.parse(ADMIN_LISTENER.name(), get(ADMIN_LISTENER));
        this.connectionOverrides =
                AddressCounts.parse(MAX_CONNECTIONS_PER_IP_OVERRIDES.name(), get(MAX_CONNECTIONS_PER_IP_OVERRIDES));
        checkTogether();
    }

    /** Connections that certain addresses may have, other than all others. */
    Map<InetAddress, Integer> connectionOverrides() {
        return connectionOverrides;
    }

    /** Reads and checks settings given as text; what is not given has its default. */
    public static BrokerConfig of(final Map<String, String> settings) throws ConfigException {
        return new BrokerConfig(settings);
    }

    /** Every setting there is, in the order of the help text. */
    public static List<ConfigKey<?>> keys() {
        return List.copyOf(KEYS);
    }

    private static <T> ConfigKey<T> key(final ConfigKey<T> key) {
        KEYS.add(key);
        return key;
    }

    private void checkTogether() throws ConfigException {
        if (get(LOG_DIRS).isEmpty() || get(LOG_DIRS).contains(",")) {
            throw new ConfigException("bad value for log.dirs: '" + get(LOG_DIRS) + "': write one directory");
        }
        if (advertised == null && listener.isWildcard()) {
            throw new ConfigException("listeners=" + listener
                    + " names no host that clients could connect to: set advertised.listeners=HOST:PORT as well");
        }
        if (advertised != null && (advertised.isWildcard() || advertised.port() == 0)) {
            throw new ConfigException("bad value for advertised.listeners: '" + advertised
                    + "': write the host and port that clients connect to");
        }
        if (get(DEFAULT_REPLICATION_FACTOR) == 0) {
            throw new ConfigException("bad value for default.replication.factor: '0': write -1 or a number from 1 on");
        }
        if (get(GROUP_MIN_SESSION_MS) > get(GROUP_MAX_SESSION_MS)) {
            throw new ConfigException("group.min.session.timeout.ms is above group.max.session.timeout.ms");
        }
        if (get(QUEUED_MAX_BYTES) - SMALL_FRAMES_RESERVE_BYTES < get(REQUEST_MAX_BYTES)) {
            throw new ConfigException(
                    "queued.max.request.bytes must be at least 1 MiB above socket.request.max.bytes: the largest request could never be read");
        }
    }

    /** The value of a setting. */
    @SuppressWarnings("unchecked") // A key's value was made by that key's parser.
    public <T> T get(final ConfigKey<T> key) {
        return (T) values.get(key);
    }

    /** Number of this node. */
    public int nodeId() {
        return get(NODE_ID);
    }

    /** The data directory. */
    public Path directory() {
        return Path.of(get(LOG_DIRS));
    }

    /** How clients' connections are served, by so many event loops. */
    public TransportOptions transport(final int shards) {
        final int acceptsPerSecond = get(MAX_CONNECTION_CREATION_RATE);
        return TransportOptions.server(shards)
                .withTimeouts(get(CONNECTIONS_MAX_IDLE_MS), get(WRITE_STALL_TIMEOUT_MS))
                .withReceiveTimeout(get(REQUEST_RECEIVE_TIMEOUT_MS))
                .withAcceptsPerSecond(acceptsPerSecond == INT_MAX ? 0 : acceptsPerSecond);
    }

    /** Where clients are served. */
    public HostPort listener() {
        return listener;
    }

    /** What clients are told, given the port that was really bound. */
    public HostPort advertised(final int boundPort) {
        return advertised == null ? new HostPort(listener.host(), boundPort) : advertised;
    }

    /** Where metrics are served, null when they are not. */
    public HostPort adminOrNull() {
        return admin;
    }

    private static String nearest(final String name) {
        String best = null;
        int bestDistance = 4;
        for (final ConfigKey<?> key : KEYS) {
            final int distance = distance(name, key.name());
            if (distance < bestDistance) {
                bestDistance = distance;
                best = key.name();
            }
        }
        return best == null ? "" : ", did you mean '" + best + "'?";
    }

    /** Levenshtein's distance: the single-character changes between two names. */
    private static int distance(final String a, final String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            final int[] next = new int[row.length];
            next[0] = i;
            for (int j = 1; j < row.length; j++) {
                final int swap = row[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                next[j] = Math.min(swap, Math.min(row[j], next[j - 1]) + 1);
            }
            row = next;
        }
        return row[b.length()];
    }
}
