package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;

/** The request as a whole had no answer; the message is one line. */
public final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    AdminException(final ErrorCode error, final String message) {
        super(message);
        this.error = error;
    }

    /** What kind of failure it was. */
    public ErrorCode error() {
        return error;
    }
}
