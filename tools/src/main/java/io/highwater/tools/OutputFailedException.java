package io.highwater.tools;

import java.io.IOException;

/** Standard output can't be written to: the disk behind it is full, or its reader has gone. */
final class OutputFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isReaderGone;

    OutputFailedException(final IOException cause) {
        super("can't write to standard output: " + cause.getMessage(), cause);
        this.isReaderGone = StandardOutput.isReaderGone(cause);
    }

    /** Whoever read has enough, which needs no message. */
    boolean isReaderGone() {
        return isReaderGone;
    }
}
