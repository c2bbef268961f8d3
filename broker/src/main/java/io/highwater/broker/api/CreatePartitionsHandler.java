package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreatePartitionsRequest;
import io.highwater.protocol.message.CreatePartitionsResponse;
import io.highwater.protocol.message.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * CreatePartitions, versions 0 to 3. All topics of a request are decided by one command of the core; the answer comes when
 * the new partitions are open on this node, REQUEST_TIMED_OUT for topics that were not in time.
 *
 * <p>Safe for any thread.
 */
public final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequest, CreatePartitionsResponse> {
    private final Core core;
    private final HostedPartitions hosted;
    private final MetadataView metadata;
    private final Clock clock;

    /** Creates through the core. */
    public CreatePartitionsHandler(
            final Core core, final HostedPartitions hosted, final MetadataView metadata, final Clock clock) {
        this.core = core;
        this.hosted = hosted;
        this.metadata = metadata;
        this.clock = clock;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.CREATE_PARTITIONS;
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
            final CreatePartitionsRequest request,
            final RequestContext context,
            final Reply<CreatePartitionsResponse> reply) {
        final long deadlineMs = clock.monotonicMs() + Math.max(0, request.timeoutMs);
        core.propose(CoreGroup.META, request, deadlineMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message decided) {
                await(request, (CreatePartitionsResponse) decided, context, deadlineMs, reply);
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                reply.send(refused(request, failure.errorCode()));
            }
        });
    }

    private void await(
            final CreatePartitionsRequest request,
            final CreatePartitionsResponse response,
            final RequestContext context,
            final long deadlineMs,
            final Reply<CreatePartitionsResponse> reply) {
        final Map<UUID, Integer> grown = new LinkedHashMap<>();
        final Map<String, UUID> ids = new LinkedHashMap<>();
        if (!request.validateOnly) {
            final Map<String, Integer> counts = new LinkedHashMap<>();
            request.topics.forEach(topic -> counts.put(topic.name, topic.count));
            for (final CreatePartitionsResponse.CreatePartitionsTopicResult result : response.results) {
                // Deleted since it grew: there is nothing to wait for.
                final TopicImage topic = metadata.current().topicOrNull(result.name);
                if (result.errorCode == ErrorCode.NONE.code() && topic != null) {
                    grown.put(topic.id(), counts.get(result.name));
                    ids.put(result.name, topic.id());
                }
            }
        }
        HostedWait.begin(hosted, grown, context.shard(), Math.max(0, deadlineMs - clock.monotonicMs()), late -> {
            for (final CreatePartitionsResponse.CreatePartitionsTopicResult result : response.results) {
                final UUID id = ids.get(result.name);
                if (id != null && late.contains(id)) {
                    result.errorCode = ErrorCode.REQUEST_TIMED_OUT.code();
                    result.errorMessage = "The partitions are created, but were not open in time.";
                }
            }
            reply.send(response);
        });
    }

    private static CreatePartitionsResponse refused(final CreatePartitionsRequest request, final ErrorCode error) {
        final CreatePartitionsResponse response = new CreatePartitionsResponse();
        for (final CreatePartitionsRequest.CreatePartitionsTopic topic : request.topics) {
            final CreatePartitionsResponse.CreatePartitionsTopicResult result =
                    new CreatePartitionsResponse.CreatePartitionsTopicResult();
            result.name = topic.name;
            result.errorCode = error.code();
            result.errorMessage = error.defaultMessage();
            response.results.add(result);
        }
        return response;
    }
}
