package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupAdmin;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DeleteGroupsRequest;
import io.highwater.protocol.message.DeleteGroupsResponse;

/**
 * DeleteGroups, versions 0 to 3: groups without members go, with their offsets; answered when that is durable.
 *
 * <p>Safe for any thread because the coordinator is.
 */
public final class DeleteGroupsHandler implements ApiHandler<DeleteGroupsRequest, DeleteGroupsResponse> {
    private final GroupAdmin groups;

    /** Asks this coordinator. */
    public DeleteGroupsHandler(final GroupAdmin groups) {
        this.groups = groups;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DELETE_GROUPS;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 3;
    }

    @Override
    public void handle(
            final DeleteGroupsRequest request, final RequestContext context, final Reply<DeleteGroupsResponse> reply) {
        groups.delete(request.groupsNames, outcomes -> {
            final DeleteGroupsResponse response = new DeleteGroupsResponse();
            outcomes.forEach((id, error) -> {
                final DeleteGroupsResponse.DeletableGroupResult result =
                        new DeleteGroupsResponse.DeletableGroupResult();
                result.groupId = id;
                result.errorCode = error.code();
                result.errorMessage = error == ErrorCode.NONE ? null : error.defaultMessage();
                response.results.add(result);
            });
            reply.send(response);
        });
    }
}
