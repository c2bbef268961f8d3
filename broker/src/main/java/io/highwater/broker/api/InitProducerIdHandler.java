package io.highwater.broker.api;

import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.InitProducerIdRequest;
import io.highwater.protocol.message.InitProducerIdResponse;

/**
 * InitProducerId, versions 0 to 5, for idempotent producers: an id that nobody had before, in epoch 0.
 *
 * <p>Gaps: a transactional id is answered by INVALID_REQUEST until there are transactions.
 */
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequest, InitProducerIdResponse> {
    private final ProducerIds ids;

    /** Gives out these ids. */
    public InitProducerIdHandler(final ProducerIds ids) {
        this.ids = ids;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.INIT_PRODUCER_ID;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 5;
    }

    @Override
    public void handle(
            final InitProducerIdRequest request,
            final RequestContext context,
            final Reply<InitProducerIdResponse> reply) {
        final InitProducerIdResponse response = new InitProducerIdResponse();
        response.producerId = -1;
        response.producerEpoch = -1;
        if (request.transactionalId != null) {
            response.errorCode = ErrorCode.INVALID_REQUEST.code();
            reply.send(response);
            return;
        }
        ids.next((id, error) -> {
            response.errorCode = error.code();
            if (error == ErrorCode.NONE) {
                response.producerId = id;
                response.producerEpoch = 0;
            }
            reply.send(response);
        });
    }
}
