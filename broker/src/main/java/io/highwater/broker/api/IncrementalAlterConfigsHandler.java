package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsResponse;

/**
 * IncrementalAlterConfigs, versions 0 and 1 (KIP-339): changes single configs of topics and brokers. Answered when that is
 * durable; partitions follow at once.
 *
 * <p>Safe for any thread.
 */
public final class IncrementalAlterConfigsHandler
        implements ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> {
    /** The request has no timeout of its own. */
    private static final long TIMEOUT_MS = 30_000;

    private final MetadataProposal proposal;

    /** Alters through the core. */
    public IncrementalAlterConfigsHandler(final Core core, final Clock clock) {
        this.proposal = new MetadataProposal(core, clock);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 1;
    }

    @Override
    public void handle(
            final IncrementalAlterConfigsRequest request,
            final RequestContext context,
            final Reply<IncrementalAlterConfigsResponse> reply) {
        proposal.decide(
                request, TIMEOUT_MS, IncrementalAlterConfigsResponse.class, error -> refused(request, error), reply);
    }

    private static IncrementalAlterConfigsResponse refused(
            final IncrementalAlterConfigsRequest request, final ErrorCode error) {
        final IncrementalAlterConfigsResponse response = new IncrementalAlterConfigsResponse();
        for (final IncrementalAlterConfigsRequest.AlterConfigsResource resource : request.resources) {
            final IncrementalAlterConfigsResponse.AlterConfigsResourceResponse answer =
                    new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse();
            answer.resourceType = resource.resourceType;
            answer.resourceName = resource.resourceName;
            answer.errorCode = error.code();
            answer.errorMessage = error.defaultMessage();
            response.responses.add(answer);
        }
        return response;
    }
}
