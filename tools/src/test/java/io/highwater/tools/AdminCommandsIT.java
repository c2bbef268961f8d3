package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.ServerProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that administer, against a server in a process of its own. */
class AdminCommandsIT {
    @TempDir
    Path scratch;

    private ServerProcess server;
    private String out = "";
    private String err = "";

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start(
                scratch.resolve("data"), ServerProcess.freePort(), "--set", "group.initial.rebalance.delay.ms=0");
        assertEquals(ExitCode.DONE, run("", "topics", "create", "orders", "--partitions", "2"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void topicsGetPartitionsAndConfigs() {
        assertEquals(
                ExitCode.DONE,
                run("", "topics", "alter", "orders", "--partitions", "4", "--config", "retention.ms=1000"));
        assertEquals("altered topic orders\ngrown to 4 partitions: topic orders\n", out);
        run("", "topics", "describe", "orders");
        assertTrue(out.contains("partitions 4"), out);
        assertEquals(ExitCode.FAILED, run("", "topics", "alter", "orders", "--partitions", "3"));
        assertEquals(
                "highwater: topic orders: INVALID_PARTITIONS (The topic orders currently has 4 partition(s); 3 would not be"
                        + " an increase.)\n",
                err);
        assertEquals(ExitCode.USAGE, run("", "topics", "alter", "orders"));
        assertEquals(ExitCode.USAGE, run("", "topics", "alter", "orders", "--config", "retention.ms"));
    }

    @Test
    void configsAreShownAndChanged() {
        assertEquals(ExitCode.DONE, run("", "configs", "describe", "--topic", "orders"));
        assertEquals("", out, "nothing is set");
        assertEquals(ExitCode.DONE, run("", "configs", "alter", "--all-brokers", "--config", "message.max.bytes=5000"));
        assertEquals("altered all brokers\n", out);
        run("", "configs", "describe", "--topic", "orders", "--all-brokers");
        assertEquals("topic orders  max.message.bytes=5000\nall brokers  message.max.bytes=5000\n", out);
        assertEquals(
                ExitCode.DONE,
                run("", "configs", "alter", "--all-brokers", "--delete-config", "message.max.bytes", "--json"));
        assertEquals("{\"resource\":\"all brokers\",\"error\":\"NONE\"}\n", out);
        assertEquals(ExitCode.DONE, run("", "configs", "describe", "--broker", "1", "--all", "--json"));
        assertTrue(out.contains("\"name\":\"message.max.bytes\",\"value\":\"1048588\",\"default\":true"), out);
        assertEquals(
                ExitCode.FAILED,
                run("", "configs", "alter", "--topic", "orders", "--config", "segment.ms=soon", "--validate-only"));
        assertTrue(err.startsWith("highwater: topic orders: INVALID_CONFIG (Invalid value soon"), err);
        assertEquals(ExitCode.FAILED, run("", "configs", "describe", "--topic", "missing"));
        assertEquals(ExitCode.USAGE, run("", "configs", "describe"));
        assertEquals(ExitCode.USAGE, run("", "configs", "alter", "--topic", "orders"));
    }

    @Test
    void theOldestRecordsOfPartitionsAreDeleted() {
        run("one\ntwo\nthree\n", "produce", "orders", "--partition", "0");
        assertEquals(ExitCode.DONE, run("", "topics", "delete-records", "orders", "-p", "0", "--before", "2"));
        assertEquals("orders-0 begins at 2\n", out);
        run("", "consume", "orders", "--from", "earliest", "--until-end");
        assertEquals("three\n", out);
        assertEquals(
                ExitCode.FAILED,
                run("", "topics", "delete-records", "orders", "-p", "0", "-p", "1", "-p", "7", "--before", "3"));
        assertEquals("orders-0 begins at 3\n", out);
        assertEquals(2, err.lines().count(), err);
        assertTrue(err.startsWith("highwater: orders-1: OFFSET_OUT_OF_RANGE ("), err);
        assertTrue(err.contains("\nhighwater: orders-7: UNKNOWN_TOPIC_OR_PARTITION ("), err);
        run("four\n", "produce", "orders", "--partition", "0");
        assertEquals(
                ExitCode.DONE,
                run("", "topics", "delete-records", "orders", "-p", "0", "-p", "1", "--before", "latest", "--json"));
        assertEquals("""
                {"topic":"orders","partition":0,"error":"NONE","start":4}
                {"topic":"orders","partition":1,"error":"NONE","start":0}
                """, out);
        assertEquals(ExitCode.FAILED, run("", "topics", "delete-records", "missing", "-p", "0", "--before", "1"));
        for (final String wrong : List.of("-1", "soon", "")) {
            assertEquals(ExitCode.USAGE, run("", "topics", "delete-records", "orders", "-p", "0", "--before", wrong));
        }
        assertEquals(ExitCode.USAGE, run("", "topics", "delete-records", "orders", "--before", "1"));
        assertEquals(ExitCode.USAGE, run("", "topics", "delete-records", "orders", "-p", "0"));
    }

    @Test
    void groupsAreListedWithTheirLag() {
        run("one\ntwo\n", "produce", "orders", "--partition", "0");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        server.bootstrap(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        "billing",
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "biller",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.subscribe(List.of("orders"));
            while (consumer.poll(Duration.ofMillis(200)).isEmpty()) {
                // Until it has joined.
            }
            consumer.commitSync();
            run("three\n", "produce", "orders", "--partition", "0");
            assertEquals(ExitCode.DONE, run("", "groups", "list"));
            assertEquals("billing  Stable\n", out);
            assertEquals(ExitCode.DONE, run("", "groups", "describe", "billing"));
            assertTrue(out.startsWith("billing  Stable  protocol range\n  member biller-"), out);
            assertTrue(out.contains("  orders-0  committed 2  end 3  lag 1\n"), out);
            run("", "groups", "describe", "billing", "--json");
            assertTrue(out.contains("{\"topic\":\"orders\",\"partition\":0,\"committed\":2,\"end\":3,\"lag\":1}"), out);
        }
        assertEquals(ExitCode.FAILED, run("", "groups", "describe", "nobody"));
        assertTrue(err.startsWith("highwater: nobody: GROUP_ID_NOT_FOUND"), err);
    }

    private int run(final String in, final String... arguments) {
        final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        final String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "-b";
        all[arguments.length + 1] = server.bootstrap();
        final int exitCode = new Highwater(new Terminal(
                        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                        new PrintStream(errBytes, true, StandardCharsets.UTF_8)))
                .run(all);
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return exitCode;
    }
}
