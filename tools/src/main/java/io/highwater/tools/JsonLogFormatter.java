package io.highwater.tools;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * An event of the log as one JSON object in one line:
 *
 * <pre>
 *   {"time":"2026-01-01T00:00:00.123456Z","level":"WARN","logger":"io.highwater...","thread":"...","message":"..."}
 * </pre>
 *
 * and {@code "error"}, a stack trace, where there is one. Times are UTC. Safe for any thread; called on the one that logs.
 */
final class JsonLogFormatter extends Formatter {
    private static final JsonFactory FACTORY = new JsonFactory();

    @Override
    public String format(final LogRecord event) {
        final StringWriter line = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", event.getInstant().toString());
            json.writeStringField("level", nameOf(event.getLevel()));
            json.writeStringField("logger", event.getLoggerName());
            json.writeStringField("thread", Thread.currentThread().getName());
            json.writeStringField("message", formatMessage(event));
            if (event.getThrown() != null) {
                final StringWriter stack = new StringWriter();
                event.getThrown().printStackTrace(new PrintWriter(stack, true));
                json.writeStringField("error", stack.toString());
            }
            json.writeEndObject();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.append(System.lineSeparator()).toString();
    }

    /** The names of SLF4J, through which everything here logs. */
    private static String nameOf(final Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        } else if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARN";
        } else if (level.intValue() >= Level.INFO.intValue()) {
            return "INFO";
        }
        return level.intValue() >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }
}
