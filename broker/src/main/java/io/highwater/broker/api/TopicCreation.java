package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Creates topics through the core and answers when their partitions can be used on this node, so that a client which
 * creates and then produces never meets a topic without a leader. Safe for any thread.
 */
public final class TopicCreation {
    private final Core core;
    private final HostedPartitions hosted;

    /** Creates through this core. */
    public TopicCreation(final Core core, final HostedPartitions hosted) {
        this.core = core;
        this.hosted = hosted;
    }

    /** Asks for the topics; the outcome is told once, on any thread. */
    void create(final CreateTopicsRequest request, final long deadlineMs, final Outcome outcome) {
        core.propose(CoreGroup.META, request, deadlineMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message response) {
                awaitHosted(request, (CreateTopicsResponse) response, outcome);
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                outcome.onFailed(failure);
            }
        });
    }

    private void awaitHosted(
            final CreateTopicsRequest request, final CreateTopicsResponse response, final Outcome outcome) {
        final List<UUID> created = new ArrayList<>();
        if (!request.validateOnly) {
            for (final CreateTopicsResponse.CreatableTopicResult topic : response.topics) {
                if (topic.errorCode == ErrorCode.NONE.code()) {
                    created.add(topic.topicId);
                }
            }
        }
        final AtomicInteger left = new AtomicInteger(created.size() + 1);
        final Runnable oneLess = () -> {
            if (left.decrementAndGet() == 0) {
                outcome.onCreated(response);
            }
        };
        created.forEach(id -> hosted.whenHosted(id, oneLess));
        oneLess.run();
    }

    /** One of the two is called, once. */
    interface Outcome {
        void onCreated(CreateTopicsResponse response);

        void onFailed(CoreFailure failure);
    }
}
