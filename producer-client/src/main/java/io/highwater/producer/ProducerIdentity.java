package io.highwater.producer;

import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.Backoff;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.message.InitProducerIdRequest;
import io.highwater.protocol.message.InitProducerIdResponse;
import java.util.function.BiConsumer;

/**
 * The producer id of an idempotent producer. Legal moves:
 *
 * <pre>
 *   NONE -> ASKING         there is something to send
 *   ASKING -> READY        the broker gave an id
 *   ASKING -> NONE         it did not; asked again after a pause
 *   READY -> RESTARTING    a numbered batch was given up: the sequence has a hole that no broker would accept
 *   RESTARTING -> NONE     nothing is on its way any more, so no old number can arrive after a new one
 * </pre>
 *
 * <p>Confined to the producer's shard.
 */
final class ProducerIdentity {
    private enum State {
        NONE,
        ASKING,
        READY,
        RESTARTING
    }

    private final BrokerCalls calls;
    private final Backoff backoff;
    private final long requestTimeoutMs;
    private final Runnable onChange;
    private final BiConsumer<ErrorCode, String> onRefused;
    private State state = State.NONE;
    private long producerId;
    private short producerEpoch;
    private int failures;
    private Shard.Timer retry;

    /** {@code onRefused} is told an error that asking again would not change. */
    ProducerIdentity(
            final BrokerCalls calls,
            final Backoff backoff,
            final long requestTimeoutMs,
            final Runnable onChange,
            final BiConsumer<ErrorCode, String> onRefused) {
        this.calls = calls;
        this.backoff = backoff;
        this.requestTimeoutMs = requestTimeoutMs;
        this.onChange = onChange;
        this.onRefused = onRefused;
    }

    boolean isReady() {
        return state == State.READY;
    }

    boolean isRestarting() {
        return state == State.RESTARTING;
    }

    long producerId() {
        return producerId;
    }

    short producerEpoch() {
        return producerEpoch;
    }

    /** The sequence has a hole. */
    void restart() {
        if (state == State.READY) {
            state = State.RESTARTING;
        }
    }

    /** Nothing is on its way any more. */
    void restarted() {
        state = State.NONE;
    }

    /** Asks for an id unless there is one, or a question or a pause. */
    void ask() {
        if (state != State.NONE || retry != null) {
            return;
        }
        state = State.ASKING;
        final InitProducerIdRequest request = new InitProducerIdRequest();
        request.transactionalId = null;
        request.transactionTimeoutMs = Integer.MAX_VALUE;
        calls.sendToAny(request, requestTimeoutMs, new BrokerCalls.Answer<InitProducerIdResponse>() {
            @Override
            public void onResponse(final InitProducerIdResponse response) {
                onAnswer(response);
            }

            @Override
            public void onFailure(final ErrorCode error, final String reason) {
                onError(error, reason, error != ErrorCode.UNSUPPORTED_VERSION);
            }
        });
    }

    void close() {
        if (retry != null) {
            retry.cancel();
        }
    }

    private void onAnswer(final InitProducerIdResponse response) {
        final ErrorCode error = ErrorCode.forCode(response.errorCode);
        if (error != ErrorCode.NONE) {
            onError(error, "no producer id", error.retriable());
            return;
        }
        failures = 0;
        producerId = response.producerId;
        producerEpoch = response.producerEpoch;
        state = State.READY;
        onChange.run();
    }

    private void onError(final ErrorCode error, final String reason, final boolean isWorthRetrying) {
        state = State.NONE;
        if (!isWorthRetrying) {
            onRefused.accept(error, reason);
            return;
        }
        failures++;
        retry = calls.shard()
                .schedule(
                        () -> {
                            retry = null;
                            onChange.run();
                        },
                        backoff.delayMs(failures));
    }
}
