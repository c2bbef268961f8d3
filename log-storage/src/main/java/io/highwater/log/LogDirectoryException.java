package io.highwater.log;

/** The directory can't be used by this node: locked, another node's, of an older format. The message is for the operator, one line. */
public final class LogDirectoryException extends Exception {
    private static final long serialVersionUID = 1L;

    /** The one line. */
    public LogDirectoryException(final String message) {
        super(message);
    }
}
