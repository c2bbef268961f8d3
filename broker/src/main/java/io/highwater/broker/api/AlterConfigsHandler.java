package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.AlterConfigsRequest;
import io.highwater.protocol.message.AlterConfigsResponse;
import io.highwater.protocol.message.Message;

/**
 * AlterConfigs, versions 0 to 2: makes the configs of topics and brokers those of the request, and deletes what it does not
 * name. Answered when that is durable; partitions follow at once.
 *
 * <p>Safe for any thread.
 */
public final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequest, AlterConfigsResponse> {
    /** The request has no timeout of its own. */
    private static final long TIMEOUT_MS = 30_000;

    private final Core core;
    private final Clock clock;

    /** Alters through the core. */
    public AlterConfigsHandler(final Core core, final Clock clock) {
        this.core = core;
        this.clock = clock;
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
        final long deadlineMs = clock.monotonicMs() + TIMEOUT_MS;
        core.propose(CoreGroup.META, request, deadlineMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message decided) {
                reply.send((AlterConfigsResponse) decided);
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                final AlterConfigsResponse response = new AlterConfigsResponse();
                for (final AlterConfigsRequest.AlterConfigsResource resource : request.resources) {
                    final AlterConfigsResponse.AlterConfigsResourceResponse answer =
                            new AlterConfigsResponse.AlterConfigsResourceResponse();
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
