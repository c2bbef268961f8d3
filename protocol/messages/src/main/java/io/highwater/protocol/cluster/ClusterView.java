package io.highwater.protocol.cluster;

import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The topics that a client follows and who leads their partitions. Asks again when told that something looks stale, when a
 * topic is new, and when the answer has grown old; one request at a time, with a growing pause while answers bring nothing
 * usable.
 *
 * <p>Confined to the shard of its {@link BrokerCalls}.
 */
public final class ClusterView {
    private static final long BACKOFF_FIRST_MS = 50;
    private static final long BACKOFF_MAX_MS = 1_000;
    /** A topic that is always there may still move without an error to tell. */
    private static final long AGE_MAX_MS = 5 * 60 * 1_000L;

    private final BrokerCalls calls;
    private final Clock clock;
    private final Backoff backoff;
    private final long requestTimeoutMs;
    private final boolean allowsTopicCreation;
    /** Sorted, so that a run from one seed asks the same each time. */
    private final TreeSet<String> followed = new TreeSet<>();

    private final Map<String, TopicView> topics = new HashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();
    /** Answers in a row that left a followed topic unusable, or that never came. */
    private int failures;
    /** Before this no request is sent. */
    private long notBeforeMs;

    private boolean isAsking;
    /** Somebody asked while a request was on its way: its answer may be older than the question. */
    private boolean isStale;

    private Shard.Timer timer;
    private boolean isClosed;

    /**
     * A view that knows nothing yet and asks nothing yet.
     *
     * @param allowsTopicCreation whether asking for an unknown topic may create it
     */
    public ClusterView(
            final BrokerCalls calls,
            final Clock clock,
            final RandomSource random,
            final long requestTimeoutMs,
            final boolean allowsTopicCreation) {
        this.calls = calls;
        this.clock = clock;
        this.backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MAX_MS, random);
        this.requestTimeoutMs = requestTimeoutMs;
        this.allowsTopicCreation = allowsTopicCreation;
    }

    /** Called after every answer, good or not. */
    public void addListener(final Runnable listener) {
        listeners.add(listener);
    }

    /** The topic, null until the first answer that names it; from now on it is kept fresh. */
    public TopicView topic(final String name) {
        if (followed.add(name)) {
            refresh();
        }
        return topics.get(name);
    }

    /** What is known may be stale: asks as soon as the pause allows. */
    public void refresh() {
        if (isAsking) {
            isStale = true;
        } else {
            askAfter(notBeforeMs - clock.monotonicMs());
        }
    }

    /** Asks no more. */
    public void close() {
        isClosed = true;
        cancelTimer();
    }

    private void askAfter(final long delayMs) {
        cancelTimer();
        if (isClosed) {
            return;
        }
        if (delayMs > 0) {
            timer = calls.shard().schedule(this::ask, delayMs);
        } else {
            ask();
        }
    }

    private void ask() {
        timer = null;
        isAsking = true;
        isStale = false;
        final MetadataRequest request = new MetadataRequest();
        request.allowAutoTopicCreation = allowsTopicCreation;
        for (final String name : followed) {
            final MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic();
            topic.name = name;
            request.topics.add(topic);
        }
        calls.sendToAny(request, requestTimeoutMs, new BrokerCalls.Answer<MetadataResponse>() {
            @Override
            public void onResponse(final MetadataResponse response) {
                onAnswered(learn(response));
            }

            @Override
            public void onFailure(final ErrorCode error, final String reason) {
                onAnswered(false);
            }
        });
    }

    private void onAnswered(final boolean isUsable) {
        if (isClosed) {
            return;
        }
        isAsking = false;
        failures = isUsable ? 0 : failures + 1;
        // Even a good answer is followed by a pause: a stale leader may be named for a while.
        notBeforeMs = clock.monotonicMs() + backoff.delayMs(Math.max(1, failures));
        if (isStale || !isUsable) {
            askAfter(notBeforeMs - clock.monotonicMs());
        } else {
            askAfter(AGE_MAX_MS);
        }
        for (final Runnable listener : listeners) {
            listener.run();
        }
    }

    /** False when a followed topic has no usable answer yet. */
    private boolean learn(final MetadataResponse response) {
        if (response.errorCode != ErrorCode.NONE.code()) {
            return false;
        }
        calls.learn(response.brokers);
        boolean isUsable = true;
        for (final MetadataResponse.MetadataResponseTopic topic : response.topics) {
            if (topic.name == null || !followed.contains(topic.name)) {
                continue;
            }
            final TopicView view = view(topic, topics.get(topic.name));
            topics.put(topic.name, view);
            isUsable &= !view.error().retriable()
                    && view.partitions().stream().allMatch(p -> p.leader() != TopicView.NO_LEADER);
        }
        return isUsable;
    }

    private static TopicView view(final MetadataResponse.MetadataResponseTopic topic, final TopicView before) {
        final ErrorCode error = ErrorCode.forCode(topic.errorCode);
        final boolean isSameTopic = before != null && before.id().equals(topic.topicId);
        final TopicView.Partition[] partitions = new TopicView.Partition[topic.partitions.size()];
        Arrays.fill(partitions, TopicView.Partition.UNKNOWN);
        for (final MetadataResponse.MetadataResponsePartition partition : topic.partitions) {
            final int index = partition.partitionIndex;
            if (index < 0 || index >= partitions.length) {
                continue;
            }
            // A broker that lags behind may name an older leader: epochs tell.
            final boolean isOlder = isSameTopic
                    && before.hasPartition(index)
                    && partition.leaderEpoch < before.leaderEpoch(index)
                    && partition.leaderEpoch >= 0;
            partitions[index] = isOlder
                    ? before.partitions().get(index)
                    : new TopicView.Partition(partition.leaderId, partition.leaderEpoch);
        }
        return new TopicView(topic.name, topic.topicId, error, List.of(partitions));
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
