package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupAdmin;
import io.highwater.broker.coordinator.ListedGroup;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.ListGroupsRequest;
import io.highwater.protocol.message.ListGroupsResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * ListGroups, versions 0 to 5: the groups of this node, of certain states (from 4 on) and types (from 5 on) if the client
 * says so; names of both are taken in any case. All groups are of the classic type.
 *
 * <p>Safe for any thread because the coordinator is.
 */
public final class ListGroupsHandler implements ApiHandler<ListGroupsRequest, ListGroupsResponse> {
    private static final String CLASSIC = "classic";

    private final GroupAdmin groups;

    /** Asks this coordinator. */
    public ListGroupsHandler(final GroupAdmin groups) {
        this.groups = groups;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LIST_GROUPS;
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
            final ListGroupsRequest request, final RequestContext context, final Reply<ListGroupsResponse> reply) {
        final Set<String> states = lowerCase(request.statesFilter);
        final Set<String> types = lowerCase(request.typesFilter);
        final ListGroupsResponse response = new ListGroupsResponse();
        if (!types.isEmpty() && !types.contains(CLASSIC)) {
            reply.send(response);
            return;
        }
        groups.list(
                error -> {
                    response.errorCode = error.code();
                    reply.send(response);
                },
                all -> {
                    for (final ListedGroup group : all) {
                        if (states.isEmpty()
                                || states.contains(lowerCase(group.state().wireName()))) {
                            response.groups.add(answer(group));
                        }
                    }
                    reply.send(response);
                });
    }

    private static ListGroupsResponse.ListedGroup answer(final ListedGroup group) {
        final ListGroupsResponse.ListedGroup answer = new ListGroupsResponse.ListedGroup();
        answer.groupId = group.id();
        answer.protocolType = group.protocolType();
        answer.groupState = group.state().wireName();
        answer.groupType = CLASSIC;
        return answer;
    }

    private static Set<String> lowerCase(final List<String> names) {
        return names.stream().map(ListGroupsHandler::lowerCase).collect(Collectors.toSet());
    }

    private static String lowerCase(final String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
