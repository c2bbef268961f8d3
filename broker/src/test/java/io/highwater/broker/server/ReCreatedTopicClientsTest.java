package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ecosystem's own clients stay open while their topic is deleted and one of the same name is made. */
@Tag("socket")
class ReCreatedTopicClientsTest {
    private static final String TOPIC = "again";
    private static final Duration WAIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private Server server;
    private Admin admin;

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
                "auto.create.topics.enable",
                "false",
                "group.initial.rebalance.delay.ms",
                "0")));
        admin = Admin.create(settings());
        create(1);
    }

    @AfterEach
    void stop() {
        admin.close(Duration.ZERO);
        server.close();
    }

    @Test
    void aProducerGoesOnWithTheNewTopic() throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            for (int i = 0; i < 5; i++) {
                assertEquals(i, send(producer, "old " + i).offset());
            }
            admin.deleteTopics(List.of(TOPIC)).all().get();
            create(1);
            // The sequence of an idempotent producer begins anew with the topic, as its offsets do.
            for (int i = 0; i < 5; i++) {
                assertEquals(i, send(producer, "new " + i).offset());
            }
        }
        try (KafkaConsumer<String, String> consumer = consumer(Map.of())) {
            consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
            assertEquals(List.of("new 0", "new 1", "new 2", "new 3", "new 4"), read(consumer, 5));
        }
    }

    @Test
    void aConsumerThatChoseItsPartitionsGoesOnWithTheNewTopic() throws Exception {
        try (KafkaConsumer<String, String> consumer = consumer(Map.of());
                KafkaProducer<String, String> producer = producer()) {
            consumer.assign(List.of(new TopicPartition(TOPIC, 0)));
            send(producer, "old");
            assertEquals(List.of("old"), read(consumer, 1));
            admin.deleteTopics(List.of(TOPIC)).all().get();
            create(1);
            // Its position, 1, lies in the new topic once that has two records: what comes then it must see.
            send(producer, "new 0");
            send(producer, "new 1");
            send(producer, "new 2");
            final List<String> seen = readUntil(consumer, "new 2");
            assertTrue(seen.stream().allMatch(value -> value.startsWith("new ")), seen.toString());
        }
    }

    @Test
    void aMemberOfAGroupGoesOnWithTheNewTopicAndAllItsPartitions() throws Exception {
        final Map<String, Object> member = Map.of("group.id", "g", "metadata.max.age.ms", 500);
        try (KafkaConsumer<String, String> consumer = consumer(member);
                KafkaProducer<String, String> producer = producer()) {
            consumer.subscribe(List.of(TOPIC));
            send(producer, "old");
            assertEquals(List.of("old"), read(consumer, 1));
            consumer.commitSync();
            admin.deleteTopics(List.of(TOPIC)).all().get();
            create(3);
            send(producer, "new 0");
            send(producer, "new 1");
            producer.send(new ProducerRecord<>(TOPIC, 2, null, "new of 2")).get(WAIT.toSeconds(), TimeUnit.SECONDS);
            readUntil(consumer, "new of 2");
            assertEquals(3, consumer.assignment().size());
            consumer.commitSync();
        }
        // What the group committed for the topic of old does not count for the new one.
        try (KafkaConsumer<String, String> consumer = consumer(member)) {
            final TopicPartition second = new TopicPartition(TOPIC, 2);
            assertEquals(1, consumer.committed(Set.of(second)).get(second).offset());
        }
    }

    private void create(final int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(TOPIC, partitions, (short) 1)))
                .all()
                .get();
    }

    private Map<String, Object> settings() {
        final Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", "127.0.0.1:" + server.address().getPort());
        return settings;
    }

    private KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(settings(), new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(final Map<String, Object> more) {
        final Map<String, Object> settings = settings();
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.putAll(more);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private static RecordMetadata send(final KafkaProducer<String, String> producer, final String value)
            throws Exception {
        return producer.send(new ProducerRecord<>(TOPIC, 0, null, value)).get(WAIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static List<String> read(final KafkaConsumer<String, String> consumer, final int count) {
        final List<String> values = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + WAIT.toNanos();
        while (values.size() < count && System.nanoTime() < deadlineNs) {
            for (final ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                values.add(record.value());
            }
        }
        return values;
    }

    private static List<String> readUntil(final KafkaConsumer<String, String> consumer, final String last) {
        final List<String> values = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + WAIT.toNanos();
        while (!values.contains(last)) {
            assertTrue(System.nanoTime() < deadlineNs, "only " + values);
            for (final ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                values.add(record.value());
            }
        }
        return values;
    }
}
