package io.highwater.broker.api;

import io.highwater.port.Retained;
import io.highwater.protocol.message.Message;

/**
 * The one answer to one request. Exactly one of the methods is called, exactly once, now or later.
 *
 * <p>Safe for any thread: the answer is handed over to the shard of the connection, which writes answers in the order
 * of the requests. After the connection is gone an answer is dropped and its lifetime released.
 *
 * @param <R> the response.
 */
public interface Reply<R extends Message> {
    /** Answers with a message that owns its bytes. */
    void send(R response);

    /** Answers with a message whose byte fields lie in memory that {@code lifetime} keeps; released once written. */
    void send(R response, Retained lifetime);

    /** The request has no answer (Produce with acks=0). */
    void none();

    /** The request can't be answered: closes the connection and logs the reason. */
    void close(String reason);
}
