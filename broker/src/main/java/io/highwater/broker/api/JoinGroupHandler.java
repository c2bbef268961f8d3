package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupCoordinator;
import io.highwater.broker.group.JoinAnswer;
import io.highwater.broker.group.JoinRequest;
import io.highwater.broker.group.JoinedMember;
import io.highwater.broker.group.MemberProtocol;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.JoinGroupRequest;
import io.highwater.protocol.message.JoinGroupResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * JoinGroup, versions 0 to 9: answers when the group's join phase ends. Version 0 has no rebalance timeout and takes the
 * session's; from 4 on a dynamic member is sent back with an id first; 5 brings static members; from 7 on the protocol's
 * type is told and an error has no protocol name; from 9 on a leader can be told to keep the assignments.
 *
 * <p>Safe for any thread because the coordinator is.
 */
public final class JoinGroupHandler implements ApiHandler<JoinGroupRequest, JoinGroupResponse> {
    private static final short REBALANCE_TIMEOUT_VERSION = 1;
    private static final short KNOWN_MEMBER_ID_VERSION = 4;
    private static final short NULLABLE_PROTOCOL_NAME_VERSION = 7;
    private static final short SKIP_ASSIGNMENT_VERSION = 9;

    private final GroupCoordinator coordinator;

    /** Asks this coordinator. */
    public JoinGroupHandler(final GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.JOIN_GROUP;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 9;
    }

    @Override
    public void handle(
            final JoinGroupRequest request, final RequestContext context, final Reply<JoinGroupResponse> reply) {
        final short version = context.apiVersion();
        if (isTooLarge(request)) {
            reply.send(response(JoinAnswer.failed(ErrorCode.INVALID_REQUEST, request.memberId), version));
            return;
        }
        final List<MemberProtocol> protocols = new ArrayList<>(request.protocols.size());
        for (final JoinGroupRequest.JoinGroupRequestProtocol protocol : request.protocols) {
            protocols.add(new MemberProtocol(protocol.name, copyOf(protocol.metadata)));
        }
        final JoinRequest join = new JoinRequest(
                0,
                request.memberId,
                "",
                request.groupInstanceId,
                context.clientId(),
                "/" + context.clientAddress().getAddress().getHostAddress(),
                request.sessionTimeoutMs,
                version < REBALANCE_TIMEOUT_VERSION ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
                request.protocolType,
                protocols,
                version >= KNOWN_MEMBER_ID_VERSION,
                version >= SKIP_ASSIGNMENT_VERSION);
        final String groupId = request.groupId;
        // Everything is copied, and the answer may be minutes away.
        context.releaseFrame();
        coordinator.join(groupId, join, answer -> reply.send(response(answer, version)));
    }

    /** Asked before anything is copied: the bytes of a frame are accounted for, those of a member are not. */
    private static boolean isTooLarge(final JoinGroupRequest request) {
        long bytes = 0;
        for (final JoinGroupRequest.JoinGroupRequestProtocol protocol : request.protocols) {
            bytes += MemberProtocol.OVERHEAD_BYTES + protocol.name.length() + protocol.metadata.remaining();
        }
        return bytes > GroupCoordinator.JOIN_BYTES_MAX;
    }

    /** The answer as a client of this version expects it. */
    static JoinGroupResponse response(final JoinAnswer answer, final short version) {
        final JoinGroupResponse response = new JoinGroupResponse();
        response.errorCode = answer.error().code();
        response.generationId = answer.generation();
        response.protocolType = answer.protocolTypeOrNull();
        response.protocolName = answer.protocolNameOrNull() == null && version < NULLABLE_PROTOCOL_NAME_VERSION
                ? ""
                : answer.protocolNameOrNull();
        response.leader = answer.leader();
        response.skipAssignment = answer.skipAssignment();
        response.memberId = answer.memberId();
        for (final JoinedMember joined : answer.members()) {
            final JoinGroupResponse.JoinGroupResponseMember member = new JoinGroupResponse.JoinGroupResponseMember();
            member.memberId = joined.memberId();
            member.groupInstanceId = joined.instanceIdOrNull();
            member.metadata = joined.metadata();
            response.members.add(member);
        }
        return response;
    }

    /** The bytes of a field, on the heap. */
    static byte[] copyOf(final ByteBuffer content) {
        final byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        return bytes;
    }
}
