package io.highwater.broker.simulation;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads all partitions with an incremental fetch session and long polls; now and then from the begin again. */
final class ConsumerActor extends Actor {
    private static final int REWIND_ODDS = 40;
    private static final int NEW_SESSION_ODDS = 60;

    private final int maxWaitMs;
    private final int minBytes;
    private final Map<Target, Long> positions = new HashMap<>();
    /** What the session was told last, in order. */
    private final List<Target> inSession = new ArrayList<>();

    private final Map<Target, Long> told = new HashMap<>();
    private int sessionId;
    private int sessionEpoch;
    long sessionsResumed;

    ConsumerActor(
            final SimulatedWorld world,
            final ClientHistory history,
            final String name,
            final int maxWaitMs,
            final int minBytes) {
        super(world, history, name);
        this.maxWaitMs = maxWaitMs;
        this.minBytes = minBytes;
    }

    @Override
    void act() {
        if (history.targets.isEmpty()) {
            again(100);
            return;
        }
        if (random.nextInt(REWIND_ODDS) == 0) {
            positions.put(history.targets.get(random.nextInt(history.targets.size())), 0L);
        }
        if (random.nextInt(NEW_SESSION_ODDS) == 0) {
            forgetSession();
        }
        final FetchRequest request = new FetchRequest();
        request.maxWaitMs = maxWaitMs;
        request.minBytes = minBytes;
        request.maxBytes = 64 * 1024;
        request.sessionId = sessionId;
        request.sessionEpoch = sessionEpoch;
        if (sessionEpoch == 0) {
            inSession.clear();
            told.clear();
        }
        for (final Target target : history.targets) {
            want(request, target);
        }
        forget(request);
        this.<FetchResponse>ask(request, this::onResponse, error -> {
            forgetSession();
            again(200);
        });
    }

    private void want(final FetchRequest request, final Target target) {
        final long position = positions.getOrDefault(target, 0L);
        if (told.getOrDefault(target, -1L) == position) {
            return;
        }
        if (told.put(target, position) == null) {
            inSession.add(target);
        }
        final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
        topic.topic = target.topic;
        topic.topicId = target.topicId;
        final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
        partition.partition = target.partition;
        partition.fetchOffset = position;
        partition.partitionMaxBytes = 16 * 1024;
        topic.partitions.add(partition);
        request.topics.add(topic);
    }

    private void forget(final FetchRequest request) {
        for (final Target target : new ArrayList<>(inSession)) {
            if (!target.isAlive) {
                inSession.remove(target);
                told.remove(target);
                final FetchRequest.ForgottenTopic topic = new FetchRequest.ForgottenTopic();
                topic.topic = target.topic;
                topic.topicId = target.topicId;
                topic.partitions.add(target.partition);
                request.forgottenTopicsData.add(topic);
            }
        }
    }

    private void onResponse(final FetchResponse response) {
        if (response.errorCode != ErrorCode.NONE.code()) {
            forgetSession();
            again(50);
            return;
        }
        if (response.sessionId == 0) {
            forgetSession();
        } else {
            if (sessionEpoch > 0) {
                sessionsResumed++;
            }
            sessionId = response.sessionId;
            sessionEpoch++;
        }
        boolean hasError = false;
        for (final FetchResponse.FetchableTopicResponse topic : response.responses) {
            for (final FetchResponse.PartitionData data : topic.partitions) {
                hasError |= onData(topic, data);
            }
        }
        again(hasError ? 200 : 20);
    }

    private boolean onData(final FetchResponse.FetchableTopicResponse topic, final FetchResponse.PartitionData data) {
        final Target target = find(topic, data.partitionIndex);
        if (target == null || !target.isAlive) {
            return false;
        }
        final ErrorCode error = ErrorCode.forCode(data.errorCode);
        if (error == ErrorCode.OFFSET_OUT_OF_RANGE) {
            throw new InvariantBroken(
                    "ShownNeverChanges", name + " at " + positions.get(target) + " of " + target + " got " + error);
        }
        if (error == ErrorCode.NONE && data.records != null) {
            final long position = positions.getOrDefault(target, 0L);
            positions.put(
                    target,
                    ShownRecords.read(
                            target, data.records, position, (offset, value) -> history.onShown(target, offset, value)));
        }
        return error != ErrorCode.NONE;
    }

    private Target find(final FetchResponse.FetchableTopicResponse topic, final int partition) {
        for (final Target target : inSession) {
            if (target.partition == partition
                    && (target.topicId.equals(topic.topicId) || target.topic.equals(topic.topic))) {
                return target;
            }
        }
        return null;
    }

    private void forgetSession() {
        sessionId = 0;
        sessionEpoch = 0;
    }
}
