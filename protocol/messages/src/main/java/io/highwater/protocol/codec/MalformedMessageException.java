package io.highwater.protocol.codec;

/**
 * The bytes are not a message of that version. Expected: peers send what they like; the connection is closed and the log
 * gets one line. It has no stack trace, since the place in the codec tells nothing about the sender and a flood of bad
 * frames should stay cheap.
 */
public final class MalformedMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With what is wrong, and where. */
    public MalformedMessageException(final String message) {
        super(message, null, false, false);
    }
}
