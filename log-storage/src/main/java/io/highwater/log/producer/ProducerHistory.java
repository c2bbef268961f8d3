package io.highwater.log.producer;

import io.highwater.records.RecordBatch;
import java.nio.ByteBuffer;

/** One producer's epoch and its last batches, in a ring. Confined to the log's shard. */
final class ProducerHistory {
    /** As many as a producer of the protocol may have in flight. */
    static final int BATCHES_MAX = 5;

    private static final int BATCH_BYTES = 2 * Integer.BYTES + 2 * Long.BYTES;

    /** What {@link #write} needs at most. */
    static final int ENCODED_BYTES_MAX = Short.BYTES + Long.BYTES + Byte.BYTES + BATCHES_MAX * BATCH_BYTES;

    /** The neighbours in the {@link IdleOrder}, whose they are. */
    ProducerHistory previous;

    ProducerHistory next;

    private final long producerId;
    private short epoch;
    private long lastSeenMs;
    private int count;
    /** Place of the oldest batch in the arrays. */
    private int oldest;

    private final int[] firstSequences = new int[BATCHES_MAX];
    private final int[] offsetDeltas = new int[BATCHES_MAX];
    private final long[] baseOffsets = new long[BATCHES_MAX];
    private final long[] timestamps = new long[BATCHES_MAX];

    ProducerHistory(final long producerId, final short epoch) {
        this.producerId = producerId;
        this.epoch = epoch;
    }

    long producerId() {
        return producerId;
    }

    short epoch() {
        return epoch;
    }

    long lastSeenMs() {
        return lastSeenMs;
    }

    int count() {
        return count;
    }

    /** A higher epoch begins: the batches of the old one are of no more use. */
    void beginEpoch(final short newEpoch) {
        epoch = newEpoch;
        count = 0;
        oldest = 0;
    }

    void add(
            final int firstSequence,
            final int offsetDelta,
            final long baseOffset,
            final long timestampMs,
            final long nowMs) {
        final int slot = (oldest + count) % BATCHES_MAX;
        if (count == BATCHES_MAX) {
            oldest = (oldest + 1) % BATCHES_MAX;
        } else {
            count++;
        }
        firstSequences[slot] = firstSequence;
        offsetDeltas[slot] = offsetDelta;
        baseOffsets[slot] = baseOffset;
        timestamps[slot] = timestampMs;
        lastSeenMs = nowMs;
    }

    /** Sequence number of the last record; to be asked only when there is a batch. */
    int lastSequence() {
        final int slot = (oldest + count - 1) % BATCHES_MAX;
        return RecordBatch.incrementSequence(firstSequences[slot], offsetDeltas[slot]);
    }

    /** To be asked only when there is a batch. */
    ProducerView view() {
        return new ProducerView(producerId, epoch, lastSequence(), timestamps[(oldest + count - 1) % BATCHES_MAX]);
    }

    /** The batch with exactly these sequence numbers, null when it is not among the last ones. */
    SequencedBatch find(final int firstSequence, final int lastSequence) {
        for (int i = 0; i < count; i++) {
            final int slot = (oldest + i) % BATCHES_MAX;
            final int last = RecordBatch.incrementSequence(firstSequences[slot], offsetDeltas[slot]);
            if (firstSequences[slot] == firstSequence && last == lastSequence) {
                return new SequencedBatch(
                        firstSequence,
                        lastSequence,
                        baseOffsets[slot],
                        baseOffsets[slot] + offsetDeltas[slot],
                        timestamps[slot]);
            }
        }
        return null;
    }

    int encodedBytes() {
        return Short.BYTES + Long.BYTES + Byte.BYTES + count * BATCH_BYTES;
    }

    void write(final ByteBuffer target) {
        target.putShort(epoch).putLong(lastSeenMs).put((byte) count);
        for (int i = 0; i < count; i++) {
            final int slot = (oldest + i) % BATCHES_MAX;
            target.putInt(firstSequences[slot])
                    .putInt(offsetDeltas[slot])
                    .putLong(baseOffsets[slot])
                    .putLong(timestamps[slot]);
        }
    }

    static ProducerHistory read(final long producerId, final ByteBuffer source) {
        final ProducerHistory history = new ProducerHistory(producerId, source.getShort());
        final long lastSeenMs = source.getLong();
        final int batches = source.get();
        if (batches < 0 || batches > BATCHES_MAX) {
            throw new IllegalArgumentException(batches + " batches of one producer");
        }
        for (int i = 0; i < batches; i++) {
            history.add(source.getInt(), source.getInt(), source.getLong(), source.getLong(), lastSeenMs);
        }
        history.lastSeenMs = lastSeenMs;
        return history;
    }
}
