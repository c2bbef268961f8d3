package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupCoordinator;
import io.highwater.broker.group.SyncAnswer;
import io.highwater.broker.group.SyncRequest;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.SyncGroupRequest;
import io.highwater.protocol.message.SyncGroupResponse;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * SyncGroup, versions 0 to 5: answers when the leader's assignments are durable. From 5 on the member says which protocol
 * it believes in, and must.
 *
 * <p>Safe for any thread because the coordinator is.
 */
public final class SyncGroupHandler implements ApiHandler<SyncGroupRequest, SyncGroupResponse> {
    private static final short PROTOCOL_CHECK_VERSION = 5;

    private final GroupCoordinator coordinator;

    /** Asks this coordinator. */
    public SyncGroupHandler(final GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.SYNC_GROUP;
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
            final SyncGroupRequest request, final RequestContext context, final Reply<SyncGroupResponse> reply) {
        if (context.apiVersion() >= PROTOCOL_CHECK_VERSION
                && (request.protocolType == null || request.protocolName == null)) {
            reply.send(response(SyncAnswer.failed(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)));
            return;
        }
        if (isTooLarge(request)) {
            reply.send(response(SyncAnswer.failed(ErrorCode.INVALID_REQUEST)));
            return;
        }
        final Map<String, byte[]> assignments = new LinkedHashMap<>();
        for (final SyncGroupRequest.SyncGroupRequestAssignment assignment : request.assignments) {
            assignments.put(assignment.memberId, JoinGroupHandler.copyOf(assignment.assignment));
        }
        final SyncRequest sync = new SyncRequest(
                0,
                request.memberId,
                request.groupInstanceId,
                request.generationId,
                request.protocolType,
                request.protocolName,
                assignments);
        final String groupId = request.groupId;
        // Everything is copied, and the answer may be minutes away.
        context.releaseFrame();
        coordinator.sync(groupId, sync, answer -> reply.send(response(answer)));
    }

    /** Asked before anything is copied: the bytes of a frame are accounted for, those of a group are not. */
    private static boolean isTooLarge(final SyncGroupRequest request) {
        long bytes = 0;
        for (final SyncGroupRequest.SyncGroupRequestAssignment assignment : request.assignments) {
            bytes += assignment.memberId.length() + assignment.assignment.remaining();
        }
        return bytes > GroupCoordinator.SYNC_BYTES_MAX;
    }

    private static SyncGroupResponse response(final SyncAnswer answer) {
        final SyncGroupResponse response = new SyncGroupResponse();
        response.errorCode = answer.error().code();
        response.protocolType = answer.protocolTypeOrNull();
        response.protocolName = answer.protocolNameOrNull();
        response.assignment = answer.assignment();
        return response;
    }
}
