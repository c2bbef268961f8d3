package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.ServerProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where consume begins and what it prints, against a server in a process of its own. */
class ConsumeCommandIT {
    @TempDir
    Path scratch;

    private ServerProcess server;
    private String out = "";
    private String err = "";

    @BeforeEach
    void start() throws Exception {
        server = ServerProcess.start(scratch.resolve("data"), ServerProcess.freePort());
        assertEquals(ExitCode.DONE, run("", "topics", "create", "orders", "--partitions", "1"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** What was asked for by number is read, or said not to be there; nothing else is read instead. */
    @Test
    void anOffsetThatIsNotThereIsRefused() {
        assertEquals(ExitCode.DONE, run("one\ntwo\nthree\n", "produce", "orders"));
        assertEquals(ExitCode.DONE, run("", "consume", "orders", "--from", "1", "--count", "2"));
        assertEquals("two\nthree\n", out);
        assertEquals(ExitCode.FAILED, run("", "consume", "orders", "--from", "1000", "--count", "3"));
        assertEquals("", out);
        assertEquals(
                "highwater: --from 1000: orders-0 has offsets 0 to 3; name one of these, earliest or latest, or choose"
                        + " partitions with --partition\n",
                err);
        assertEquals(ExitCode.DONE, run("", "consume", "orders", "--from", "3", "--until-end"));
        assertEquals("", out);
        assertEquals(ExitCode.FAILED, run("", "consume", "orders", "--from", "4", "--until-end"));
        assertEquals(ExitCode.DONE, run("", "consume", "orders", "-p", "0", "-p", "0", "--from", "2", "--until-end"));
        assertEquals("three\n", out);
    }

    /** A key may be there many times, and the order of headers says something. */
    @Test
    void jsonHasAllHeadersInTheirOrder() throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()),
                new StringSerializer(),
                new StringSerializer())) {
            final ProducerRecord<String, String> record = new ProducerRecord<>("orders", "value");
            record.headers().add("z", bytes("1")).add("a", null).add("z", bytes("2"));
            producer.send(record).get();
        }
        assertEquals(ExitCode.DONE, run("", "consume", "orders", "--from", "0", "--count", "1", "--json"));
        assertTrue(
                out.contains("\"headers\":[{\"key\":\"z\",\"value\":\"1\"},{\"key\":\"a\",\"value\":null},"
                        + "{\"key\":\"z\",\"value\":\"2\"}]"),
                out);
    }

    private int run(final String in, final String... arguments) {
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-b", server.bootstrap()));
        final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        final int exit = new Highwater(new Terminal(
                        new ByteArrayInputStream(bytes(in)),
                        new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                        new PrintStream(errBytes, true, StandardCharsets.UTF_8)))
                .run(all.toArray(new String[0]));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return exit;
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
