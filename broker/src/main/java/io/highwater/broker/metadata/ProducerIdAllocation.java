package io.highwater.broker.metadata;

import io.highwater.broker.message.ProducerIdBlockRecord;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.AllocateProducerIdsRequest;
import io.highwater.protocol.message.AllocateProducerIdsResponse;
import java.util.List;

/**
 * Decides which producer ids a broker may give out: the next block, which nobody ever had or will have. A block that its
 * broker lost in a crash is never used.
 *
 * <p>Pure; safe for any thread.
 */
public final class ProducerIdAllocation {
    /** Ids in one block. */
    public static final int BLOCK_IDS = 1000;

    private ProducerIdAllocation() {}

    /** A block for the registered incarnation. */
    public static Decision<AllocateProducerIdsResponse> decide(
            final MetadataImage image, final AllocateProducerIdsRequest request) {
        final AllocateProducerIdsResponse response = new AllocateProducerIdsResponse();
        final ErrorCode refusal = refusal(image, request);
        if (refusal != ErrorCode.NONE) {
            response.errorCode = refusal.code();
            return new Decision<>(List.of(), response);
        }
        final ProducerIdBlockRecord record = new ProducerIdBlockRecord();
        record.brokerId = request.brokerId;
        record.brokerEpoch = request.brokerEpoch;
        record.nextProducerId = image.nextProducerId() + BLOCK_IDS;
        response.producerIdStart = image.nextProducerId();
        response.producerIdLen = BLOCK_IDS;
        return new Decision<>(List.of(record), response);
    }

    private static ErrorCode refusal(final MetadataImage image, final AllocateProducerIdsRequest request) {
        final BrokerRegistration broker = image.brokerOrNull(request.brokerId);
        if (broker == null) {
            return ErrorCode.BROKER_ID_NOT_REGISTERED;
        }
        if (broker.epoch() != request.brokerEpoch) {
            return ErrorCode.STALE_BROKER_EPOCH;
        }
        return image.nextProducerId() > Long.MAX_VALUE - BLOCK_IDS ? ErrorCode.UNKNOWN_SERVER_ERROR : ErrorCode.NONE;
    }
}
