package io.highwater.broker.server;

/** A setting that can't be used. The message is one line that names the key and says what to write instead. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong, in one line. */
    public ConfigException(final String message) {
        super(message);
    }
}
