package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupCoordinator;
import io.highwater.broker.group.LeaveAnswer;
import io.highwater.broker.group.MemberIdentity;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.LeaveGroupRequest;
import io.highwater.protocol.message.LeaveGroupResponse;
import java.util.List;

/**
 * LeaveGroup, versions 0 to 5: one member up to 2, from 3 on a list of them with an answer for each; an administrator may
 * name a static member by its instance alone.
 *
 * <p>Safe for any thread because the coordinator is.
 */
public final class LeaveGroupHandler implements ApiHandler<LeaveGroupRequest, LeaveGroupResponse> {
    private static final short LIST_VERSION = 3;

    private final GroupCoordinator coordinator;

    /** Asks this coordinator. */
    public LeaveGroupHandler(final GroupCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LEAVE_GROUP;
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
            final LeaveGroupRequest request, final RequestContext context, final Reply<LeaveGroupResponse> reply) {
        final boolean isList = context.apiVersion() >= LIST_VERSION;
        final List<MemberIdentity> leavers = isList
                ? request.members.stream()
                        .map(member -> new MemberIdentity(member.memberId, member.groupInstanceId))
                        .toList()
                : List.of(new MemberIdentity(request.memberId, null));
        coordinator.leave(
                request.groupId,
                leavers,
                error -> {
                    final LeaveGroupResponse response = new LeaveGroupResponse();
                    response.errorCode = error.code();
                    reply.send(response);
                },
                answers -> reply.send(response(answers, isList)));
    }

    private static LeaveGroupResponse response(final List<LeaveAnswer> answers, final boolean isList) {
        final LeaveGroupResponse response = new LeaveGroupResponse();
        if (!isList) {
            response.errorCode = answers.get(0).error().code();
            return response;
        }
        for (final LeaveAnswer answer : answers) {
            final LeaveGroupResponse.MemberResponse member = new LeaveGroupResponse.MemberResponse();
            member.memberId = answer.who().memberId();
            member.groupInstanceId = answer.who().instanceIdOrNull();
            member.errorCode = answer.error().code();
            response.members.add(member);
        }
        return response;
    }
}
