package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;

/**
 * DeleteTopics, versions 1 to 6, by name or (version 6) by id. Answered when the deletion is durable; the files go in the
 * background.
 */
public final class DeleteTopicsHandler implements ApiHandler<DeleteTopicsRequest, DeleteTopicsResponse> {
    private static final short FIRST_VERSION_WITH_IDS = 6;

    private final MetadataProposal proposal;

    /** Deletes through the core. */
    public DeleteTopicsHandler(final Core core, final Clock clock) {
        this.proposal = new MetadataProposal(core, clock);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DELETE_TOPICS;
    }

    @Override
    public short lowestVersion() {
        return 1;
    }

    @Override
    public short highestVersion() {
        return 6;
    }

    @Override
    public void handle(
            final DeleteTopicsRequest request, final RequestContext context, final Reply<DeleteTopicsResponse> reply) {
        if (context.apiVersion() < FIRST_VERSION_WITH_IDS) {
            for (final String name : request.topicNames) {
                final DeleteTopicsRequest.DeleteTopicState topic = new DeleteTopicsRequest.DeleteTopicState();
                topic.name = name;
                request.topics.add(topic);
            }
            request.topicNames.clear();
        }
        final long timeoutMs = Math.max(0, request.timeoutMs);
        proposal.decide(request, timeoutMs, DeleteTopicsResponse.class, error -> refused(request, error), reply);
    }

    private static DeleteTopicsResponse refused(final DeleteTopicsRequest request, final ErrorCode error) {
        final DeleteTopicsResponse response = new DeleteTopicsResponse();
        for (final DeleteTopicsRequest.DeleteTopicState topic : request.topics) {
            final DeleteTopicsResponse.DeletableTopicResult result = new DeleteTopicsResponse.DeletableTopicResult();
            result.name = topic.name;
            result.topicId = topic.topicId;
            result.errorCode = error.code();
            response.responses.add(result);
        }
        return response;
    }
}
