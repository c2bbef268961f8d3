package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsResponse;
import io.highwater.protocol.message.Message;

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

    private final Core core;
    private final Clock clock;

    /** Alters through the core. */
    public IncrementalAlterConfigsHandler(final Core core, final Clock clock) {
        this.core = core;
        this.clock = clock;
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
        final long deadlineMs = clock.monotonicMs() + TIMEOUT_MS;
        core.propose(CoreGroup.META, request, deadlineMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message decided) {
                reply.send((IncrementalAlterConfigsResponse) decided);
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                final IncrementalAlterConfigsResponse response = new IncrementalAlterConfigsResponse();
                for (final IncrementalAlterConfigsRequest.AlterConfigsResource resource : request.resources) {
                    final IncrementalAlterConfigsResponse.AlterConfigsResourceResponse answer =
                            new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse();
                    answer.resourceType = resource.resourceType;
                    answer.resourceName = resource.resourceName;
                    answer.errorCode = failure.errorCode().code();
                    answer.errorMessage = failure.errorCode().defaultMessage();
                    response.responses.add(answer);
                }
                reply.send(response);
            }
        });
    }
}
