package io.highwater.tools;

/** The command was tried and failed; the message is one line. */
final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FailedException(final String message) {
        super(message);
    }
}
