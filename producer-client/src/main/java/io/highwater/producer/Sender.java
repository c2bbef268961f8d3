package io.highwater.producer;

import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.Backoff;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.ClusterView;
import io.highwater.protocol.cluster.TopicView;
import io.highwater.protocol.message.ProduceResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends batches that are due to the leaders of their partitions, and decides what an answer means: done, again, or failed.
 *
 * <p>A batch is due when it is full, old enough, flushed, or when somebody waits for its space. After a failure a partition
 * sends one batch at a time, oldest first, until one is acknowledged. With an idempotent producer the broker refuses what
 * comes out of order, so order holds; without, a retry may overtake.
 *
 * <p>{@link #submit} and {@link #wake} are safe for any thread; all else is confined to the shard.
 */
final class Sender {
    private static final long BACKOFF_MAX_MS = 1_000;

    private final ConcurrentLinkedQueue<PendingRecord> incoming = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final ProducerConfig config;
    private final BrokerCalls calls;
    private final Clock clock;
    private final ClusterView cluster;
    private final BufferSpace space;
    private final Accumulator accumulator;
    private final ProducerIdentity identity;
    private final Backoff backoff;
    /** Unanswered requests by node. */
    private final Map<Integer, Integer> inFlight = new HashMap<>();

    private int inFlightTotal;
    /** Flushes that are not done: nothing lingers. */
    private int flushes;

    private Shard.Timer timer;
    /** When the timer fires. */
    private long timerMs;

    private boolean isClosed;

    Sender(final ProducerConfig config, final BrokerCalls calls, final Clock clock, final RandomSource random) {
        this.config = config;
        this.calls = calls;
        this.clock = clock;
        this.cluster = new ClusterView(calls, clock, random.fork(), config.requestTimeoutMs(), true);
        this.space = new BufferSpace(config.bufferBytes(), this::wake);
        this.accumulator = new Accumulator(config, cluster, random.fork(), space);
        this.backoff = new Backoff(config.retryBackoffMs(), BACKOFF_MAX_MS, random.fork());
        this.identity =
                new ProducerIdentity(calls, backoff, config.requestTimeoutMs(), this::doWork, this::onIdentityRefused);
        cluster.addListener(this::onClusterChanged);
    }

    BufferSpace space() {
        return space;
    }

    /** Hands a record over, whose bytes were taken from {@link #space}. */
    void submit(final PendingRecord pending) {
        incoming.add(pending);
        wake();
    }

    /** Runs {@link #doWork} soon. */
    void wake() {
        if (isWoken.compareAndSet(false, true)) {
            calls.shard().execute(this::doWork);
        }
    }

    /** Completes when all that was submitted before is acknowledged or failed. */
    CompletableFuture<Void> flush() {
        final CompletableFuture<Void> flushed = new CompletableFuture<>();
        calls.shard().execute(() -> {
            drainIncoming();
            flushes++;
            final CompletableFuture<?> unused = accumulator.whenAllDone().whenComplete((done, error) -> {
                flushes--;
                flushed.complete(null);
            });
            doWork();
        });
        return flushed;
    }

    /** Fails what is left and ends. */
    void close() {
        if (isClosed) {
            return;
        }
        drainIncoming();
        isClosed = true;
        cluster.close();
        identity.close();
        cancelTimer();
        accumulator.failWaiting(ErrorCode.NETWORK_EXCEPTION, "the producer was closed");
        calls.close();
    }

    void doWork() {
        isWoken.set(false);
        drainIncoming();
        if (isClosed) {
            accumulator.failWaiting(ErrorCode.NETWORK_EXCEPTION, "the producer was closed");
            return;
        }
        final long nowMs = clock.monotonicMs();
        accumulator.expireHeld(nowMs);
        expireWaiting(nowMs);
        if (isIdentityReady()) {
            while (sendDue(nowMs)) {
                // Each pass takes one batch of each partition that is due; the bounds on requests in flight end it.
            }
        }
        scheduleNext(nowMs);
    }

    private void drainIncoming() {
        for (PendingRecord pending = incoming.poll(); pending != null; pending = incoming.poll()) {
            accumulator.add(pending);
        }
    }

    private void onClusterChanged() {
        accumulator.placeHeld();
        doWork();
    }

    private void onIdentityRefused(final ErrorCode error, final String reason) {
        accumulator.failWaiting(error, reason);
        doWork();
    }

    /** True when batches can be numbered, or need not be. */
    private boolean isIdentityReady() {
        if (!config.idempotent()) {
            return true;
        }
        if (identity.isRestarting() && inFlightTotal == 0) {
            restartSequences();
        }
        if (!identity.isReady() && !accumulator.active().isEmpty()) {
            identity.ask();
        }
        return identity.isReady();
    }

    /** Old numbers end here. A batch that may be stored under its old number can't get a new one: it could be stored twice. */
    private void restartSequences() {
        for (final PartitionQueue queue : accumulator.queues()) {
            queue.restartSequence();
            final List<PendingBatch> unsure = new ArrayList<>();
            for (final PendingBatch batch : queue.waiting) {
                if (batch.hasSequence() && batch.mayBeStored) {
                    unsure.add(batch);
                } else {
                    batch.forgetNumber();
                }
            }
            queue.waiting.removeAll(unsure);
            if (queue.waiting.isEmpty()) {
                accumulator.active().remove(queue);
            }
            unsure.forEach(batch -> batch.fail(
                    ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, "an earlier batch failed; this one may be stored or not"));
        }
        identity.restarted();
    }

    private void expireWaiting(final long nowMs) {
        for (final PartitionQueue queue : List.copyOf(accumulator.active())) {
            while (!queue.waiting.isEmpty() && nowMs - queue.waiting.peek().createdMs >= config.deliveryTimeoutMs()) {
                giveUp(queue.waiting.poll(), ErrorCode.REQUEST_TIMED_OUT, "not acknowledged in time");
            }
            if (queue.waiting.isEmpty()) {
                accumulator.active().remove(queue);
            }
        }
    }

    private void giveUp(final PendingBatch batch, final ErrorCode error, final String reason) {
        if (batch.hasSequence()) {
            identity.restart();
        }
        batch.fail(error, batch.queue.partition + ", " + reason);
    }

    /** Sends one request to each broker that has batches due; false when there was nothing to send. */
    private boolean sendDue(final long nowMs) {
        final Map<Integer, ProduceCall> requests = new LinkedHashMap<>();
        for (final PartitionQueue queue : List.copyOf(accumulator.active())) {
            if (!isDue(queue, nowMs)) {
                continue;
            }
            final TopicView topic = cluster.topic(queue.partition.topic());
            final int leader = topic == null ? TopicView.NO_LEADER : topic.leader(queue.partition.partition());
            if (leader == TopicView.NO_LEADER) {
                cluster.refresh();
                continue;
            }
            final ProduceCall request = requests.get(leader);
            final int bytes = queue.waiting.peek().sizeInBytes();
            if (request == null
                    ? inFlight.getOrDefault(leader, 0) >= config.requestsInFlightMax()
                    : request.sizeInBytes() + bytes > config.requestBytesMax()) {
                continue;
            }
            final PendingBatch batch = queue.take();
            if (config.idempotent()) {
                queue.number(batch, identity.producerId(), identity.producerEpoch());
            }
            requests.computeIfAbsent(leader, node -> new ProduceCall(this, config, node))
                    .add(batch, topic.id());
            accumulator.activate(queue);
        }
        requests.forEach((node, request) -> {
            inFlight.merge(node, 1, Integer::sum);
            inFlightTotal++;
            calls.<ProduceResponse>send(node, request.message(), config.requestTimeoutMs(), request);
        });
        return !requests.isEmpty();
    }

    private boolean isDue(final PartitionQueue queue, final long nowMs) {
        final PendingBatch head = queue.waiting.peek();
        if (head == null || nowMs < queue.notBeforeMs || queue.sent.size() >= config.requestsInFlightMax()) {
            return false;
        }
        if (queue.failures > 0) {
            return queue.sent.isEmpty();
        }
        if (config.idempotent() && queue.isWindowFull()) {
            return false;
        }
        return head.isClosed || flushes > 0 || nowMs - head.createdMs >= config.lingerMs() || space.hasWaiters();
    }

    /** A request was answered, or never will be; its batches follow one by one. */
    void onAnswered(final int node) {
        inFlight.merge(node, -1, Integer::sum);
        inFlightTotal--;
    }

    /** The broker stored the batch. */
    void onStored(final PendingBatch batch, final long baseOffset, final long logAppendTimeMs) {
        batch.queue.sent.remove(batch);
        batch.queue.failures = 0;
        batch.acknowledge(baseOffset, logAppendTimeMs);
    }

    /** The attempt failed. */
    void onFailed(final PendingBatch batch, final ErrorCode error, final String reason, final boolean isWorthRetrying) {
        final PartitionQueue queue = batch.queue;
        final long nowMs = clock.monotonicMs();
        // The one before it failed, so this one was refused; by now the one before may be stored.
        final boolean isBehindAnother = error == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && batch.isSentBehindAnother;
        if (isClosed || (!isWorthRetrying && !isBehindAnother)) {
            queue.sent.remove(batch);
            giveUp(batch, error, reason);
            return;
        }
        cluster.refresh();
        queue.putBack(batch);
        queue.failures++;
        queue.notBeforeMs = nowMs + backoff.delayMs(queue.failures);
        accumulator.activate(queue);
    }

    private void scheduleNext(final long nowMs) {
        long next = accumulator.nextHeldExpiryMs();
        for (final PartitionQueue queue : accumulator.active()) {
            final PendingBatch head = queue.waiting.peek();
            next = Math.min(next, head.createdMs + config.deliveryTimeoutMs());
            final long due =
                    head.isClosed ? queue.notBeforeMs : Math.max(queue.notBeforeMs, head.createdMs + config.lingerMs());
            // What is due already waits for an answer, not for time.
            if (due > nowMs) {
                next = Math.min(next, due);
            }
        }
        if (next == Long.MAX_VALUE || (timer != null && timerMs <= next)) {
            return;
        }
        cancelTimer();
        timerMs = next;
        timer = calls.shard()
                .schedule(
                        () -> {
                            timer = null;
                            doWork();
                        },
                        Math.max(1, next - nowMs));
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
