package io.highwater.tools;

import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * How the log on standard error looks: lines for people, or a JSON object each ({@link JsonLogFormatter}) for what
 * collects logs. Two providers of SLF4J stand behind the two, since the one that starts fastest knows lines only. To be
 * chosen before the first logger is asked for.
 */
enum LogFormat {
    /** As {@code simplelogger.properties} says. */
    LINES("org.slf4j.simple.SimpleServiceProvider") {
        @Override
        void prepare() {}
    },

    /** At the same levels. */
    JSON("org.slf4j.jul.JULServiceProvider") {
        @Override
        void prepare() {
            System.setProperty("java.util.logging.manager", LoggingToTheEnd.class.getName());
            final Logger root = Logger.getLogger("");
            for (final Handler handler : root.getHandlers()) {
                root.removeHandler(handler);
            }
            final Handler handler = new ConsoleHandler();
            handler.setFormatter(new JsonLogFormatter());
            handler.setLevel(Level.ALL);
            root.addHandler(handler);
            root.setLevel(levelOf(System.getProperty(LEVEL, "info")));
            Held.NETTY.setLevel(Level.WARNING);
        }
    };

    private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

    private final String provider;

    LogFormat(final String provider) {
        this.provider = provider;
    }

    /** Sets it for this process. */
    void install() {
        prepare();
        System.setProperty("slf4j.provider", provider);
        // It tells of every provider that it was told to take.
        System.setProperty("slf4j.internal.verbosity", "WARN");
    }

    abstract void prepare();

    private static Level levelOf(final String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "trace" -> Level.FINEST;
            case "debug" -> Level.FINE;
            case "warn" -> Level.WARNING;
            case "error" -> Level.SEVERE;
            case "off" -> Level.OFF;
            default -> Level.INFO;
        };
    }

    /** Held, or its level would be collected with it. */
    private static final class Held {
        private static final Logger NETTY = Logger.getLogger("io.netty");
    }
}
