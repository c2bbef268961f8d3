package io.highwater.producer;

import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.records.RecordBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The batches of one partition: those that wait, oldest first, and those on their way. A batch that failed goes back to its
 * place by number. Confined to the producer's shard.
 */
final class PartitionQueue {
    final TopicPartition partition;
    final ArrayDeque<PendingBatch> waiting = new ArrayDeque<>();
    final List<PendingBatch> sent = new ArrayList<>();
    /** Before this nothing is sent: an attempt has failed. */
    long notBeforeMs;
    /** In a row; reset by an acknowledgement. */
    int failures;

    /** Sequence number of the next batch that has none. */
    private int nextSequence;
    /** How many batches got a number, ever. */
    private long numbered;

    PartitionQueue(final TopicPartition partition) {
        this.partition = partition;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && sent.isEmpty();
    }

    /** The batch that still takes records, or null. */
    PendingBatch open() {
        final PendingBatch last = waiting.peekLast();
        return last == null || last.isClosed ? null : last;
    }

    /** Takes the oldest waiting batch onto its way. */
    PendingBatch take() {
        final PendingBatch batch = waiting.poll();
        batch.isClosed = true;
        batch.attempts++;
        batch.isSentBehindAnother = !sent.isEmpty();
        sent.add(batch);
        return batch;
    }

    /** Gives the batch its place in the producer's sequence, once. */
    void number(final PendingBatch batch, final long producerId, final short producerEpoch) {
        if (!batch.hasSequence()) {
            batch.number(producerId, producerEpoch, nextSequence);
            batch.ordinal = numbered++;
            nextSequence = RecordBatch.incrementSequence(nextSequence, batch.recordCount());
        }
    }

    /**
     * True when a new number would push the oldest open batch out of what the broker remembers, acknowledged ones between
     * them counted: its retry could then not be told from a stranger.
     */
    boolean isWindowFull() {
        if (waiting.peek().hasSequence()) {
            return false;
        }
        for (final PendingBatch batch : sent) {
            if (numbered - batch.ordinal >= ProducerConfig.IDEMPOTENT_IN_FLIGHT_MAX) {
                return true;
            }
        }
        return false;
    }

    /** Another producer id: sequences begin again. */
    void restartSequence() {
        nextSequence = 0;
    }

    /** Back to its place among the waiting. */
    void putBack(final PendingBatch batch) {
        sent.remove(batch);
        final ArrayDeque<PendingBatch> later = new ArrayDeque<>();
        while (!waiting.isEmpty() && waiting.peekLast().number > batch.number) {
            later.addFirst(waiting.pollLast());
        }
        waiting.add(batch);
        waiting.addAll(later);
    }
}
