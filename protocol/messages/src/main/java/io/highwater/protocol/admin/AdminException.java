package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;

/** A request as a whole had no usable answer. What went wrong with one topic is in that topic's result instead. */
public final class AdminException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode error;

    /** A failure of this kind; the message is for people. */
    public AdminException(final ErrorCode error, final String message) {
        super(message);
        this.error = error;
    }

    /** What kind of failure it is. */
    public ErrorCode error() {
        return error;
    }
}
