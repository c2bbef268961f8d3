package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.History;
import io.highwater.tools.process.ServerProcess;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promises {@code ack-is-durable}, {@code no-duplicate} and {@code order} over process death: one idempotent producer
 * of the stock client writes on while the broker is killed with SIGKILL and started again, ten times.
 */
class KillNineIT {
    private static final int ROUNDS = Integer.getInteger("kill.rounds", 10);
    private static final int PARTITIONS = 3;
    private static final String TOPIC = "kill-nine";

    @TempDir
    Path scratch;

    @Test
    void everyAcknowledgedRecordIsThereOnceAndInOrder() throws Exception {
        final int port = ServerProcess.freePort();
        final Path data = scratch.resolve("data");
        final List<History> histories = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            histories.add(new History());
        }
        final List<String> failures = new CopyOnWriteArrayList<>();
        final AtomicBoolean stop = new AtomicBoolean();
        // The data does not know how many shards there were.
        ServerProcess server = ServerProcess.start(data, port, "--set", "num.shards=2");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        try (KafkaProducer<byte[], byte[]> producer = producer(server.bootstrap())) {
            final Thread load = new Thread(() -> produce(producer, histories, failures, stop), "load");
            load.start();
            for (int round = 0; round < ROUNDS; round++) {
                awaitMoreAcknowledgements(histories, 2_000 + 500 * round);
                server.kill();
                server = ServerProcess.start(data, port, "--set", "num.shards=" + (1 + round % 3));
            }
            awaitMoreAcknowledgements(histories, 2_000);
            stop.set(true);
            load.join();
            producer.flush();
        } finally {
            server.close();
        }
        assertEquals(List.of(), failures);
        try (ServerProcess last = ServerProcess.start(data, port)) {
            for (int p = 0; p < PARTITIONS; p++) {
                final List<History.Entry> stored = readAll(last.bootstrap(), p);
                assertEquals(List.of(), histories.get(p).violations(stored));
                assertEquals(
                        histories.get(p).size(),
                        stored.size(),
                        "nothing was sent that was not acknowledged in the end");
            }
            System.out.println(
                    "kill -9: " + ROUNDS + " rounds, " + total(histories) + " acknowledged records, 0 violations");
            assertEquals(0, last.stop());
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(final String bootstrap) {
        final Properties config = new Properties();
        config.put("bootstrap.servers", bootstrap);
        config.put("acks", "all");
        config.put("enable.idempotence", "true");
        config.put("batch.size", "4096");
        config.put("linger.ms", "1");
        config.put("reconnect.backoff.max.ms", "100");
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void produce(
            final KafkaProducer<byte[], byte[]> producer,
            final List<History> histories,
            final List<String> failures,
            final AtomicBoolean stop) {
        for (long sequence = 0; !stop.get(); sequence++) {
            final long sent = sequence;
            for (int p = 0; p < PARTITIONS; p++) {
                final History history = histories.get(p);
                final byte[] value = ByteBuffer.allocate(100).putLong(sent).array();
                final Future<RecordMetadata> unused =
                        producer.send(new ProducerRecord<>(TOPIC, p, null, value), (metadata, problem) -> {
                            if (problem == null) {
                                history.acknowledged(sent, metadata.offset());
                            } else {
                                failures.add(sent + ": " + problem);
                            }
                        });
            }
        }
    }

    private static long total(final List<History> histories) {
        return histories.stream().mapToLong(History::size).sum();
    }

    private static void awaitMoreAcknowledgements(final List<History> histories, final int more)
            throws InterruptedException {
        final long enough = total(histories) + more;
        final long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (total(histories) < enough) {
            assertTrue(System.nanoTime() < deadlineNs, "no progress: " + total(histories) + " of " + enough);
            Thread.sleep(5);
        }
    }

    private static List<History.Entry> readAll(final String bootstrap, final int partition) {
        final TopicPartition at = new TopicPartition(TOPIC, partition);
        final List<History.Entry> stored = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(at));
            consumer.seekToBeginning(List.of(at));
            final long end = consumer.endOffsets(List.of(at)).get(at);
            while (consumer.position(at) < end) {
                for (final ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(5))) {
                    stored.add(new History.Entry(ByteBuffer.wrap(record.value()).getLong(), record.offset()));
                }
            }
        }
        return stored;
    }
}
