package io.highwater.broker.server;

/** The node can't start. The message is one line for the operator. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The one line, and what was behind it, if anything. */
    public StartException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
