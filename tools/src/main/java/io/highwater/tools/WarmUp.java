package io.highwater.tools;

import io.highwater.broker.server.Server;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the launcher runs once to make the class-data archive: a broker in a scratch directory on a loopback port of its
 * own, a topic, a record there and back. The classes that this loads are the ones that the archive holds, so all goes
 * through the command line as a user would go: parsing flags is a third of a start without the archive. Confined to the
 * main thread.
 */
final class WarmUp {
    private static final String TOPIC = "warm-up";
    private static final String RECORD = "record";

    int run() {
        try {
            final Path scratch = Files.createTempDirectory("highwater-warm-up");
            try {
                runBroker(scratch.resolve("data"));
            } finally {
                delete(scratch);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return ExitCode.DONE;
    }

    private static void runBroker(final Path data) {
        final ServerCommand command = new ServerCommand();
        Highwater.parse(command, "--data", data.toString(), "--listen", "127.0.0.1:0");
        try (Server server = command.start()) {
            final InetSocketAddress address = server.address();
            final String bootstrap = address.getHostString() + ":" + address.getPort();
            run("", "topics", "create", TOPIC, "--bootstrap", bootstrap);
            run(RECORD + "\n", "produce", TOPIC, "--bootstrap", bootstrap);
            final String read = run(
                    "",
                    "consume",
                    TOPIC,
                    "--bootstrap",
                    bootstrap,
                    "--from",
                    "earliest",
                    "--until-end",
                    "--group",
                    TOPIC);
            if (!read.equals(RECORD + "\n")) {
                throw new FailedException("warm-up: the record did not come back, but '" + read + "'");
            }
        }
    }

    /** Runs one command of the tool on the given input; returns what it printed. */
    private static String run(final String input, final String... arguments) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final Terminal terminal = new Terminal(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                System.err);
        final int exitCode = new Highwater(terminal).run(arguments);
        if (exitCode != ExitCode.DONE) {
            throw new FailedException("warm-up: " + String.join(" ", arguments) + " ended with " + exitCode);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void delete(final Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (final Path path : (Iterable<Path>) paths.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
