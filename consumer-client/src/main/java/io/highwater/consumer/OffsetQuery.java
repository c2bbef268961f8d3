package io.highwater.consumer;

import io.highwater.port.Clock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.Backoff;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.ClusterView;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.cluster.TopicView;
import io.highwater.protocol.message.ListOffsetsRequest;
import io.highwater.protocol.message.ListOffsetsResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Asks the leaders for offsets by timestamp, in rounds: those that a round leaves open are asked again after a pause, until
 * the time is up. Each partition is told of once. Confined to the shard.
 */
final class OffsetQuery {
    /** The log start. */
    static final long EARLIEST = -2;
    /** The end that consumers may see. */
    static final long LATEST = -1;

    private final BrokerCalls calls;
    private final ClusterView cluster;
    private final Clock clock;
    private final Backoff backoff;
    private final long requestTimeoutMs;
    private final long deadlineMs;
    private final BooleanSupplier isAbandoned;
    private final Sink sink;
    /** By partition: the timestamp asked for. */
    private final Map<TopicPartition, Long> open = new LinkedHashMap<>();
    /** The newest reason why a partition is open. */
    private ErrorCode lastError = ErrorCode.REQUEST_TIMED_OUT;

    private int rounds;
    private int unanswered;

    /** Who is told. */
    interface Sink {
        /** The offset, -1 when no record has the timestamp or a later one. */
        void onOffset(TopicPartition partition, long offset);

        /** Asking again would not help, or the time is up. */
        void onFailed(TopicPartition partition, ErrorCode error);

        /** A round brought nothing, and another follows. */
        default void onRetry(final TopicPartition partition, final ErrorCode error) {}
    }

    OffsetQuery(
            final BrokerCalls calls,
            final ClusterView cluster,
            final Clock clock,
            final Backoff backoff,
            final long requestTimeoutMs,
            final long deadlineMs,
            final BooleanSupplier isAbandoned,
            final Sink sink) {
        this.calls = calls;
        this.cluster = cluster;
        this.clock = clock;
        this.backoff = backoff;
        this.requestTimeoutMs = requestTimeoutMs;
        this.deadlineMs = deadlineMs;
        this.isAbandoned = isAbandoned;
        this.sink = sink;
    }

    /** Asks for these; to be called once. */
    void start(final Map<TopicPartition, Long> timestamps) {
        open.putAll(timestamps);
        round();
    }

    private void round() {
        if (open.isEmpty() || isAbandoned.getAsBoolean()) {
            return;
        }
        if (clock.monotonicMs() >= deadlineMs) {
            new LinkedHashMap<>(open).forEach((partition, timestamp) -> fail(partition, lastError));
            return;
        }
        final Map<Integer, ListOffsetsRequest> requests = requests();
        unanswered = requests.size();
        if (requests.isEmpty()) {
            endRound();
            return;
        }
        requests.forEach((node, request) ->
                calls.send(node, request, requestTimeoutMs, new BrokerCalls.Answer<ListOffsetsResponse>() {
                    @Override
                    public void onResponse(final ListOffsetsResponse response) {
                        resolve(response);
                        answered();
                    }

                    @Override
                    public void onFailure(final ErrorCode error, final String reason) {
                        lastError = error;
                        answered();
                    }
                }));
    }

    private void answered() {
        unanswered--;
        if (unanswered == 0) {
            endRound();
        }
    }

    private void endRound() {
        if (!open.isEmpty()) {
            rounds++;
            if (!isAbandoned.getAsBoolean()) {
                open.keySet().forEach(partition -> sink.onRetry(partition, lastError));
            }
            cluster.refresh();
            calls.shard().schedule(this::round, backoff.delayMs(rounds));
        }
    }

    private Map<Integer, ListOffsetsRequest> requests() {
        final Map<Integer, ListOffsetsRequest> requests = new LinkedHashMap<>();
        for (final Map.Entry<TopicPartition, Long> entry : new LinkedHashMap<>(open).entrySet()) {
            final TopicPartition partition = entry.getKey();
            final TopicView topic = cluster.topic(partition.topic());
            if (topic == null) {
                continue;
            }
            if (topic.error() != ErrorCode.NONE) {
                lastError = topic.error();
                if (!topic.error().retriable()) {
                    fail(partition, topic.error());
                }
                continue;
            }
            if (topic.leader(partition.partition()) == TopicView.NO_LEADER) {
                lastError = topic.hasPartition(partition.partition())
                        ? ErrorCode.LEADER_NOT_AVAILABLE
                        : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
                continue;
            }
            final ListOffsetsRequest request =
                    requests.computeIfAbsent(topic.leader(partition.partition()), node -> newRequest());
            add(request, partition, topic.leaderEpoch(partition.partition()), entry.getValue());
        }
        return requests;
    }

    private ListOffsetsRequest newRequest() {
        final ListOffsetsRequest request = new ListOffsetsRequest();
        request.replicaId = -1;
        request.timeoutMs = (int) Math.min(Integer.MAX_VALUE, requestTimeoutMs);
        return request;
    }

    private static void add(
            final ListOffsetsRequest request,
            final TopicPartition partition,
            final int leaderEpoch,
            final long timestamp) {
        ListOffsetsRequest.ListOffsetsTopic topic = null;
        for (final ListOffsetsRequest.ListOffsetsTopic candidate : request.topics) {
            if (candidate.name.equals(partition.topic())) {
                topic = candidate;
            }
        }
        if (topic == null) {
            topic = new ListOffsetsRequest.ListOffsetsTopic();
            topic.name = partition.topic();
            request.topics.add(topic);
        }
        final ListOffsetsRequest.ListOffsetsPartition asked = new ListOffsetsRequest.ListOffsetsPartition();
        asked.partitionIndex = partition.partition();
        asked.currentLeaderEpoch = leaderEpoch;
        asked.timestamp = timestamp;
        topic.partitions.add(asked);
    }

    private void resolve(final ListOffsetsResponse response) {
        for (final ListOffsetsResponse.ListOffsetsTopicResponse topic : response.topics) {
            for (final ListOffsetsResponse.ListOffsetsPartitionResponse answer : topic.partitions) {
                final TopicPartition partition = new TopicPartition(topic.name, answer.partitionIndex);
                final ErrorCode error = ErrorCode.forCode(answer.errorCode);
                if (!open.containsKey(partition) || isAbandoned.getAsBoolean()) {
                    continue;
                }
                if (error == ErrorCode.NONE) {
                    open.remove(partition);
                    sink.onOffset(partition, answer.offset);
                } else if (error.retriable()) {
                    lastError = error;
                } else {
                    fail(partition, error);
                }
            }
        }
    }

    private void fail(final TopicPartition partition, final ErrorCode error) {
        open.remove(partition);
        sink.onFailed(partition, error);
    }
}
