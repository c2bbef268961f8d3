package io.highwater.producer;

import io.highwater.protocol.ErrorCode;

/** A record was not acknowledged; {@link #error()} says why. After a time-out it may be stored nevertheless. */
public final class ProduceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    ProduceException(final ErrorCode error, final String message) {
        super(error + ": " + message);
        this.error = error;
    }

    /** The protocol's code. */
    public ErrorCode error() {
        return error;
    }
}
