package io.highwater.broker.api;

import io.highwater.broker.core.CoreFailure;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;

/**
 * CreateTopics, versions 2 to 7. All topics of a request are decided by one command of the core; the answer comes when
 * the partitions of those created are open on this node.
 */
public final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequest, CreateTopicsResponse> {
    private final TopicCreation creation;
    private final Clock clock;

    /** Creates through the core. */
    public CreateTopicsHandler(final TopicCreation creation, final Clock clock) {
        this.creation = creation;
        this.clock = clock;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.CREATE_TOPICS;
    }

    @Override
    public short lowestVersion() {
        return 2;
    }

    @Override
    public short highestVersion() {
        return 7;
    }

    @Override
    public void handle(
            final CreateTopicsRequest request, final RequestContext context, final Reply<CreateTopicsResponse> reply) {
        final long deadlineMs = clock.monotonicMs() + Math.max(0, request.timeoutMs);
        creation.create(request, deadlineMs, new TopicCreation.Outcome() {
            @Override
            public void onCreated(final CreateTopicsResponse response) {
                reply.send(response);
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                final CreateTopicsResponse response = new CreateTopicsResponse();
                for (final CreateTopicsRequest.CreatableTopic topic : request.topics) {
                    final CreateTopicsResponse.CreatableTopicResult result =
                            new CreateTopicsResponse.CreatableTopicResult();
                    result.name = topic.name;
                    result.errorCode = failure.errorCode().code();
                    result.errorMessage = failure.errorCode().defaultMessage();
                    response.topics.add(result);
                }
                reply.send(response);
            }
        });
    }
}
