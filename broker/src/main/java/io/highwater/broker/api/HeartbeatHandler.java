package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupCoordinator;
import io.highwater.broker.group.MemberIdentity;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.HeartbeatRequest;
import io.highwater.protocol.message.HeartbeatResponse;

/**
 * Heartbeat, versions 0 to 4: keeps a member's session and tells it to rejoin. Static members from 3 on.
 *
 * <p>Safe for any thread because the coordinator is.
 */
public final class HeartbeatHandler implements ApiHandler<HeartbeatRequest, HeartbeatResponse> {
    private final GroupCoordinator coordinator;

    /** Asks this coordinator. */
    public HeartbeatHandler(final GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.HEARTBEAT;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 4;
    }

    @Override
    public void handle(
            final HeartbeatRequest request, final RequestContext context, final Reply<HeartbeatResponse> reply) {
        coordinator.heartbeat(
                request.groupId,
                new MemberIdentity(request.memberId, request.groupInstanceId),
                request.generationId,
                error -> {
                    final HeartbeatResponse response = new HeartbeatResponse();
                    response.errorCode = error.code();
                    reply.send(response);
                });
    }
}
