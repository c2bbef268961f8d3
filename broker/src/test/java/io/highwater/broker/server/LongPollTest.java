package io.highwater.broker.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A consumer that would wait for minutes hears of each record at once, whatever threads are doing in the meantime. */
@Tag("socket")
class LongPollTest {
    private static final String TOPIC = "polled";
    private static final int PARTITIONS = 6;
    private static final int RECORDS = 3_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PAUSE_NS_MAX = 300_000;

    @TempDir
    Path directory;

    @Test
    void noRecordWaitsForTheEndOfAPoll() throws Exception {
        try (Server server = Server.start(BrokerConfig.of(Map.of(
                "log.dirs", directory.resolve("data").toString(), "listeners", "127.0.0.1:0", "num.shards", "3")))) {
            final Map<String, Object> settings =
                    Map.of("bootstrap.servers", "127.0.0.1:" + server.address().getPort());
            try (Admin admin = Admin.create(settings)) {
                admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                        .all()
                        .get();
            }
            final KafkaConsumer<byte[], byte[]> consumer = consumer(settings);
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                    with(settings, Map.of("linger.ms", "0")), new ByteArraySerializer(), new ByteArraySerializer())) {
                consumer.assign(IntStream.range(0, PARTITIONS)
                        .mapToObj(index -> new TopicPartition(TOPIC, index))
                        .toList());
                sendAndSee(producer, consumer);
            } finally {
                // In order it would wait for the answer to its last fetch.
                consumer.close(CloseOptions.timeout(Duration.ZERO));
            }
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(final Map<String, Object> server) {
        final Map<String, Object> settings = with(
                server,
                Map.of(
                        "fetch.max.wait.ms", "120000",
                        "request.timeout.ms", "180000",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false"));
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Object> with(final Map<String, Object> server, final Map<String, Object> more) {
        final Map<String, Object> settings = new HashMap<>(server);
        settings.putAll(more);
        return settings;
    }

    /** One record at a time, each a random while after the last was seen: while the next fetch is on its way. */
    private static void sendAndSee(
            final KafkaProducer<byte[], byte[]> producer, final KafkaConsumer<byte[], byte[]> consumer)
            throws Exception {
        final Random random = new Random(1);
        for (int i = 0; i < RECORDS; i++) {
            final int partition = random.nextInt(PARTITIONS);
            final long sendAtNs = System.nanoTime() + random.nextInt(PAUSE_NS_MAX);
            // Sends the next fetch, if the last poll did not.
            consumer.poll(Duration.ZERO);
            while (System.nanoTime() < sendAtNs) {
                Thread.onSpinWait();
            }
            final var sent = producer.send(new ProducerRecord<>(TOPIC, partition, null, new byte[] {(byte) i}));
            final ConsumerRecord<byte[], byte[]> seen = next(consumer, i);
            assertEquals(partition, seen.partition());
            assertEquals(sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).offset(), seen.offset());
        }
    }

    private static ConsumerRecord<byte[], byte[]> next(final KafkaConsumer<byte[], byte[]> consumer, final int index) {
        final long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            final var polled = consumer.poll(Duration.ofMillis(100));
            if (!polled.isEmpty()) {
                assertEquals(1, polled.count());
                return polled.iterator().next();
            }
            assertTrue(System.nanoTime() < deadlineNs, "record " + index + " was not seen within " + PATIENCE);
        }
    }
}
