package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ecosystem's own Java client against a whole server on loopback and a real file system. */
@Tag("socket")
class ClientsEndToEndTest {
    private static final int RECORDS = 500;
    private static final Duration WAIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = Server.start(BrokerConfig.of(Map.of(
                "log.dirs",
                directory.resolve("data").toString(),
                "listeners",
                "127.0.0.1:0",
                // Requests and partitions on different shards, however few processors there are.
                "num.shards",
                "2",
                "group.initial.rebalance.delay.ms",
                "0",
                "log.segment.bytes",
                "1048576")));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Map<String, Object> settings() {
        final Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", "127.0.0.1:" + server.address().getPort());
        return settings;
    }

    private Producer<String, String> producer(final Map<String, Object> more) {
        final Map<String, Object> settings = settings();
        settings.putAll(more);
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private Consumer<String, String> consumer(final Map<String, Object> more) {
        final Map<String, Object> settings = settings();
        settings.put("auto.offset.reset", "earliest");
        settings.putAll(more);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private void produce(final String topic, final int from, final int count, final Map<String, Object> more)
            throws Exception {
        try (Producer<String, String> producer = producer(more)) {
            final List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = from; i < from + count; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, 0, "key " + i, "value " + i)));
            }
            for (final Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    private static List<String> read(final Consumer<String, String> consumer, final int count) {
        final List<String> values = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + WAIT.toNanos();
        while (values.size() < count && System.nanoTime() < deadlineNs) {
            for (final ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                values.add(each.value());
            }
        }
        return values;
    }

    private List<String> readAll(final String topic, final int count) {
        try (Consumer<String, String> consumer = consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            return read(consumer, count);
        }
    }

    private static List<String> values(final int count) {
        final List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add("value " + i);
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({
        "all, true, none",
        "all, true, gzip",
        "all, true, snappy",
        "all, true, lz4",
        "all, true, zstd",
        "all, false, none",
        "1, false, none",
        "0, false, zstd"
    })
    void givesBackWhatWasProducedInOrder(final String acks, final boolean idempotent, final String codec)
            throws Exception {
        final Map<String, Object> more =
                Map.of("acks", acks, "enable.idempotence", idempotent, "compression.type", codec, "linger.ms", 2);
        produce("plain", 0, RECORDS, more);
        assertEquals(values(RECORDS), readAll("plain", RECORDS));
    }

    @Test
    void keepsEverythingAcrossARestart() throws Exception {
        produce("kept", 0, RECORDS, Map.of("acks", "all"));
        server.close();
        start();
        produce("kept", RECORDS, 10, Map.of("acks", "all"));
        assertEquals(values(RECORDS + 10), readAll("kept", RECORDS + 10));
    }

    @Test
    void servesASubscribedGroupThatContinuesWhereItCommitted() throws Exception {
        produce("group-topic", 0, 100, Map.of());
        final Map<String, Object> group = Map.of("group.id", "readers", "enable.auto.commit", false);
        try (Consumer<String, String> consumer = consumer(group)) {
            consumer.subscribe(List.of("group-topic"));
            assertEquals(values(100), read(consumer, 100));
            consumer.commitSync();
        }
        produce("group-topic", 100, 20, Map.of());
        server.close();
        start();
        try (Consumer<String, String> consumer = consumer(group)) {
            consumer.subscribe(List.of("group-topic"));
            assertEquals(values(120).subList(100, 120), read(consumer, 20));
        }
    }

    @Test
    void createsDescribesAndDeletesTopics() throws Exception {
        try (Admin admin = Admin.create(settings())) {
            admin.createTopics(List.of(new NewTopic("wide", 7, (short) 1)))
                    .all()
                    .get();
            assertEquals(
                    7,
                    admin.describeTopics(List.of("wide"))
                            .allTopicNames()
                            .get()
                            .get("wide")
                            .partitions()
                            .size());
            assertCause(
                    TopicExistsException.class,
                    admin.createTopics(List.of(new NewTopic("wide", 1, (short) 1)))
                            .all());
            assertCause(
                    InvalidTopicException.class,
                    admin.createTopics(List.of(new NewTopic("not ok", 1, (short) 1)))
                            .all());
            assertEquals(Set.of("wide"), admin.listTopics().names().get());
            admin.deleteTopics(List.of("wide")).all().get();
            assertEquals(Set.of(), admin.listTopics().names().get());
            assertCause(
                    UnknownTopicOrPartitionException.class,
                    admin.deleteTopics(List.of("wide")).all());
        }
    }

    private static void assertCause(final Class<? extends Exception> expected, final Future<?> future) {
        final ExecutionException thrown = assertThrows(ExecutionException.class, future::get);
        assertEquals(expected, thrown.getCause().getClass());
    }

    @Test
    void forgetsTheRecordsOfATopicThatWasDeletedAndCreatedAgain() throws Exception {
        produce("again", 0, 50, Map.of());
        try (Admin admin = Admin.create(settings())) {
            admin.deleteTopics(List.of("again")).all().get();
            admin.createTopics(List.of(new NewTopic("again", 1, (short) 1)))
                    .all()
                    .get();
        }
        produce("again", 0, 5, Map.of());
        assertEquals(values(5), readAll("again", 5));
    }

    @Test
    void listsOffsetsByTime() throws Exception {
        try (Producer<String, String> producer = producer(Map.of())) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("timed", 0, 1_000L * i, "k", "value " + i))
                        .get();
            }
        }
        final TopicPartition partition = new TopicPartition("timed", 0);
        try (Admin admin = Admin.create(settings())) {
            assertEquals(4, offset(admin, partition, OffsetSpec.forTimestamp(3_500)));
            assertEquals(0, offset(admin, partition, OffsetSpec.earliest()));
            assertEquals(10, offset(admin, partition, OffsetSpec.latest()));
            assertEquals(9, offset(admin, partition, OffsetSpec.maxTimestamp()));
            assertEquals(-1, offset(admin, partition, OffsetSpec.forTimestamp(10_000)));
        }
    }

    private static long offset(final Admin admin, final TopicPartition partition, final OffsetSpec spec)
            throws Exception {
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get()
                .offset();
    }

    @Test
    void readsFromManyPartitionsAndSegmentsThroughOneSession() throws Exception {
        try (Admin admin = Admin.create(settings())) {
            admin.createTopics(List.of(new NewTopic("many", 20, (short) 1)))
                    .all()
                    .get();
        }
        final String filler = "x".repeat(2_000);
        try (Producer<String, String> producer = producer(Map.of("batch.size", 200_000, "linger.ms", 5))) {
            for (int i = 0; i < 20_000; i++) {
                final Future<RecordMetadata> unused =
                        producer.send(new ProducerRecord<>("many", i % 20, "k", i + filler));
            }
            producer.flush();
        }
        final int[] next = new int[20];
        int count = 0;
        try (Consumer<String, String> consumer = consumer(Map.of("group.id", "all-of-them"))) {
            consumer.subscribe(List.of("many"));
            final long deadlineNs = System.nanoTime() + WAIT.toNanos();
            while (count < 20_000 && System.nanoTime() < deadlineNs) {
                for (final ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    assertEquals(next[each.partition()]++, each.offset());
                    count++;
                }
            }
        }
        assertEquals(20_000, count);
    }

    @Test
    void refusesASecondServerOnTheSameDirectoryOrAddress() throws Exception {
        final Map<String, String> same =
                Map.of("log.dirs", directory.resolve("data").toString(), "listeners", "127.0.0.1:0");
        assertTrue(assertThrows(StartException.class, () -> Server.start(BrokerConfig.of(same)))
                .getMessage()
                .contains("in use by another process"));
        final Map<String, String> taken = Map.of(
                "log.dirs",
                directory.resolve("other").toString(),
                "listeners",
                "127.0.0.1:" + server.address().getPort());
        assertTrue(assertThrows(StartException.class, () -> Server.start(BrokerConfig.of(taken)))
                .getMessage()
                .startsWith("listeners=127.0.0.1:" + server.address().getPort() + " can't be listened on"));
    }
}
