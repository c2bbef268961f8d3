package io.highwater.tools.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.ApiKey;
import io.highwater.tools.process.ServerProcess;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Aim: {@code bad-input-is-an-error}. Random and broken requests of every API do not disturb a client beside them, meet no
 * fault in the server, end none of its threads, and leave no request unanswered and no memory taken.
 * {@code -Dfuzz.frames=1000000} for more than the 20,000 of the build.
 */
class NetworkFuzzIT {
    private static final int FRAMES = Integer.getInteger("fuzz.frames", 20_000);
    private static final int WARM_UP_FRAMES = FRAMES / 10;
    private static final int CONNECTIONS = 8;

    /** The build does not wait for what only a long run can tell. */
    private static final long IDLE_MS = FRAMES < 1_000_000 ? 1_000 : 30_000;

    private static final long GROWTH_BYTES_MAX = 32 << 20;
    private static final int ANSWER_TIMEOUT_MS = 250;
    private static final TopicPartition HEALTHY = new TopicPartition("healthy", 0);
    /** A buffer that is lost is an ERROR in the log. */
    private static final Map<String, String> PARANOID =
            Map.of("HIGHWATER_OPTS", "-Dio.netty.leakDetection.level=paranoid");

    @TempDir
    Path scratch;

    @Test
    void aHealthyClientNoticesNothing() throws Exception {
        final int adminPort = ServerProcess.freePort();
        final Path data = scratch.resolve("data");
        try (ServerProcess server = ServerProcess.start(
                data,
                ServerProcess.freePort(),
                PARANOID,
                "--admin-listen",
                "127.0.0.1:" + adminPort,
                "--set",
                "num.shards=2")) {
            createHealthyTopic(server);
            final Map<ApiKey, AtomicLong> answered = new EnumMap<>(ApiKey.class);
            for (final ApiKey api : ApiKey.values()) {
                answered.put(api, new AtomicLong());
            }
            final long warmUpSent = fuzzBesideAHealthyClient(server, WARM_UP_FRAMES, 1_000, answered, 0);
            final ServerFootprint before = ServerFootprint.settled(server, adminPort, IDLE_MS);
            final long sent = fuzzBesideAHealthyClient(server, FRAMES - WARM_UP_FRAMES, 2_000, answered, warmUpSent);
            final ServerFootprint after = ServerFootprint.settled(server, adminPort, IDLE_MS);
            assertEquals(sent, consumed(server));
            answered.values().removeIf(count -> count.get() == 0);
            final long all =
                    answered.values().stream().mapToLong(AtomicLong::get).sum();
            System.out.println("fuzz: " + FRAMES + " frames, " + all + " of them answered, by API: " + answered);
            System.out.println("fuzz: after " + WARM_UP_FRAMES + " frames, a full collection and " + IDLE_MS + " ms: "
                    + before + "; after all: " + after + "; the client beside them sent " + sent + " records");
            assertTrue(all >= FRAMES / 2, all + " of " + FRAMES + " frames reached a handler");
            assertTrue(server.isAlive());
            assertEquals(before.threads(), after.threads());
            assertTrue(after.heapBytes() - before.heapBytes() <= GROWTH_BYTES_MAX, "heap");
            assertTrue(after.directBytes() - before.directBytes() <= GROWTH_BYTES_MAX, "direct memory");
            // Code is compiled, and the heap takes its size, in the first minute of load.
            assertTrue(
                    WARM_UP_FRAMES < 100_000 || after.anonymousBytes() - before.anonymousBytes() <= GROWTH_BYTES_MAX,
                    "anonymous memory");
            final List<String> faults = Files.readAllLines(Path.of(data + ".log")).stream()
                    .filter(line -> line.contains(" ERROR ") || line.contains("Exception"))
                    .toList();
            assertEquals(List.of(), faults.subList(0, Math.min(5, faults.size())));
            assertEquals(0, server.stop());
        }
    }

    /** Both for as long as the frames last; what the client has sent in all. */
    private static long fuzzBesideAHealthyClient(
            final ServerProcess server,
            final int frames,
            final long seed,
            final Map<ApiKey, AtomicLong> answered,
            final long sentBefore)
            throws InterruptedException {
        final AtomicBoolean isOver = new AtomicBoolean();
        final Healthy healthy = new Healthy(server.bootstrap(), isOver, sentBefore);
        healthy.start();
        fuzz(port(server), frames, seed, answered);
        isOver.set(true);
        healthy.join(60_000);
        assertEquals(null, healthy.failure, () -> String.valueOf(healthy.failure));
        assertTrue(healthy.sent > sentBefore);
        return healthy.sent;
    }

    private static int port(final ServerProcess server) {
        return Integer.parseInt(server.bootstrap().substring(server.bootstrap().lastIndexOf(':') + 1));
    }

    private static void createHealthyTopic(final ServerProcess server) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(HEALTHY.topic(), 1, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static void fuzz(
            final int port, final int frames, final long firstSeed, final Map<ApiKey, AtomicLong> answered)
            throws InterruptedException {
        final AtomicInteger next = new AtomicInteger();
        final List<Thread> threads = new ArrayList<>();
        final List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            final long seed = firstSeed + i;
            final Thread thread = new Thread(() -> {
                try {
                    new Sender(port, seed, answered).run(next, frames);
                } catch (final IOException | ReflectiveOperationException e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
    }

    private static long consumed(final ServerProcess server) {
        try (KafkaConsumer<Long, Long> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        server.bootstrap(),
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new LongDeserializer(),
                new LongDeserializer())) {
            consumer.assign(List.of(HEALTHY));
            consumer.seekToBeginning(List.of(HEALTHY));
            final long end = consumer.endOffsets(List.of(HEALTHY)).get(HEALTHY);
            final long[] expected = new long[1];
            while (consumer.position(HEALTHY) < end) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(record -> assertEquals(expected[0]++, record.value(), "in order, each once"));
            }
            return expected[0];
        }
    }

    /** One connection after the other, one frame after the other. */
    private static final class Sender {
        private final int port;
        private final RandomRequests requests;
        private final List<ApiKey> apis = new ArrayList<>();
        private final Map<ApiKey, AtomicLong> answered;
        private final long seed;
        private Socket socket;

        Sender(final int port, final long seed, final Map<ApiKey, AtomicLong> answered) {
            this.port = port;
            this.seed = seed;
            this.answered = answered;
            this.requests = new RandomRequests(seed);
            for (final ApiKey api : ApiKey.values()) {
                // What is not served closes the connection, which one of them is enough to show.
                if (isServed(api) || api == ApiKey.SASL_HANDSHAKE) {
                    apis.add(api);
                }
            }
        }

        private static boolean isServed(final ApiKey api) {
            final int key = api.id();
            return key <= 3
                    || key >= 8 && key <= 16
                    || key >= 18 && key <= 23
                    || key == 29
                    || key == 32
                    || key == 33
                    || key == 35
                    || key == 37
                    || key >= 42 && key <= 44
                    || key == 46
                    || key == 47
                    || key == 55
                    || key == 60
                    || key == 61
                    || key == 74
                    || key == 75;
        }

        void run(final AtomicInteger next, final int frames) throws IOException, ReflectiveOperationException {
            final Random random = new Random(seed);
            for (int i = next.getAndIncrement(); i < frames; i = next.getAndIncrement()) {
                final ApiKey api = apis.get(random.nextInt(apis.size()));
                final int versions = api.highestVersion() - api.lowestVersion() + 1;
                final short version = (short) (api.lowestVersion() + random.nextInt(versions));
                exchange(api, requests.frame(api, version, i));
            }
            close();
        }

        private void exchange(final ApiKey api, final byte[] frame) throws IOException {
            if (socket == null) {
                socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(ANSWER_TIMEOUT_MS);
            }
            try {
                socket.getOutputStream().write(frame);
                final DataInputStream in = new DataInputStream(socket.getInputStream());
                in.readFully(new byte[in.readInt()]);
                answered.get(api).incrementAndGet();
            } catch (final IOException e) {
                // Closed for what was sent, no answer as with acks=0, or one that waits for others.
                close();
            }
        }

        private void close() throws IOException {
            if (socket != null) {
                socket.close();
                socket = null;
            }
        }
    }

    /** Produces numbers one by one, each acknowledged. */
    private static final class Healthy extends Thread {
        private final String bootstrap;
        private final AtomicBoolean isOver;
        private volatile long sent;
        private volatile Exception failure;

        Healthy(final String bootstrap, final AtomicBoolean isOver, final long sent) {
            this.bootstrap = bootstrap;
            this.sent = sent;
            this.isOver = isOver;
        }

        @Override
        public void run() {
            try (KafkaProducer<Long, Long> producer = new KafkaProducer<>(
                    Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap),
                    new LongSerializer(),
                    new LongSerializer())) {
                while (!isOver.get()) {
                    producer.send(new ProducerRecord<>(HEALTHY.topic(), sent)).get();
                    sent++;
                }
            } catch (final InterruptedException | ExecutionException e) {
                failure = e;
            }
        }
    }
}
