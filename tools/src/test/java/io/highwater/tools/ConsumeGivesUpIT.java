package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.tools.process.ServerProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A consume that has an end does not wait for ever for what went away: it fails with one line. */
class ConsumeGivesUpIT {
    @TempDir
    Path scratch;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void whenTheBrokerGoes() throws Exception {
        try (ServerProcess server = ServerProcess.start(scratch.resolve("data"), ServerProcess.freePort())) {
            final CompletableFuture<Integer> consume = consumeTwoOfOne(server);
            server.kill();
            assertGivesUp(consume);
        }
    }

    @Test
    void whenTheTopicIsDeleted() throws Exception {
        try (ServerProcess server = ServerProcess.start(scratch.resolve("data"), ServerProcess.freePort())) {
            final CompletableFuture<Integer> consume = consumeTwoOfOne(server);
            assertEquals(
                    ExitCode.DONE,
                    run(
                            InputStream.nullInputStream(),
                            OutputStream.nullOutputStream(),
                            "topics",
                            "delete",
                            "t",
                            "-b",
                            server.bootstrap()));
            assertGivesUp(consume);
        }
    }

    /** Asks for two records of a topic with one; returns when that one has been written. */
    private CompletableFuture<Integer> consumeTwoOfOne(final ServerProcess server) throws InterruptedException {
        final InputStream one = new ByteArrayInputStream("one\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(
                ExitCode.DONE,
                run(one, OutputStream.nullOutputStream(), "produce", "t", "-b", server.bootstrap()),
                err.toString(StandardCharsets.UTF_8));
        err.reset();
        final CountDownLatch isRead = new CountDownLatch(1);
        final OutputStream out = new ByteArrayOutputStream() {
            @Override
            public void flush() {
                if (size() > 0) {
                    isRead.countDown();
                }
            }
        };
        final CompletableFuture<Integer> consume = CompletableFuture.supplyAsync(() -> run(
                InputStream.nullInputStream(),
                out,
                "consume",
                "t",
                "--from",
                "earliest",
                "--count",
                "2",
                "--timeout-ms",
                "1500",
                "-b",
                server.bootstrap()));
        assertTrue(isRead.await(30, TimeUnit.SECONDS));
        return consume;
    }

    private void assertGivesUp(final CompletableFuture<Integer> consume) throws Exception {
        assertEquals(ExitCode.FAILED, consume.get(30, TimeUnit.SECONDS));
        final String text = err.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.startsWith("highwater: consume: nothing could be read for 1500 ms: t-0, "), text);
    }

    private int run(final InputStream in, final OutputStream out, final String... arguments) {
        return new Highwater(new Terminal(
                        in,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8)))
                .run(arguments);
    }
}
