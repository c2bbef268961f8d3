package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupAdmin;
import io.highwater.broker.group.GroupDescription;
import io.highwater.broker.group.GroupState;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ClientText;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeGroupsRequest;
import io.highwater.protocol.message.DescribeGroupsResponse;

/**
 * DescribeGroups, versions 0 to 6: groups with their members. A group that nobody knows is in the state Dead, up to version
 * 5 without an error.
 *
 * <p>Safe for any thread because the coordinator is.
 */
public final class DescribeGroupsHandler implements ApiHandler<DescribeGroupsRequest, DescribeGroupsResponse> {
    private static final short NOT_FOUND_VERSION = 6;

    private final GroupAdmin groups;

    /** Asks this coordinator. */
    public DescribeGroupsHandler(final GroupAdmin groups) {
        this.groups = groups;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_GROUPS;
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
            final DescribeGroupsRequest request,
            final RequestContext context,
            final Reply<DescribeGroupsResponse> reply) {
        final DescribeGroupsResponse response = new DescribeGroupsResponse();
        groups.describe(
                request.groups,
                error -> {
                    request.groups.forEach(id -> response.groups.add(refused(id, error)));
                    reply.send(response);
                },
                described -> {
                    described.forEach((id, group) -> {
                        final DescribeGroupsResponse.DescribedGroup answer = answer(id, group, context.apiVersion());
                        if (request.includeAuthorizedOperations && answer.errorCode == ErrorCode.NONE.code()) {
                            answer.authorizedOperations = AuthorizedOperations.OF_GROUP;
                        }
                        response.groups.add(answer);
                    });
                    reply.send(response);
                });
    }

    private static DescribeGroupsResponse.DescribedGroup answer(
            final String id, final GroupDescription group, final short version) {
        final DescribeGroupsResponse.DescribedGroup answer = new DescribeGroupsResponse.DescribedGroup();
        answer.groupId = id;
        answer.groupState = group.state().wireName();
        answer.protocolType = group.protocolType();
        answer.protocolData = group.protocol();
        if (group.state() == GroupState.DEAD && version >= NOT_FOUND_VERSION) {
            answer.errorCode = ErrorCode.GROUP_ID_NOT_FOUND.code();
            answer.errorMessage = "Group " + ClientText.shown(id) + " not found.";
        }
        for (final GroupDescription.MemberDescription member : group.members()) {
            final DescribeGroupsResponse.DescribedGroupMember shown = new DescribeGroupsResponse.DescribedGroupMember();
            shown.memberId = member.id();
            shown.groupInstanceId = member.instanceIdOrNull();
            shown.clientId = member.clientId();
            shown.clientHost = member.clientHost();
            shown.memberMetadata = member.metadata();
            shown.memberAssignment = member.assignment();
            answer.members.add(shown);
        }
        return answer;
    }

    private static DescribeGroupsResponse.DescribedGroup refused(final String id, final ErrorCode error) {
        final DescribeGroupsResponse.DescribedGroup answer = new DescribeGroupsResponse.DescribedGroup();
        answer.groupId = id;
        answer.groupState = "";
        answer.errorCode = error.code();
        return answer;
    }
}
