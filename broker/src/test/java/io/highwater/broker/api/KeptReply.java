package io.highwater.broker.api;

import io.highwater.port.Retained;
import io.highwater.protocol.message.Message;

/** Keeps the answer for the test, and refuses a second one. */
final class KeptReply<R extends Message> implements Reply<R> {
    R response;
    String closedFor;
    private boolean isGiven;

    @Override
    public void send(final R given) {
        give();
        response = given;
    }

    @Override
    public void send(final R given, final Retained lifetime) {
        send(given);
        lifetime.release();
    }

    @Override
    public void none() {
        give();
    }

    @Override
    public void close(final String reason) {
        give();
        closedFor = reason;
    }

    boolean isGiven() {
        return isGiven;
    }

    private void give() {
        if (isGiven) {
            throw new IllegalStateException("answered twice");
        }
        isGiven = true;
    }
}
