package io.highwater.broker.simulation;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Creates topics and deletes some of them again. */
final class TopicActor extends Actor {
    private static final int TOPICS_MIN = 3;
    private static final int TOPICS_MAX = 6;
    private static final int PARTITIONS_MAX = 4;
    private static final int PAUSE_MS = 1_200;

    private final List<Topic> topics = new ArrayList<>();
    private Topic going;
    private int nextNumber;

    private record Topic(String name, UUID id) {}

    TopicActor(final SimulatedWorld world, final ClientHistory history) {
        super(world, history, "topics");
    }

    @Override
    void act() {
        if (going != null) {
            delete();
        } else if (topics.size() < TOPICS_MIN || (topics.size() < TOPICS_MAX && random.nextInt(2) == 0)) {
            create("topic" + nextNumber++, 1 + random.nextInt(PARTITIONS_MAX));
        } else {
            going = topics.remove(random.nextInt(topics.size()));
            for (final Target target : history.targets) {
                target.isAlive &= !target.topicId.equals(going.id);
            }
            history.targets.removeIf(target -> !target.isAlive);
            delete();
        }
    }

    private void create(final String name, final int partitions) {
        final CreateTopicsRequest request = new CreateTopicsRequest();
        request.timeoutMs = TIMEOUT_MS / 2;
        final CreateTopicsRequest.CreatableTopic topic = new CreateTopicsRequest.CreatableTopic();
        topic.name = name;
        topic.numPartitions = partitions;
        topic.replicationFactor = 1;
        final CreateTopicsRequest.CreatableTopicConfig config = new CreateTopicsRequest.CreatableTopicConfig();
        config.name = "segment.ms";
        config.value = "2000";
        topic.configs.add(config);
        request.topics.add(topic);
        this.<CreateTopicsResponse>ask(
                request,
                response -> {
                    final CreateTopicsResponse.CreatableTopicResult result = response.topics.get(0);
                    if (result.errorCode == ErrorCode.NONE.code()) {
                        topics.add(new Topic(name, result.topicId));
                        for (int i = 0; i < partitions; i++) {
                            history.targets.add(new Target(name, result.topicId, i));
                        }
                    }
                    again(topics.size() < TOPICS_MIN ? 50 : PAUSE_MS);
                },
                // It may exist now: nobody relies on it, and the next one has another name.
                error -> again(300));
    }

    private void delete() {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.timeoutMs = TIMEOUT_MS / 2;
        final DeleteTopicsRequest.DeleteTopicState state = new DeleteTopicsRequest.DeleteTopicState();
        state.topicId = going.id;
        request.topics.add(state);
        this.<DeleteTopicsResponse>ask(
                request,
                response -> {
                    final ErrorCode error = ErrorCode.forCode(response.responses.get(0).errorCode);
                    if (error == ErrorCode.NONE || error == ErrorCode.UNKNOWN_TOPIC_ID) {
                        history.deletedTopics.add(going.id);
                        going = null;
                    }
                    again(PAUSE_MS);
                },
                error -> again(300));
    }
}
