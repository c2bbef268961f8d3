package io.highwater.broker.api;

import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FindCoordinatorRequest;
import io.highwater.protocol.message.FindCoordinatorResponse;

/**
 * FindCoordinator, versions 0 to 6: who coordinates a group. On a single node that is this node, under the address of the
 * listener that was asked.
 *
 * <p>Gaps: transactional ids (type 1) and share groups (type 2) have no coordinator here; they get INVALID_REQUEST.
 *
 * <p>Safe for any thread because it has no state.
 */
public final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequest, FindCoordinatorResponse> {
    private static final byte TYPE_GROUP = 0;
    private static final byte TYPE_TRANSACTION = 1;
    private static final byte TYPE_SHARE = 2;

    /** The first version that asks for many keys at once. */
    private static final short BATCH_VERSION = 4;

    private final int nodeId;

    /** For the node of this id. */
    public FindCoordinatorHandler(final int nodeId) {
        this.nodeId = nodeId;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.FIND_COORDINATOR;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 6;
    }

    @Override
    public void handle(
            final FindCoordinatorRequest request,
            final RequestContext context,
            final Reply<FindCoordinatorResponse> reply) {
        final String refusalOrNull = refusalOrNull(request.keyType);
        final FindCoordinatorResponse response = new FindCoordinatorResponse();
        if (context.apiVersion() < BATCH_VERSION) {
            final boolean isKnown = refusalOrNull == null;
            response.errorCode = (isKnown ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST).code();
            // Kafka names the absence of an error, too.
            response.errorMessage = isKnown ? "NONE" : refusalOrNull;
            response.nodeId = isKnown ? nodeId : -1;
            response.host = isKnown ? context.advertisedHost() : "";
            response.port = isKnown ? context.advertisedPort() : -1;
        } else {
            for (final String key : request.coordinatorKeys) {
                response.coordinators.add(coordinator(key, refusalOrNull, context));
            }
        }
        reply.send(response);
    }

    private FindCoordinatorResponse.Coordinator coordinator(
            final String key, final String refusalOrNull, final RequestContext context) {
        final FindCoordinatorResponse.Coordinator coordinator = new FindCoordinatorResponse.Coordinator();
        coordinator.key = key;
        if (refusalOrNull == null) {
            coordinator.nodeId = nodeId;
            coordinator.host = context.advertisedHost();
            coordinator.port = context.advertisedPort();
            coordinator.errorMessage = "";
        } else {
            coordinator.nodeId = -1;
            coordinator.host = "";
            coordinator.port = -1;
            coordinator.errorCode = ErrorCode.INVALID_REQUEST.code();
            coordinator.errorMessage = refusalOrNull;
        }
        return coordinator;
    }

    private static String refusalOrNull(final byte keyType) {
        return switch (keyType) {
            case TYPE_GROUP -> null;
            case TYPE_TRANSACTION -> "Transactions are not supported: no coordinator for transactional ids.";
            case TYPE_SHARE -> "Share groups are not supported.";
            default -> "Unknown coordinator key type " + keyType + ".";
        };
    }
}
