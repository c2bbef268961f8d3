package io.highwater.broker.network;

/** The peer sent what can't be answered: its connection is closed and the message logged. Carries no stack trace. */
final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRequestException(final String message) {
        super(message, null, false, false);
    }
}
