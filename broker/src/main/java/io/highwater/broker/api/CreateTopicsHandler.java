package io.highwater.broker.api;

import io.highwater.broker.core.CoreFailure;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;

/**
 * CreateTopics, versions 2 to 7. All topics of a request are decided by one command of the core; the answer comes when
 * the partitions of those created are open on this node, REQUEST_TIMED_OUT for those that were not in time.
 */
public final class CreateTopicsHandler implements ApiHandler<CreateTopicsRequest, CreateTopicsResponse> {
    private final TopicCreation creation;

    /** Creates through the core. */
    public CreateTopicsHandler(final TopicCreation creation) {
        this.creation = creation;
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
        creation.create(request, request.timeoutMs, context.shard(), new TopicCreation.Outcome() {
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
