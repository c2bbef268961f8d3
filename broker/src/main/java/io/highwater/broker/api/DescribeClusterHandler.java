package io.highwater.broker.api;

import io.highwater.broker.metadata.BrokerRegistration;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeClusterRequest;
import io.highwater.protocol.message.DescribeClusterResponse;

/**
 * DescribeCluster, versions 0 to 2: the brokers of the cluster and which of them controls it. Brokers are told under the
 * address of the listener that was asked. A client that is looking for controllers is on the wrong listener.
 *
 * <p>Safe for any thread.
 */
public final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequest, DescribeClusterResponse> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final MetadataView metadata;
    private final int nodeId;

    /** Answers from the newest image, as the node of this id. */
    public DescribeClusterHandler(final MetadataView metadata, final int nodeId) {
        this.metadata = metadata;
        this.nodeId = nodeId;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_CLUSTER;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 2;
    }

    @Override
    public void handle(
            final DescribeClusterRequest request,
            final RequestContext context,
            final Reply<DescribeClusterResponse> reply) {
        final DescribeClusterResponse response = new DescribeClusterResponse();
        if (request.endpointType != BROKERS) {
            final boolean isKnown = request.endpointType == CONTROLLERS;
            response.errorCode =
                    (isKnown ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE).code();
            response.errorMessage = isKnown
                    ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                    : "Unsupported endpoint type " + request.endpointType;
            reply.send(response);
            return;
        }
        final MetadataImage image = metadata.current();
        response.clusterId = image.clusterIdOrNull();
        response.controllerId = nodeId;
        image.brokers().forEach((id, broker) -> response.brokers.add(brokerOf(broker, context)));
        if (request.includeClusterAuthorizedOperations) {
            response.clusterAuthorizedOperations = AuthorizedOperations.OF_CLUSTER;
        }
        reply.send(response);
    }

    private DescribeClusterResponse.DescribeClusterBroker brokerOf(
            final BrokerRegistration broker, final RequestContext context) {
        final BrokerRegistration.Endpoint endpoint = BrokerAddress.of(broker, nodeId, context);
        final DescribeClusterResponse.DescribeClusterBroker answer =
                new DescribeClusterResponse.DescribeClusterBroker();
        answer.brokerId = broker.id();
        answer.rack = broker.rack();
        answer.host = endpoint.host();
        answer.port = endpoint.port();
        return answer;
    }
}
