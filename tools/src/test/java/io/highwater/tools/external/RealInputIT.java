package io.highwater.tools.external;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.Distribution;
import io.highwater.tools.process.Run;
import io.highwater.tools.process.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real input through clients that are not ours: the package index of the machine as multi-line records, one partition,
 * produced by kcat with every codec, read back by everybody. What comes back must hash to what went in, the final
 * newline included, and the stock dump-log must find the asked codec in every stored batch.
 */
@Tag("external")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RealInputIT {
    private static final String DELIMITER = "\n\n";
    private static final String ESCAPED_DELIMITER = "\\n\\n";
    private static final Pattern OFFSETS = Pattern.compile("baseOffset: (\\d+) lastOffset: (\\d+)");

    @TempDir
    static Path scratch;

    private static ServerProcess server;
    private static Path input;
    private static String inputSha256;
    private static long inputRecords;

    @BeforeAll
    static void writeInputAndStart() throws Exception {
        input = scratch.resolve("dumpavail");
        final Process dump = new ProcessBuilder("apt-cache", "dumpavail")
                .redirectOutput(input.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals(0, dump.waitFor());
        inputSha256 = Run.sha256(input);
        final byte[] bytes = Files.readAllBytes(input);
        assertTrue(bytes.length > 1_000_000, "apt-cache dumpavail is empty: run apt-get update");
        assertEquals(DELIMITER, new String(bytes, bytes.length - 2, 2, StandardCharsets.UTF_8));
        inputRecords = new String(bytes, StandardCharsets.ISO_8859_1).split(DELIMITER, -1).length - 1L;
        server = ServerProcess.start(
                scratch.resolve("data"), ServerProcess.freePort(), "--set", "group.initial.rebalance.delay.ms=0");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Order(1)
    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void everybodyReadsBackWhatKcatProduced(final String codec) {
        final String topic = "real-" + codec;
        Run.of(
                        scratch,
                        input,
                        Map.of(),
                        "kcat",
                        "-P",
                        "-b",
                        server.bootstrap(),
                        "-t",
                        topic,
                        "-p",
                        "0",
                        "-z",
                        codec,
                        "-D",
                        ESCAPED_DELIMITER,
                        "-X",
                        "queue.buffering.max.kbytes=262144")
                .mustSucceed();
        assertAll(
                () -> assertEquals(inputSha256, readByKcat(topic), "kcat"),
                () -> assertEquals(inputSha256, readByJavaClient(topic, true), "kafka-clients, subscribe"),
                () -> assertEquals(inputSha256, readByJavaClient(topic, false), "kafka-clients, assign"),
                () -> assertEquals(inputSha256, readByOwnConsumer(topic), "highwater consume"));
    }

    @Order(2)
    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip"})
    void kafkajsReadsBackWhatKcatProduced(final String codec) {
        final Run run = Run.of(
                scratch,
                null,
                Map.of(
                        "NODE_PATH",
                        Distribution.target().resolve("kafkajs/node_modules").toString()),
                "node",
                "src/test/kafkajs/hash-topic.js",
                server.bootstrap(),
                "real-" + codec,
                DELIMITER);
        assertEquals(inputRecords + " " + inputSha256, run.mustSucceed().out().strip());
    }

    @Order(3)
    @Test
    void ownProducerIsReadBackByKcat() {
        Run.highwater(
                        scratch,
                        input,
                        "produce",
                        "own",
                        "--bootstrap",
                        server.bootstrap(),
                        "--delimiter",
                        ESCAPED_DELIMITER,
                        "--compression",
                        "zstd")
                .mustSucceed();
        assertEquals(inputSha256, readByKcat("own"));
    }

    @Order(4)
    @Test
    void stockDumpLogFindsTheAskedCodecInEveryBatch() throws Exception {
        assertEquals(0, server.stop());
        for (final String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            final Path segment = scratch.resolve("data/real-" + codec + "-0/00000000000000000000.log");
            final Run dump = Run.of(
                            scratch,
                            null,
                            Map.of(),
                            "java",
                            "-cp",
                            Distribution.target().resolve("kafka-tools") + "/*",
                            "org.apache.kafka.tools.DumpLogSegments",
                            "--files",
                            segment.toString())
                    .mustSucceed();
            final List<String> batches = dump.out()
                    .lines()
                    .filter(line -> line.startsWith("baseOffset:"))
                    .collect(Collectors.toList());
            assertTrue(batches.size() > 5, dump.out());
            assertEquals(inputRecords, recordsIn(batches), "the dump leaves batches out");
            assertAll(batches.stream().map(line -> () -> {
                assertTrue(line.contains("compresscodec: " + codec), line);
                assertTrue(line.contains("isvalid: true"), line);
            }));
        }
    }

    /** The records that lines of dump-log tell of: the batches follow each other without a gap, so none is left out. */
    private static long recordsIn(final List<String> batches) {
        long next = 0;
        for (final String line : batches) {
            final Matcher range = OFFSETS.matcher(line);
            assertTrue(range.find(), line);
            assertEquals(next, Long.parseLong(range.group(1)), line);
            next = Long.parseLong(range.group(2)) + 1;
        }
        return next;
    }

    private static String readByKcat(final String topic) {
        return Run.of(
                        scratch,
                        null,
                        Map.of(),
                        "kcat",
                        "-C",
                        "-q",
                        "-e",
                        "-b",
                        server.bootstrap(),
                        "-t",
                        topic,
                        "-p",
                        "0",
                        "-o",
                        "beginning",
                        "-D",
                        ESCAPED_DELIMITER)
                .mustSucceed()
                .outSha256();
    }

    private static String readByOwnConsumer(final String topic) {
        return Run.highwater(
                        scratch,
                        null,
                        "consume",
                        topic,
                        "--bootstrap",
                        server.bootstrap(),
                        "--from",
                        "earliest",
                        "--until-end",
                        "--delimiter",
                        ESCAPED_DELIMITER)
                .mustSucceed()
                .outSha256();
    }

    private static String readByJavaClient(final String topic, final boolean subscribe) {
        final Properties config = new Properties();
        config.put("bootstrap.servers", server.bootstrap());
        config.put("group.id", "real-input-" + topic + "-" + subscribe);
        config.put("auto.offset.reset", "earliest");
        final TopicPartition partition = new TopicPartition(topic, 0);
        final MessageDigest digest = Run.newSha256();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            final long end = consumer.endOffsets(List.of(partition)).get(partition);
            if (subscribe) {
                consumer.subscribe(List.of(topic));
            } else {
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
            }
            long next = 0;
            final long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (next < end) {
                assertTrue(System.nanoTime() < deadlineNs, "stuck at " + next + " of " + end);
                for (final ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    assertEquals(next, record.offset());
                    digest.update(record.value());
                    digest.update(DELIMITER.getBytes(StandardCharsets.UTF_8));
                    next++;
                }
            }
            assertEquals(inputRecords, next);
            if (subscribe) {
                consumer.commitSync();
                assertEquals(
                        end,
                        consumer.committed(java.util.Set.of(partition))
                                .get(partition)
                                .offset());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
