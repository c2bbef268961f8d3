package io.highwater.log;

import java.io.IOException;

/** The disk refused: full, failing, or holding what can't be right. The message names the file. */
public class LogStorageException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What went wrong, in one line. */
    public LogStorageException(final String message) {
        super(message);
    }

    /** What went wrong, in one line, and what the operating system said. */
    public LogStorageException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
