package io.highwater.tools.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.tools.process.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a server process holds after a full collection and some idle time.
 *
 * @param heapBytes in use on the heap
 * @param directBytes in direct buffers
 * @param anonymousBytes resident and backed by no file: heap, direct memory and the JVM's own
 * @param threads names of the server's own threads that live as long as the server; the others come and go
 */
record ServerFootprint(long heapBytes, long directBytes, long anonymousBytes, Set<String> threads) {
    private static final Pattern ANONYMOUS = Pattern.compile("RssAnon:\\s+(\\d+) kB");

    /** Collects, waits, looks. */
    static ServerFootprint settled(final ServerProcess server, final int adminPort, final long idleMs)
            throws IOException, InterruptedException {
        final Process collection = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(server.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals(0, collection.waitFor(), "jcmd GC.run");
        Thread.sleep(idleMs);
        final String metrics = metrics(adminPort);
        final Path process = Path.of("/proc", Long.toString(server.pid()));
        final Matcher anonymous = ANONYMOUS.matcher(Files.readString(process.resolve("status")));
        if (!anonymous.find()) {
            throw new AssertionError("no RssAnon in " + process);
        }
        return new ServerFootprint(
                value(metrics, "jvm_heap_used_bytes"),
                value(metrics, "jvm_buffer_used_bytes{pool=\"direct\"}"),
                Long.parseLong(anonymous.group(1)) << 10,
                threads(process));
    }

    static String metrics(final int adminPort) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static long value(final String metrics, final String name) {
        final Matcher matcher =
                Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$").matcher(metrics);
        if (!matcher.find()) {
            throw new AssertionError("no " + name + " in " + metrics);
        }
        return (long) Double.parseDouble(matcher.group(1));
    }

    /** Event loops and the core: pools let their threads go when they have nothing to do. */
    private static Set<String> threads(final Path process) throws IOException {
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            final Set<String> names = new TreeSet<>();
            for (final Path task : tasks.collect(Collectors.toList())) {
                final String name = Files.readString(task.resolve("comm")).strip();
                if (name.startsWith("highwater-shard") || name.startsWith("highwater-core")) {
                    names.add(name + " " + task.getFileName());
                }
            }
            return names;
        }
    }

    @Override
    public String toString() {
        return "heap " + mib(heapBytes) + ", direct " + mib(directBytes) + ", anonymous " + mib(anonymousBytes) + ", "
                + threads.size() + " lasting threads";
    }

    private static String mib(final long bytes) {
        return (bytes + (1 << 19) >> 20) + " MiB";
    }
}
