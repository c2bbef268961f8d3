package io.highwater.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.highwater.tools.process.ServerProcess;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log as JSON: nothing on standard error but objects, one a line. */
class JsonLogIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path scratch;

    @Test
    void everyLineOfAServersLogIsAnObject() throws Exception {
        final Path data = scratch.resolve("data");
        final int port = ServerProcess.freePort();
        try (ServerProcess server = ServerProcess.start(data, port, "--log-json")) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                // No frame is so long: a line of WARN.
                socket.getOutputStream().write(ByteBuffer.allocate(4).putInt(-2).array());
                assertEquals(-1, socket.getInputStream().read());
            }
            assertEquals(ExitCode.DONE, server.stop());
        }
        final List<JsonNode> events = new ArrayList<>();
        for (final String line : Files.readAllLines(Path.of(data + ".log"))) {
            // What the launcher says before there is a JVM.
            if (!line.startsWith("highwater: preparing ")) {
                events.add(JSON.readTree(line));
            }
        }
        assertTrue(events.stream()
                .anyMatch(event -> "WARN".equals(event.path("level").asText())
                        && event.path("message").asText().startsWith("closing the connection of ")));
        final JsonNode last = events.get(events.size() - 1);
        assertEquals("INFO", last.get("level").asText());
        assertEquals("io.highwater.broker.server.Server", last.get("logger").asText());
        assertEquals("stopped in order", last.get("message").asText());
        assertFalse(last.get("thread").asText().isEmpty());
        assertFalse(last.has("error"));
        assertTrue(
                Instant.parse(last.get("time").asText()).isBefore(Instant.now().plusSeconds(1)));
    }

    @Test
    void aFaultHasItsStackAndTextIsEscaped() throws IOException {
        final LogRecord event = new LogRecord(Level.SEVERE, "a \"name\"\nof two lines");
        event.setLoggerName("logger");
        event.setThrown(new IOException("planted"));
        final String line = new JsonLogFormatter().format(event);
        assertEquals(1, line.lines().count(), line);
        final JsonNode read = JSON.readTree(line);
        assertEquals("ERROR", read.get("level").asText());
        assertEquals("a \"name\"\nof two lines", read.get("message").asText());
        assertTrue(read.get("error").asText().startsWith("java.io.IOException: planted"));
    }
}
