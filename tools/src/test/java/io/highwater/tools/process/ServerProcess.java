package io.highwater.tools.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A broker in a process of its own, started through the distribution's launcher and stopped by its pid. */
public final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final int port;
    private final String readyLine;

    private ServerProcess(final Process process, final int port, final String readyLine) {
        this.process = process;
        this.port = port;
        this.readyLine = readyLine;
    }

    /** Starts it and waits for {@code ready:}; its log goes to {@code <data>.log}. */
    public static ServerProcess start(final Path data, final int port, final String... more) throws IOException {
        return start(data, port, Map.of(), more);
    }

    /** The same with these variables in its environment. */
    public static ServerProcess start(
            final Path data, final int port, final Map<String, String> environment, final String... more)
            throws IOException {
        final List<String> command = new ArrayList<>(List.of(
                Distribution.launcher().toString(),
                "server",
                "--data",
                data.toString(),
                "--listen",
                "127.0.0.1:" + port));
        command.addAll(List.of(more));
        final ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(
                        ProcessBuilder.Redirect.appendTo(Path.of(data + ".log").toFile()));
        builder.environment().put("HIGHWATER_CDS", Distribution.cdsCache().toString());
        builder.environment().putAll(environment);
        final Process process = builder.start();
        final BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("ready:")) {
            line = out.readLine();
        }
        if (line == null) {
            process.destroyForcibly();
            throw new AssertionError("the server ended before it was ready; its log is " + data + ".log");
        }
        return new ServerProcess(process, port, line);
    }

    /** A port that was free a moment ago. */
    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    public long pid() {
        return process.pid();
    }

    public String readyLine() {
        return readyLine;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM, and its exit code. */
    public int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("no clean stop within 30 s");
        }
        return process.exitValue();
    }

    /** SIGKILL, and its end awaited. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
