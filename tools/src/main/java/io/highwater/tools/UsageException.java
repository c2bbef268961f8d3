package io.highwater.tools;

/** The command can't be tried as it was given; the message is one line that says what to do. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(final String message) {
        super(message);
    }
}
