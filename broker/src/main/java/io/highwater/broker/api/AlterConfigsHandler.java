package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.AlterConfigsRequest;
import io.highwater.protocol.message.AlterConfigsResponse;

/**
 * AlterConfigs, versions 0 to 2: makes the configs of topics and brokers those of the request, and deletes what it does not
 * name. Answered when that is durable; partitions follow at once.
 *
 * <p>Safe for any thread.
 */
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequest, AlterConfigsResponse> {
    /** The request has no timeout of its own. */
    private static final long TIMEOUT_MS = 30_000;

    private final MetadataProposal proposal;

    /** Alters through the core. */
    public AlterConfigsHandler(final Core core, final Clock clock) {
        this.proposal = new MetadataProposal(core, clock);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.ALTER_CONFIGS;
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
            final AlterConfigsRequest request, final RequestContext context, final Reply<AlterConfigsResponse> reply) {
        proposal.decide(request, TIMEOUT_MS, AlterConfigsResponse.class, error -> refused(request, error), reply);
    }

    private static AlterConfigsResponse refused(final AlterConfigsRequest request, final ErrorCode error) {
        final AlterConfigsResponse response = new AlterConfigsResponse();
        for (final AlterConfigsRequest.AlterConfigsResource resource : request.resources) {
            final AlterConfigsResponse.AlterConfigsResourceResponse answer =
                    new AlterConfigsResponse.AlterConfigsResourceResponse();
            answer.resourceType = resource.resourceType;
            answer.resourceName = resource.resourceName;
            answer.errorCode = error.code();
            answer.errorMessage = error.defaultMessage();
            response.responses.add(answer);
        }
        return response;
    }
}
