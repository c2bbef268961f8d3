package io.highwater.log;

/**
 * The log's directory failed (a force failed, once is enough) or the log was closed: nothing is appended or read any more
 * until the directory is opened and recovered anew.
 */
public final class LogOfflineException extends LogStorageException {
    private static final long serialVersionUID = 1L;

    /** Why it is offline. */
    public LogOfflineException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
