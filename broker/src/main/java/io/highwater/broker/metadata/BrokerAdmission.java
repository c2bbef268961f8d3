package io.highwater.broker.metadata;

import io.highwater.broker.message.BrokerRecord;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.BrokerRegistrationRequest;
import io.highwater.protocol.message.BrokerRegistrationResponse;
import java.util.List;

/**
 * Decides who may be a broker. A new incarnation is one record, which fences the one before it: its broker epoch is over,
 * and each partition that the node leads is at its next leader epoch. The same incarnation asking again gets its answer
 * again.
 *
 * <p>Pure; safe for any thread.
 */
public final class BrokerAdmission {
    private BrokerAdmission() {}

    /** Registers the incarnation, unless it belongs to another cluster. */
    public static Decision<BrokerRegistrationResponse> decide(
            final MetadataImage image, final BrokerRegistrationRequest request) {
        final BrokerRegistrationResponse response = new BrokerRegistrationResponse();
        if (request.brokerId < 0) {
            response.errorCode = ErrorCode.INVALID_REGISTRATION.code();
            return new Decision<>(List.of(), response);
        }
        if (!request.clusterId.equals(image.clusterIdOrNull())) {
            response.errorCode = ErrorCode.INCONSISTENT_CLUSTER_ID.code();
            return new Decision<>(List.of(), response);
        }
        final BrokerRegistration known = image.brokerOrNull(request.brokerId);
        if (known != null && known.incarnation().equals(request.incarnationId)) {
            response.brokerEpoch = known.epoch();
            return new Decision<>(List.of(), response);
        }
        final BrokerRecord record = new BrokerRecord();
        record.brokerId = request.brokerId;
        record.incarnationId = request.incarnationId;
        // Every entry raises the version, so this is above every epoch given before.
        record.brokerEpoch = image.version() + 1;
        record.generation = image.generationOf(request.brokerId) + 1;
        record.rack = request.rack == null || request.rack.isEmpty() ? null : request.rack;
        for (final BrokerRegistrationRequest.Listener listener : request.listeners) {
            final BrokerRecord.BrokerEndpoint endpoint = new BrokerRecord.BrokerEndpoint();
            endpoint.listener = listener.name;
            endpoint.host = listener.host;
            endpoint.port = listener.port;
            endpoint.securityProtocol = listener.securityProtocol;
            record.endpoints.add(endpoint);
        }
        response.brokerEpoch = record.brokerEpoch;
        return new Decision<>(List.of(record), response);
    }
}
