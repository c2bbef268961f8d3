package io.highwater.consumer;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.Backoff;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.ClusterView;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.cluster.TopicView;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.records.BatchCursor;
import io.highwater.records.CorruptBatchException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Fetches the assigned partitions ahead of the polling thread: at most one request to a broker at a time, at most two
 * unread answers of a partition, and a bound on unread bytes. Finds start positions, follows leaders, resets positions that
 * the log no longer has.
 *
 * <p>Confined to the shard; answers leave through the sink.
 */
final class Fetcher {
    private static final int UNREAD_MAX = 2;

    private final ConsumerConfig config;
    private final BrokerCalls calls;
    private final Clock clock;
    private final ClusterView cluster;
    private final Backoff backoff;
    private final Consumer<Fetched> sink;
    private final ReadingListener listener;
    private final Map<TopicPartition, AssignedPartition> assigned = new LinkedHashMap<>();
    private final Set<Integer> busyNodes = new HashSet<>();
    private final BatchCursor batches = new BatchCursor();
    private int assignment;
    private long unreadBytes;
    private Shard.Timer timer;
    private boolean isClosed;

    /** Told where a partition starts, once that is found, and how attempts to read it go. */
    interface ReadingListener {
        void onPosition(TopicPartition partition, int assignment, long position);

        /** The newest attempt to read it failed and will be repeated; with NONE, one has succeeded. */
        void onTrouble(TopicPartition partition, int assignment, ErrorCode error);
    }

    Fetcher(
            final ConsumerConfig config,
            final BrokerCalls calls,
            final Clock clock,
            final ClusterView cluster,
            final Backoff backoff,
            final Consumer<Fetched> sink,
            final ReadingListener listener) {
        this.config = config;
        this.calls = calls;
        this.clock = clock;
        this.cluster = cluster;
        this.backoff = backoff;
        this.sink = sink;
        this.listener = listener;
        cluster.addListener(this::doWork);
    }

    /** Fetches these and no others from now on. */
    void assign(final Map<TopicPartition, StartPosition> starts, final int number) {
        assignment = number;
        unreadBytes = 0;
        assigned.clear();
        final Map<TopicPartition, Long> queries = new LinkedHashMap<>();
        starts.forEach((partition, start) -> {
            assigned.put(partition, new AssignedPartition(partition));
            if (start.kind() == StartPosition.Kind.OFFSET) {
                startAt(partition, start.value());
            } else {
                queries.put(partition, start.query());
            }
        });
        find(queries);
        doWork();
    }

    /** The polling thread has read an answer to its end. */
    void onRead(final Fetched fetched) {
        if (fetched.assignment() == assignment) {
            final AssignedPartition partition = assigned.get(fetched.partition());
            partition.unread--;
            unreadBytes -= fetched.records().remaining();
            doWork();
        }
    }

    /** The polling thread can't read an answer: its partition is not fetched any further. */
    void stop(final Fetched fetched) {
        if (fetched.assignment() == assignment) {
            assigned.get(fetched.partition()).isStopped = true;
        }
    }

    /** Sends what can be sent, and comes back when a pause ends. */
    void doWork() {
        if (isClosed) {
            return;
        }
        final long nowMs = clock.monotonicMs();
        final Map<Integer, FetchCall> requests = new LinkedHashMap<>();
        long next = Long.MAX_VALUE;
        for (final AssignedPartition partition : assigned.values()) {
            if (partition.position < 0
                    || partition.isFetching
                    || partition.isStopped
                    || partition.unread >= UNREAD_MAX
                    || unreadBytes >= config.bufferBytes()) {
                continue;
            }
            if (partition.notBeforeMs > nowMs) {
                next = Math.min(next, partition.notBeforeMs);
                continue;
            }
            final TopicView topic = cluster.topic(partition.partition.topic());
            final int leader = topic == null ? TopicView.NO_LEADER : topic.leader(partition.partition.partition());
            if (leader == TopicView.NO_LEADER) {
                noteTrouble(partition, leaderless(topic, partition.partition));
                cluster.refresh();
            } else if (!busyNodes.contains(leader)) {
                requests.computeIfAbsent(leader, node -> new FetchCall(this, config, node))
                        .add(partition, topic, config.partitionBytesMax());
            }
        }
        for (final FetchCall request : requests.values()) {
            busyNodes.add(request.node());
            calls.<FetchResponse>send(
                    request.node(), request.message(), config.requestTimeoutMs() + config.fetchWaitMs(), request);
        }
        scheduleAt(next, nowMs);
    }

    void close() {
        isClosed = true;
        scheduleAt(Long.MAX_VALUE, 0);
    }

    /** A request was answered, or never will be; its partitions follow one by one. */
    void onAnswered(final int node) {
        busyNodes.remove(node);
    }

    /** An answer for one partition. */
    void onFetched(final AssignedPartition partition, final FetchResponse.PartitionData answer) {
        if (isStale(partition)) {
            return;
        }
        final ErrorCode error = ErrorCode.forCode(answer.errorCode);
        if (error == ErrorCode.OFFSET_OUT_OF_RANGE && config.reset().isPresent()) {
            partition.position = -1;
            find(Map.of(partition.partition, config.reset().get().query()));
        } else if (error != ErrorCode.NONE) {
            onFailed(partition, error, error.retriable());
        } else {
            partition.failures = 0;
            noteTrouble(partition, ErrorCode.NONE);
            if (answer.records != null && answer.records.hasRemaining()) {
                handOver(partition, answer.records);
            }
        }
    }

    /** An attempt for one partition failed. */
    void onFailed(final AssignedPartition partition, final ErrorCode error, final boolean isWorthRetrying) {
        if (isStale(partition)) {
            return;
        }
        if (!isWorthRetrying) {
            stop(partition, error);
            return;
        }
        noteTrouble(partition, error);
        cluster.refresh();
        partition.failures++;
        partition.notBeforeMs = clock.monotonicMs() + backoff.delayMs(partition.failures);
    }

    /** Copies whole batches out of the receive buffer, which is only lent, and moves the position behind them. */
    private void handOver(final AssignedPartition partition, final ByteBuffer records) {
        long nextOffset = partition.position;
        int end = records.position();
        try {
            batches.wrap(records);
            while (batches.next()) {
                nextOffset = Math.max(nextOffset, batches.lastOffset() + 1);
                end = batches.position() + batches.sizeInBytes();
            }
        } catch (final CorruptBatchException e) {
            stop(partition, ErrorCode.CORRUPT_MESSAGE);
            return;
        }
        if (end == records.position()) {
            // A broker sends the first batch whole, so this is no batch at all.
            stop(partition, ErrorCode.CORRUPT_MESSAGE);
            return;
        }
        final ByteBuffer copy = ByteBuffer.allocate(end - records.position());
        copy.put(0, records, records.position(), copy.capacity());
        final long fromOffset = partition.position;
        partition.position = nextOffset;
        partition.unread++;
        unreadBytes += copy.remaining();
        sink.accept(new Fetched(partition.partition, assignment, copy, fromOffset, nextOffset, ErrorCode.NONE));
    }

    private void stop(final AssignedPartition partition, final ErrorCode error) {
        partition.isStopped = true;
        sink.accept(new Fetched(partition.partition, assignment, null, 0, 0, error));
    }

    /** Asks where these partitions begin, for as long as they are assigned. */
    private void find(final Map<TopicPartition, Long> timestamps) {
        final int number = assignment;
        final OffsetQuery.Sink found = new OffsetQuery.Sink() {
            @Override
            public void onOffset(final TopicPartition partition, final long offset) {
                if (offset >= 0) {
                    startAt(partition, offset);
                    doWork();
                } else {
                    // No record is that young: begin at the end.
                    find(Map.of(partition, OffsetQuery.LATEST));
                }
            }

            @Override
            public void onFailed(final TopicPartition partition, final ErrorCode error) {
                stop(assigned.get(partition), error);
            }

            @Override
            public void onRetry(final TopicPartition partition, final ErrorCode error) {
                noteTrouble(assigned.get(partition), error);
            }
        };
        new OffsetQuery(
                        calls,
                        cluster,
                        clock,
                        backoff,
                        config.requestTimeoutMs(),
                        Long.MAX_VALUE,
                        () -> isClosed || number != assignment,
                        found)
                .start(timestamps);
    }

    /** Why there is nobody to ask. */
    private static ErrorCode leaderless(final TopicView topic, final TopicPartition partition) {
        if (topic != null && topic.error() != ErrorCode.NONE) {
            return topic.error();
        }
        return topic == null || topic.hasPartition(partition.partition())
                ? ErrorCode.LEADER_NOT_AVAILABLE
                : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }

    private void noteTrouble(final AssignedPartition partition, final ErrorCode error) {
        if (partition.trouble != error) {
            partition.trouble = error;
            listener.onTrouble(partition.partition, assignment, error);
        }
    }

    private void startAt(final TopicPartition partition, final long offset) {
        noteTrouble(assigned.get(partition), ErrorCode.NONE);
        assigned.get(partition).position = offset;
        listener.onPosition(partition, assignment, offset);
    }

    /** True when the partition was taken away, or assigned anew, since it was asked for. */
    private boolean isStale(final AssignedPartition partition) {
        return assigned.get(partition.partition) != partition;
    }

    private void scheduleAt(final long atMs, final long nowMs) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (atMs != Long.MAX_VALUE) {
            timer = calls.shard().schedule(this::doWork, Math.max(1, atMs - nowMs));
        }
    }
}
