package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.port.Clock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import java.util.function.Function;

/**
 * Has the core decide requests on the metadata and answers with what it decided, once that is durable. Where the core can't,
 * the answer is the handler's own.
 *
 * <p>Safe for any thread.
 */
final class MetadataProposal {
    private final Core core;
    private final Clock clock;

    MetadataProposal(final Core core, final Clock clock) {
        this.core = core;
        this.clock = clock;
    }

    /** Answers the request, once: as decided, or as refused when the core fails or the time is up. */
    <R extends Message> void decide(
            final Message request,
            final long timeoutMs,
            final Class<R> answerType,
            final Function<ErrorCode, R> refused,
            final Reply<R> reply) {
        core.propose(CoreGroup.META, request, clock.monotonicMs() + timeoutMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message decided) {
                reply.send(answerType.cast(decided));
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                reply.send(refused.apply(failure.errorCode()));
            }
        });
    }
}
