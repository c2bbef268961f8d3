package io.highwater.broker.api;

import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.ListPartitionReassignmentsRequest;
import io.highwater.protocol.message.ListPartitionReassignmentsResponse;

/**
 * ListPartitionReassignments, version 0. With one node there is nowhere to move a partition to, so none is on its way:
 * the list is empty, whatever is asked for.
 *
 * <p>Safe for any thread because it has no state.
 */
public final class ListPartitionReassignmentsHandler
        implements ApiHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse> {

    @Override
    public ApiKey apiKey() {
        return ApiKey.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 0;
    }

    @Override
    public void handle(
            final ListPartitionReassignmentsRequest request,
            final RequestContext context,
            final Reply<ListPartitionReassignmentsResponse> reply) {
        final ListPartitionReassignmentsResponse response = new ListPartitionReassignmentsResponse();
        response.errorMessage = null;
        reply.send(response);
    }
}
