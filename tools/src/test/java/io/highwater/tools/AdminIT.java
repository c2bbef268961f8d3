package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock admin client against a server in a process of its own. */
class AdminIT {
    private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    @TempDir
    Path scratch;

    private int port;
    private ServerProcess server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        port = ServerProcess.freePort();
        open();
        get(admin.createTopics(List.of(new NewTopic("t", 2, (short) 1))).all());
    }

    @AfterEach
    void stop() {
        admin.close(Duration.ZERO);
        server.close();
    }

    private void open() throws Exception {
        server = ServerProcess.start(
                scratch.resolve("data"),
                port,
                "--set",
                "group.initial.rebalance.delay.ms=0",
                "--set",
                "log.segment.bytes=1048576",
                "--set",
                "log.retention.check.interval.ms=200");
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                server.bootstrap(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                20_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                20_000));
    }

    private void killAndOpen() throws Exception {
        admin.close(Duration.ZERO);
        server.kill();
        open();
    }

    @Test
    void configsAreDescribedAlteredAndKept() throws Exception {
        final ConfigEntry before = config(TOPIC, "max.message.bytes");
        assertEquals(ConfigEntry.ConfigSource.DEFAULT_CONFIG, before.source());
        assertEquals(ConfigEntry.ConfigType.INT, before.type());
        assertFalse(before.documentation().isEmpty());
        assertEquals("message.max.bytes", before.synonyms().get(0).name());

        alter(TOPIC, AlterConfigOp.OpType.SET, "max.message.bytes", "5000");
        assertEquals(
                ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG,
                config(TOPIC, "max.message.bytes").source());
        produce("t", 0, "x".repeat(3_000));
        assertCause(RecordTooLargeException.class, () -> produce("t", 0, "x".repeat(6_000)));

        killAndOpen();
        assertEquals("5000", config(TOPIC, "max.message.bytes").value());
        assertCause(RecordTooLargeException.class, () -> produce("t", 0, "x".repeat(6_000)));
        alter(TOPIC, AlterConfigOp.OpType.DELETE, "max.message.bytes", "");
        produce("t", 0, "x".repeat(6_000));

        assertCause(
                InvalidConfigurationException.class,
                () -> alter(TOPIC, AlterConfigOp.OpType.SET, "segment.ms", "soon"));
        assertCause(
                InvalidConfigurationException.class,
                () -> alter(TOPIC, AlterConfigOp.OpType.APPEND, "segment.ms", "1"));
    }

    @Test
    void brokersChangeWhatTopicsFollow() throws Exception {
        final ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
        final ConfigResource one = new ConfigResource(ConfigResource.Type.BROKER, "1");
        assertTrue(config(one, "log.dirs").isReadOnly());
        assertEquals(
                ConfigEntry.ConfigSource.STATIC_BROKER_CONFIG,
                config(one, "log.segment.bytes").source());
        alter(all, AlterConfigOp.OpType.SET, "message.max.bytes", "5000");
        assertEquals("5000", config(TOPIC, "max.message.bytes").value());
        assertCause(RecordTooLargeException.class, () -> produce("t", 0, "x".repeat(6_000)));
        killAndOpen();
        assertCause(RecordTooLargeException.class, () -> produce("t", 0, "x".repeat(6_000)));
        alter(one, AlterConfigOp.OpType.SET, "message.max.bytes", "7000");
        produce("t", 0, "x".repeat(6_000));
        assertEquals(
                ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG,
                config(one, "message.max.bytes").source());
        assertCause(
                InvalidRequestException.class, () -> alter(one, AlterConfigOp.OpType.SET, "log.dirs", "/elsewhere"));
        final Set<String> named = get(admin.listConfigResources().all()).stream()
                .map(resource -> resource.type() + " " + resource.name())
                .collect(Collectors.toSet());
        assertEquals(Set.of("TOPIC t", "BROKER 1", "BROKER_LOGGER 1"), named);
    }

    @Test
    void topicsGetMorePartitions() throws Exception {
        get(admin.createPartitions(Map.of("t", NewPartitions.increaseTo(5))).all());
        produce("t", 4, "new partition");
        assertEquals(5, describe("t").partitions().size());
        assertCause(
                InvalidPartitionsException.class,
                () -> get(admin.createPartitions(Map.of("t", NewPartitions.increaseTo(3)))
                        .all()));
        killAndOpen();
        assertEquals(List.of("new partition"), consume(new TopicPartition("t", 4)));
        produce("t", 4, "another");
    }

    @Test
    void recordsAreDeletedForGood() throws Exception {
        for (int i = 0; i < 10; i++) {
            produce("t", 0, "record " + i);
        }
        assertEquals(
                4,
                get(admin.deleteRecords(Map.of(T0, RecordsToDelete.beforeOffset(4)))
                                .lowWatermarks()
                                .get(T0))
                        .lowWatermark());
        assertCause(
                OffsetOutOfRangeException.class,
                () -> get(admin.deleteRecords(Map.of(T0, RecordsToDelete.beforeOffset(11)))
                        .all()));
        killAndOpen();
        assertEquals(4, offset(OffsetSpec.earliest()));
        assertEquals("record 4", consume(T0).get(0));
        get(admin.deleteRecords(Map.of(T0, RecordsToDelete.beforeOffset(-1))).all());
        assertEquals(10, offset(OffsetSpec.earliest()));
        assertEquals(List.of(), consume(T0));
        produce("t", 0, "after");
        assertEquals(List.of("after"), consume(T0));
    }

    @Test
    void retentionDeletesOldSegments() throws Exception {
        for (int i = 0; i < 5; i++) {
            produce("t", 0, "x".repeat(600_000));
        }
        alter(TOPIC, AlterConfigOp.OpType.SET, "retention.bytes", "1500000");
        await(() -> offset(OffsetSpec.earliest()) == 2);
        alter(TOPIC, AlterConfigOp.OpType.SET, "retention.ms", "1");
        await(() -> offset(OffsetSpec.earliest()) == 5);
        assertEquals(5, offset(OffsetSpec.latest()));
        killAndOpen();
        assertEquals(5, offset(OffsetSpec.earliest()));
        alter(TOPIC, AlterConfigOp.OpType.SET, "retention.ms", "-1");
        produce("t", 0, "stays");
        assertEquals(List.of("stays"), consume(T0));
    }

    @Test
    void theNodeDescribesItself() throws Exception {
        final Collection<Node> nodes = get(admin.describeCluster().nodes());
        assertEquals(Set.of(1), nodes.stream().map(Node::id).collect(Collectors.toSet()));
        assertFalse(get(admin.describeCluster().clusterId()).isEmpty());
        get(admin.createTopics(List.of(new NewTopic("wide", 2_500, (short) 1))).all());
        assertEquals(2_500, describe("wide").partitions().size(), "more than one page");
        produce("t", 0, "sized");
        final var sizes =
                get(admin.describeLogDirs(List.of(1)).allDescriptions()).get(1).values();
        assertEquals(1, sizes.size());
        final var directory = sizes.iterator().next();
        assertTrue(directory.replicaInfos().get(T0).size() > 0);
        assertTrue(directory.totalBytes().getAsLong() > directory.usableBytes().getAsLong());
        final var producers =
                get(admin.describeProducers(List.of(T0)).all()).get(T0).activeProducers();
        assertEquals(0, producers.get(0).lastSequence());
        assertEquals(1, get(admin.describeMetadataQuorum().quorumInfo()).leaderId());
        assertTrue(get(admin.describeFeatures().featureMetadata())
                .finalizedFeatures()
                .containsKey("metadata.version"));
        assertTrue(get(admin.listPartitionReassignments().reassignments()).isEmpty());
        assertTrue(get(admin.electLeaders(ElectionType.PREFERRED, null).partitions())
                .isEmpty());
        assertCause(
                SecurityDisabledException.class,
                () -> get(admin.describeAcls(AclBindingFilter.ANY).values()));
    }

    @Test
    void groupsAreListedDescribedAndDeleted() throws Exception {
        produce("t", 0, "one");
        try (KafkaConsumer<String, String> consumer = consumer("g")) {
            consumer.subscribe(List.of("t"));
            await(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            consumer.commitSync();
            final ConsumerGroupDescription group = describeGroup("g");
            assertEquals(GroupState.STABLE, group.groupState());
            assertEquals(1, group.members().size());
            assertEquals(
                    2,
                    group.members()
                            .iterator()
                            .next()
                            .assignment()
                            .topicPartitions()
                            .size());
            assertCause(
                    GroupNotEmptyException.class,
                    () -> get(admin.deleteConsumerGroups(List.of("g")).all()));
            assertCause(
                    GroupSubscribedToTopicException.class,
                    () -> get(admin.deleteConsumerGroupOffsets("g", Set.of(T0)).all()));
        }
        assertEquals(
                Set.of("g"),
                get(admin.listGroups().all()).stream()
                        .map(GroupListing::groupId)
                        .collect(Collectors.toSet()));
        await(() -> describeGroup("g").groupState() == GroupState.EMPTY);
        assertEquals(1, committed().get(T0).offset());
        get(admin.alterConsumerGroupOffsets("g", Map.of(T0, new OffsetAndMetadata(0)))
                .all());
        assertEquals(0, committed().get(T0).offset());
        get(admin.deleteConsumerGroupOffsets("g", Set.of(T0)).all());
        killAndOpen();
        assertFalse(committed().containsKey(T0));
        get(admin.deleteConsumerGroups(List.of("g")).all());
        assertTrue(get(admin.listGroups().all()).isEmpty());
    }

    private Map<TopicPartition, OffsetAndMetadata> committed() throws Exception {
        return get(admin.listConsumerGroupOffsets("g").partitionsToOffsetAndMetadata());
    }

    private ConsumerGroupDescription describeGroup(final String id) throws Exception {
        return get(admin.describeConsumerGroups(List.of(id)).all()).get(id);
    }

    private TopicDescription describe(final String topic) throws Exception {
        return get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }

    private ConfigEntry config(final ConfigResource resource, final String name) throws Exception {
        final Config config = get(admin.describeConfigs(
                                List.of(resource),
                                new DescribeConfigsOptions()
                                        .includeSynonyms(true)
                                        .includeDocumentation(true))
                        .all())
                .get(resource);
        return config.get(name);
    }

    private void alter(
            final ConfigResource resource, final AlterConfigOp.OpType operation, final String name, final String value)
            throws Exception {
        get(admin.incrementalAlterConfigs(
                        Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry(name, value), operation))))
                .all());
    }

    private long offset(final OffsetSpec spec) throws Exception {
        return get(admin.listOffsets(Map.of(T0, spec)).all()).get(T0).offset();
    }

    private void produce(final String topic, final int partition, final String value) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, partition, null, value)).get();
        }
    }

    private KafkaConsumer<String, String> consumer(final String group) {
        final Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        Optional.ofNullable(group).ifPresent(id -> settings.put(ConsumerConfig.GROUP_ID_CONFIG, id));
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /** All values from the beginning. */
    private List<String> consume(final TopicPartition partition) {
        try (KafkaConsumer<String, String> consumer = consumer(null)) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            final long end = consumer.endOffsets(List.of(partition)).get(partition);
            final List<String> values = new ArrayList<>();
            while (consumer.position(partition) < end) {
                final ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(1));
                records.forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }

    private static <T> T get(final KafkaFuture<T> future) throws Exception {
        return future.get();
    }

    private static void assertCause(final Class<? extends Exception> cause, final Action action) {
        final ExecutionException failure = assertThrows(ExecutionException.class, action::run);
        assertInstanceOf(cause, failure.getCause());
    }

    private static void await(final Condition condition) throws Exception {
        final long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.isTrue()) {
            assertTrue(System.nanoTime() < deadline, "not within 20 s");
            Thread.sleep(50);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private interface Condition {
        boolean isTrue() throws Exception;
    }
}
