package io.highwater.broker.server;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The levels of our loggers. Safe for any thread. */
final class LogLevels {
    private static final String OURS = "io.highwater";

    private LogLevels() {}

    /** By name; ours hang together, and none can be changed while the process runs. */
    static Map<String, String> byLogger() {
        return Map.of(OURS, levelOf(LoggerFactory.getLogger(OURS)));
    }

    private static String levelOf(final Logger logger) {
        if (logger.isTraceEnabled()) {
            return "TRACE";
        } else if (logger.isDebugEnabled()) {
            return "DEBUG";
        } else if (logger.isInfoEnabled()) {
            return "INFO";
        } else if (logger.isWarnEnabled()) {
            return "WARN";
        }
        return logger.isErrorEnabled() ? "ERROR" : "OFF";
    }
}
