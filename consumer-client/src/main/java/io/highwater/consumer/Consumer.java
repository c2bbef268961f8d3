package io.highwater.consumer;

import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.SeededRandom;
import io.highwater.port.SystemClock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.Backoff;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.ClusterView;
import io.highwater.protocol.cluster.NetworkCalls;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.cluster.TopicView;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Reads the records of assigned partitions, in the order of each partition.
 *
 * <p>{@link #assign}, {@link #poll} and {@link #close} are for one thread at a time; the calls that give a future are safe
 * for any thread, and their futures complete on the consumer's shard.
 */
public final class Consumer implements AutoCloseable {
    private static final long BACKOFF_FIRST_MS = 50;
    private static final long BACKOFF_MAX_MS = 1_000;

    private final LinkedBlockingQueue<Fetched> ready = new LinkedBlockingQueue<>();
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();
    /** Of partitions whose newest attempt failed and is repeated. Written by the shard. */
    private final Map<TopicPartition, ErrorCode> troubles = new ConcurrentHashMap<>();
    /** Number of the newest assignment; what was fetched for an older one is dropped. */
    private final AtomicInteger assignment = new AtomicInteger();

    private final ConsumerConfig config;
    private final BrokerCalls calls;
    private final Clock clock;
    private final ClusterView cluster;
    private final Backoff backoff;
    private final Fetcher fetcher;
    private final GroupOffsets groups;
    /** What the last poll left unread. */
    private FetchedReader reader;
    /** Met after good records, which went first; the next poll throws it. */
    private ConsumeException failure;

    private boolean isClosed;

    /** A consumer over these calls, which are its own from now on: closing it closes them. */
    public Consumer(
            final ConsumerConfig config, final BrokerCalls calls, final Clock clock, final RandomSource random) {
        this.config = config;
        this.calls = calls;
        this.clock = clock;
        this.cluster =
                new ClusterView(calls, clock, random.fork(), config.requestTimeoutMs(), config.allowsTopicCreation());
        this.backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MAX_MS, random.fork());
        this.fetcher = new Fetcher(config, calls, clock, cluster, backoff, ready::add, new Reading());
        this.groups = new GroupOffsets(calls, cluster, clock, backoff, config);
    }

    /** A consumer with a thread and connections of its own; {@code bootstrap} are some brokers of the cluster. */
    public static Consumer connect(
            final ConsumerConfig config, final List<InetSocketAddress> bootstrap, final String clientId) {
        return new Consumer(
                config, NetworkCalls.open(bootstrap, clientId), SystemClock.INSTANCE, SeededRandom.fromSystem());
    }

    /** Reads these partitions from now on, and no others; what was fetched before and not polled is dropped. */
    public void assign(final Map<TopicPartition, StartPosition> partitions) {
        requireOpen();
        final int number = assignment.incrementAndGet();
        closeReader();
        failure = null;
        ready.clear();
        positions.clear();
        troubles.clear();
        final Map<TopicPartition, StartPosition> starts = new LinkedHashMap<>(partitions);
        calls.shard().execute(() -> {
            // Again, and here: the shard may have told of the assignment before while this one was made.
            troubles.clear();
            fetcher.assign(starts, number);
        });
    }

    /**
     * The next records, as many as are at hand up to {@link ConsumerConfig#recordsMax}; waits for the first one, and gives
     * none when the time is up or the thread is interrupted.
     *
     * @throws ConsumeException when a partition can't be read; it stays unread until it is assigned again, others go on
     */
    public List<ConsumedRecord> poll(final long timeoutMs) {
        requireOpen();
        final List<ConsumedRecord> records = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        try {
            while (failure == null && records.size() < config.recordsMax()) {
                if (reader == null && !open(records.isEmpty() ? deadlineNs - System.nanoTime() : 0)) {
                    return records;
                }
                if (reader != null) {
                    readOn(records);
                }
            }
        } catch (final ConsumeException e) {
            failure = e;
        }
        if (records.isEmpty() && failure != null) {
            final ConsumeException thrown = failure;
            failure = null;
            throw thrown;
        }
        return records;
    }

    /** The offset that the next poll goes on from; -1 for a partition that is not assigned, or whose start is not found yet. */
    public long position(final TopicPartition partition) {
        return positions.getOrDefault(partition, -1L);
    }

    /**
     * The assigned partitions whose newest attempt failed, and how. They are tried again without end, for a broker may come
     * back: it is the caller who knows how long is too long.
     */
    public Map<TopicPartition, ErrorCode> troubles() {
        return Map.copyOf(troubles);
    }

    /** The topic once it is known; fails when it does not exist within {@link ConsumerConfig#callTimeoutMs}. */
    public CompletableFuture<TopicView> topic(final String name) {
        final CompletableFuture<TopicView> found = new CompletableFuture<>();
        final long deadlineMs = clock.monotonicMs() + config.callTimeoutMs();
        calls.shard().execute(() -> findTopic(name, deadlineMs, found));
        return found;
    }

    /** Where each partition begins. */
    public CompletableFuture<Map<TopicPartition, Long>> startOffsets(final Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetQuery.EARLIEST);
    }

    /** Where each partition ends for consumers: the offset that the next record will have. */
    public CompletableFuture<Map<TopicPartition, Long>> endOffsets(final Collection<TopicPartition> partitions) {
        return offsets(partitions, OffsetQuery.LATEST);
    }

    /** The first offset in each partition of this time or later, -1 where there is none. */
    public CompletableFuture<Map<TopicPartition, Long>> offsetsAt(
            final Collection<TopicPartition> partitions, final long timestampMs) {
        return offsets(partitions, StartPosition.timestamp(timestampMs).query());
    }

    /** Commits for a group that has no members. */
    public CompletableFuture<Void> commit(final String group, final Map<TopicPartition, Long> offsets) {
        final Map<TopicPartition, Long> copy = new LinkedHashMap<>(offsets);
        return onShard(() -> groups.commit(group, copy));
    }

    /** What the group has committed; partitions without an offset are left out. */
    public CompletableFuture<Map<TopicPartition, Long>> committed(
            final String group, final Collection<TopicPartition> partitions) {
        final List<TopicPartition> copy = List.copyOf(partitions);
        return onShard(() -> groups.committed(group, copy));
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            closeReader();
            calls.shard().execute(() -> {
                fetcher.close();
                cluster.close();
                calls.close();
            });
        }
    }

    /** Takes the next answer; false when there is none in time. */
    private boolean open(final long waitNs) {
        final Fetched fetched;
        try {
            fetched = waitNs <= 0 ? ready.poll() : ready.poll(waitNs, TimeUnit.NANOSECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        if (fetched == null) {
            return false;
        }
        if (fetched.assignment() != assignment.get()) {
            return true;
        }
        if (fetched.error() != ErrorCode.NONE) {
            throw new ConsumeException(
                    fetched.error(),
                    fetched.partition() + ", " + fetched.error().defaultMessage());
        }
        reader = new FetchedReader(config, fetched);
        return true;
    }

    private void readOn(final List<ConsumedRecord> records) {
        final Fetched fetched = reader.fetched();
        final int before = records.size();
        final boolean isDone;
        try {
            isDone = reader.readInto(records, config.recordsMax());
        } catch (final ConsumeException e) {
            closeReader();
            calls.shard().execute(() -> fetcher.stop(fetched));
            throw e;
        } finally {
            advance(fetched.partition(), records, before);
        }
        if (isDone) {
            closeReader();
            positions.put(fetched.partition(), fetched.nextOffset());
            calls.shard().execute(() -> fetcher.onRead(fetched));
        }
    }

    private void advance(final TopicPartition partition, final List<ConsumedRecord> records, final int before) {
        if (records.size() > before) {
            positions.put(partition, records.get(records.size() - 1).record().offset() + 1);
        }
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    private void findTopic(final String name, final long deadlineMs, final CompletableFuture<TopicView> found) {
        final TopicView topic = cluster.topic(name);
        if (topic != null
                && topic.error() == ErrorCode.NONE
                && !topic.partitions().isEmpty()) {
            found.complete(topic);
        } else if (topic != null
                && topic.error() != ErrorCode.NONE
                && !topic.error().retriable()) {
            found.completeExceptionally(new ConsumeException(topic.error(), "topic " + name));
        } else if (clock.monotonicMs() >= deadlineMs) {
            final ErrorCode error = topic == null ? ErrorCode.REQUEST_TIMED_OUT : topic.error();
            found.completeExceptionally(new ConsumeException(error, "topic " + name));
        } else {
            final long delayMs = Math.max(1, backoff.delayMs(1) / 5);
            calls.shard().schedule(() -> findTopic(name, deadlineMs, found), delayMs);
        }
    }

    private CompletableFuture<Map<TopicPartition, Long>> offsets(
            final Collection<TopicPartition> partitions, final long timestamp) {
        final Map<TopicPartition, Long> open = new LinkedHashMap<>();
        partitions.forEach(partition -> open.put(partition, timestamp));
        return onShard(() -> {
            final CompletableFuture<Map<TopicPartition, Long>> answer = new CompletableFuture<>();
            final Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
            if (open.isEmpty()) {
                answer.complete(offsets);
            }
            final OffsetQuery.Sink sink = new OffsetQuery.Sink() {
                @Override
                public void onOffset(final TopicPartition partition, final long offset) {
                    offsets.put(partition, offset);
                    if (offsets.size() == open.size()) {
                        answer.complete(offsets);
                    }
                }

                @Override
                public void onFailed(final TopicPartition partition, final ErrorCode error) {
                    answer.completeExceptionally(new ConsumeException(error, "offsets of " + partition));
                }
            };
            final long deadlineMs = clock.monotonicMs() + config.callTimeoutMs();
            new OffsetQuery(calls, cluster, clock, backoff, config.requestTimeoutMs(), deadlineMs, answer::isDone, sink)
                    .start(open);
            return answer;
        });
    }

    /** Runs the call on the shard and passes its result on. */
    private <T> CompletableFuture<T> onShard(final Supplier<CompletableFuture<T>> call) {
        final CompletableFuture<T> result = new CompletableFuture<>();
        calls.shard().execute(() -> {
            final CompletableFuture<T> unused = call.get().whenComplete((value, error) -> {
                if (error == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(error);
                }
            });
        });
        return result;
    }

    private void requireOpen() {
        if (isClosed) {
            throw new IllegalStateException("the consumer is closed");
        }
    }

    /** What the fetcher tells; of an older assignment it is worth nothing. Runs on the shard. */
    private final class Reading implements Fetcher.ReadingListener {
        @Override
        public void onPosition(final TopicPartition partition, final int number, final long position) {
            if (number == assignment.get()) {
                positions.put(partition, position);
            }
        }

        @Override
        public void onTrouble(final TopicPartition partition, final int number, final ErrorCode error) {
            if (number != assignment.get()) {
                return;
            }
            if (error == ErrorCode.NONE) {
                troubles.remove(partition);
            } else {
                troubles.put(partition, error);
            }
        }
    }
}
