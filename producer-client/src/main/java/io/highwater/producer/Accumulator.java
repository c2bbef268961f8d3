package io.highwater.producer;

import io.highwater.port.RandomSource;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.ClusterView;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.cluster.TopicView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Puts records into batches: chooses the partition, holds back what can't be placed until the topic is known. Decides no
 * sending. Confined to the producer's shard.
 *
 * <p>A record without partition and key goes where its topic's batch is being filled, and a partition with a leader is drawn
 * when a new batch begins; so batches are full and all partitions get their share.
 */
final class Accumulator {
    private final ProducerConfig config;
    private final ClusterView cluster;
    private final RandomSource random;
    private final BufferSpace space;
    private final Map<TopicPartition, PartitionQueue> queues = new LinkedHashMap<>();
    /** Queues with waiting batches, in the order in which they get their turn. */
    private final Set<PartitionQueue> active = new LinkedHashSet<>();
    /** By topic: records whose topic or partition is not known yet. */
    private final Map<String, ArrayDeque<PendingRecord>> held = new LinkedHashMap<>();
    /** By topic: the batch that records without partition and key go to. */
    private final Map<String, PendingBatch> filling = new HashMap<>();

    private long nextNumber;

    Accumulator(
            final ProducerConfig config,
            final ClusterView cluster,
            final RandomSource random,
            final BufferSpace space) {
        this.config = config;
        this.cluster = cluster;
        this.random = random;
        this.space = space;
    }

    /** Places the record, or holds it back. */
    void add(final PendingRecord pending) {
        if (!place(pending)) {
            held.computeIfAbsent(pending.record.topic(), topic -> new ArrayDeque<>())
                    .add(pending);
        }
    }

    /** More may be known: tries what is held back. */
    void placeHeld() {
        for (final ArrayDeque<PendingRecord> records : held.values()) {
            for (int i = records.size(); i > 0; i--) {
                final PendingRecord pending = records.poll();
                if (!place(pending)) {
                    records.add(pending);
                }
            }
        }
        held.values().removeIf(ArrayDeque::isEmpty);
    }

    /** Queues with waiting batches; removing one is legal, and {@link #activate} brings it back. */
    Set<PartitionQueue> active() {
        return active;
    }

    /** The queue goes to the end of the line, or out of it when nothing waits. */
    void activate(final PartitionQueue queue) {
        active.remove(queue);
        if (!queue.waiting.isEmpty()) {
            active.add(queue);
        }
    }

    /** All queues there are. */
    Iterable<PartitionQueue> queues() {
        return queues.values();
    }

    /** True when no record waits or is on its way. */
    boolean isEmpty() {
        if (!held.isEmpty()) {
            return false;
        }
        for (final PartitionQueue queue : queues.values()) {
            if (!queue.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Fails records that waited too long to be placed. */
    void expireHeld(final long nowMs) {
        for (final Map.Entry<String, ArrayDeque<PendingRecord>> topic : held.entrySet()) {
            final Iterator<PendingRecord> records = topic.getValue().iterator();
            while (records.hasNext()) {
                final PendingRecord pending = records.next();
                if (nowMs - pending.createdMs >= config.blockMs()) {
                    records.remove();
                    fail(pending, unknownBecause(topic.getKey()), "topic or partition not known in time");
                }
            }
        }
        held.values().removeIf(ArrayDeque::isEmpty);
    }

    /** When {@link #expireHeld} will have something to do; {@code Long.MAX_VALUE} for never. */
    long nextHeldExpiryMs() {
        long next = Long.MAX_VALUE;
        for (final ArrayDeque<PendingRecord> records : held.values()) {
            next = Math.min(next, records.peek().createdMs + config.blockMs());
        }
        return next;
    }

    /** Fails everything that waits; what is on its way stays. */
    void failWaiting(final ErrorCode error, final String reason) {
        for (final ArrayDeque<PendingRecord> records : held.values()) {
            records.forEach(pending -> fail(pending, error, reason));
        }
        held.clear();
        for (final PartitionQueue queue : queues.values()) {
            final List<PendingBatch> batches = new ArrayList<>(queue.waiting);
            queue.waiting.clear();
            batches.forEach(batch -> batch.fail(error, reason));
        }
        active.clear();
    }

    /** Completes when everything that is here now is acknowledged or failed. */
    CompletableFuture<Void> whenAllDone() {
        final List<CompletableFuture<?>> parts = new ArrayList<>();
        for (final ArrayDeque<PendingRecord> records : held.values()) {
            records.forEach(pending -> parts.add(pending.future.handle((placed, error) -> placed)));
        }
        for (final PartitionQueue queue : queues.values()) {
            queue.waiting.forEach(batch -> parts.add(batch.done));
            queue.sent.forEach(batch -> parts.add(batch.done));
        }
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]));
    }

    /** False when the record must be held back. */
    private boolean place(final PendingRecord pending) {
        final ProducerRecord record = pending.record;
        final TopicView topic = cluster.topic(record.topic());
        if (topic == null) {
            return false;
        }
        if (topic.error() != ErrorCode.NONE && !topic.error().retriable()) {
            fail(pending, topic.error(), "topic " + record.topic());
            return true;
        }
        if (topic.partitions().isEmpty()) {
            return false;
        }
        if (record.partition() != ProducerRecord.ANY_PARTITION) {
            if (!topic.hasPartition(record.partition())) {
                cluster.refresh();
                return false;
            }
            append(queue(record.topic(), record.partition()), pending);
        } else if (record.key() != null) {
            append(
                    queue(
                            record.topic(),
                            Murmur2.partition(record.key(), topic.partitions().size())),
                    pending);
        } else {
            filling.put(topic.name(), append(fillingQueue(topic, pending), pending));
        }
        return true;
    }

    private PartitionQueue fillingQueue(final TopicView topic, final PendingRecord pending) {
        final PendingBatch batch = filling.get(topic.name());
        if (batch != null && batch.hasRoomFor(pending, config.batchBytes())) {
            return batch.queue;
        }
        final List<Integer> led = new ArrayList<>();
        for (int i = 0; i < topic.partitions().size(); i++) {
            if (topic.leader(i) != TopicView.NO_LEADER) {
                led.add(i);
            }
        }
        final int drawn =
                led.isEmpty() ? random.nextInt(topic.partitions().size()) : led.get(random.nextInt(led.size()));
        return queue(topic.name(), drawn);
    }

    private PartitionQueue queue(final String topic, final int partition) {
        return queues.computeIfAbsent(new TopicPartition(topic, partition), PartitionQueue::new);
    }

    private PendingBatch append(final PartitionQueue queue, final PendingRecord pending) {
        PendingBatch batch = queue.open();
        if (batch == null || !batch.hasRoomFor(pending, config.batchBytes())) {
            if (batch != null) {
                batch.isClosed = true;
            }
            batch = new PendingBatch(queue, nextNumber++, pending.createdMs, space);
            queue.waiting.add(batch);
            active.add(queue);
        }
        batch.add(pending, config.batchBytes());
        return batch;
    }

    private void fail(final PendingRecord pending, final ErrorCode error, final String reason) {
        space.giveBack(pending.bytes);
        pending.future.completeExceptionally(new ProduceException(error, reason));
    }

    private ErrorCode unknownBecause(final String name) {
        final TopicView topic = cluster.topic(name);
        if (topic == null) {
            return ErrorCode.REQUEST_TIMED_OUT;
        }
        return topic.error() == ErrorCode.NONE ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : topic.error();
    }
}
