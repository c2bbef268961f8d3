package io.highwater.tools;

import java.util.logging.LogManager;

/**
 * The JDK's logging takes its handlers away when the JVM begins to end, which for a server that was told to stop is when
 * its stop begins: what that has to say must not be lost. Named to the JDK by {@link LogFormat#JSON}. As safe for threads
 * as {@link LogManager}.
 */
public final class LoggingToTheEnd extends LogManager {
    /** For the JDK. */
    public LoggingToTheEnd() {
        super();
    }

    @Override
    public void reset() {
        // Our handler has nothing to close, and writes each event at once.
    }
}
