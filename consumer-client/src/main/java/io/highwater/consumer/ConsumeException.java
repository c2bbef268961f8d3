package io.highwater.consumer;

import io.highwater.protocol.ErrorCode;

/** A partition, topic or group can't be read or committed; {@link #error()} says why. */
public final class ConsumeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    ConsumeException(final ErrorCode error, final String message) {
        super(error + ": " + message);
        this.error = error;
    }

    ConsumeException(final ErrorCode error, final String message, final Throwable cause) {
        super(error + ": " + message, cause);
        this.error = error;
    }

    /** The protocol's code. */
    public ErrorCode error() {
        return error;
    }
}
