package io.highwater.broker.simulation;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsResponse;
import java.util.UUID;

/** Creates topics and deletes each one before it knows whether it was created. */
final class TopicRaceActor extends Actor {
    private static final int PARTITIONS_MAX = 3;
    private static final int PAUSE_MS = 150;

    private int nextNumber;

    /** Races that were won: the topic was created and deleted. */
    int races;

    TopicRaceActor(final SimulatedWorld world, final ClientHistory history) {
        super(world, history, "races");
    }

    @Override
    void act() {
        final String name = "race" + nextNumber++;
        final UUID[] created = new UUID[1];
        final int[] left = {2};
        final Runnable oneDone = () -> {
            left[0]--;
            if (left[0] == 0) {
                again(PAUSE_MS);
            }
        };
        this.<CreateTopicsResponse>ask(
                Caller.creation(name, 1 + random.nextInt(PARTITIONS_MAX)),
                response -> {
                    final CreateTopicsResponse.CreatableTopicResult result = response.topics.get(0);
                    created[0] = result.errorCode == ErrorCode.NONE.code() ? result.topicId : null;
                    oneDone.run();
                },
                error -> oneDone.run());
        this.<DeleteTopicsResponse>ask(
                Caller.deletion(name),
                response -> {
                    // The answers come in the order of the requests, so this one is the later.
                    if (response.responses.get(0).errorCode == ErrorCode.NONE.code() && created[0] != null) {
                        history.deletedTopics.add(created[0]);
                        races++;
                    }
                    oneDone.run();
                },
                error -> oneDone.run());
    }
}
