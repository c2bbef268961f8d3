package io.highwater.broker.api;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Creates topics through the core and answers when their partitions can be used on this node, so that a client which
 * creates and then produces never meets a topic without a leader. Safe for any thread.
 */
public final class TopicCreation {
    private final Core core;
    private final HostedPartitions hosted;
    private final Clock clock;

    /** Creates through this core. */
    public TopicCreation(final Core core, final HostedPartitions hosted, final Clock clock) {
        this.core = core;
        this.hosted = hosted;
        this.clock = clock;
    }

    /**
     * Asks for the topics; the outcome is told once, on any thread. A topic that is created and whose partitions are not
     * open when the time is over is told as REQUEST_TIMED_OUT, and may still appear.
     *
     * @param shard where the wait for the partitions is kept
     */
    void create(final CreateTopicsRequest request, final long timeoutMs, final Shard shard, final Outcome outcome) {
        final long deadlineMs = clock.monotonicMs() + Math.max(0, timeoutMs);
        core.propose(CoreGroup.META, request, deadlineMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message response) {
                final CreateTopicsResponse decided = (CreateTopicsResponse) response;
                HostedWait.begin(
                        hosted,
                        request.validateOnly ? Map.of() : created(decided),
                        shard,
                        Math.max(0, deadlineMs - clock.monotonicMs()),
                        late -> {
                            setTimedOut(decided, late);
                            outcome.onCreated(decided);
                        });
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                outcome.onFailed(failure);
            }
        });
    }

    private static Map<UUID, Integer> created(final CreateTopicsResponse response) {
        final Map<UUID, Integer> created = new LinkedHashMap<>();
        for (final CreateTopicsResponse.CreatableTopicResult topic : response.topics) {
            if (topic.errorCode == ErrorCode.NONE.code()) {
                created.put(topic.topicId, topic.numPartitions);
            }
        }
        return created;
    }

    private static void setTimedOut(final CreateTopicsResponse response, final Set<UUID> late) {
        response.topics.replaceAll(topic -> {
            if (topic.errorCode != ErrorCode.NONE.code() || !late.contains(topic.topicId)) {
                return topic;
            }
            final CreateTopicsResponse.CreatableTopicResult refused = new CreateTopicsResponse.CreatableTopicResult();
            refused.name = topic.name;
            refused.errorCode = ErrorCode.REQUEST_TIMED_OUT.code();
            refused.errorMessage = "The topic is created, but its partitions were not open in time.";
            return refused;
        });
    }

    /** One of the two is called, once. */
    interface Outcome {
        void onCreated(CreateTopicsResponse response);

        void onFailed(CoreFailure failure);
    }
}
