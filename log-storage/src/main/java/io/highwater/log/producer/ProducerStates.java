package io.highwater.log.producer;

import io.highwater.records.RecordBatch;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The idempotent producers of one log. A producer that was idle for longer than the configured time is forgotten, and
 * may then begin with any sequence number, like one never seen.
 *
 * <p>Snapshot in the journal, big-endian:
 *
 * <pre>
 *   0  Format (int8) = 1
 *   1  Number of producers (int32); for each, by rising id:
 *        Producer id (int64) | epoch (int16) | last seen (int64, wall ms) | number of batches (int8), 0 to 5; for each:
 *          First sequence (int32) | last offset delta (int32) | base offset (int64) | timestamp (int64, ms)
 * </pre>
 *
 * Replaced as a whole; the journal's checksum tells a torn one.
 *
 * <p>Confined to the log's shard.
 */
public final class ProducerStates {
    static final byte FORMAT = 1;
    static final int HEAD_BYTES = Byte.BYTES + Integer.BYTES;
    /** Looking for idle producers costs a walk over all; done when their number has doubled since the last time. */
    private static final int SWEEP_COUNT_MIN = 64;

    private final Long2ObjectHashMap<ProducerHistory> histories = new Long2ObjectHashMap<>();
    private long expirationMs;
    private int sweepAtCount = SWEEP_COUNT_MIN;
    private SequencedBatch duplicate;
    /** Wall time of the last append, against which idleness is judged. */
    private long nowMs;

    /** No producer yet. */
    public ProducerStates(final long expirationMs) {
        this.expirationMs = expirationMs;
    }

    /** Another time after which an idle producer is forgotten. */
    public void setExpirationMs(final long ms) {
        expirationMs = ms;
    }

    /** Judges a batch before it is appended; changes nothing but {@link #duplicate()}. */
    public SequenceCheck check(
            final long producerId, final short epoch, final int firstSequence, final int lastSequence) {
        duplicate = null;
        final ProducerHistory history = histories.get(producerId);
        if (history == null || history.count() == 0 || isIdle(history)) {
            return SequenceCheck.NEW;
        }
        if (epoch < history.epoch()) {
            return SequenceCheck.FENCED;
        }
        if (epoch > history.epoch()) {
            return firstSequence == 0 ? SequenceCheck.NEW : SequenceCheck.OUT_OF_ORDER;
        }
        duplicate = history.find(firstSequence, lastSequence);
        if (duplicate != null) {
            return SequenceCheck.DUPLICATE;
        }
        return firstSequence == RecordBatch.incrementSequence(history.lastSequence(), 1)
                ? SequenceCheck.NEW
                : SequenceCheck.OUT_OF_ORDER;
    }

    /** The stored original, after {@link #check} said {@link SequenceCheck#DUPLICATE}. */
    public SequencedBatch duplicate() {
        return duplicate;
    }

    /** Producers remembered. */
    public int count() {
        return histories.size();
    }

    /** Remembers the batch at {@code position}, which has its offsets, if it is an idempotent producer's. */
    public void onAppended(final ByteBuffer batch, final int position, final long wallMs) {
        nowMs = wallMs;
        final long producerId = RecordBatch.producerId(batch, position);
        if (producerId < 0 || RecordBatch.isControl(batch, position)) {
            return;
        }
        final short epoch = RecordBatch.producerEpoch(batch, position);
        ProducerHistory history = histories.get(producerId);
        if (history == null) {
            if (histories.size() >= sweepAtCount) {
                sweep();
            }
            history = new ProducerHistory(epoch);
            histories.put(producerId, history);
        } else if (epoch != history.epoch() || isIdle(history)) {
            history.beginEpoch(epoch);
        }
        history.add(
                RecordBatch.baseSequence(batch, position),
                RecordBatch.lastOffsetDelta(batch, position),
                RecordBatch.baseOffset(batch, position),
                RecordBatch.maxTimestamp(batch, position),
                wallMs);
    }

    /** Time has come this far without an append. */
    public void onTime(final long wallMs) {
        nowMs = wallMs;
    }

    /** Forgets all of them. */
    public void clear() {
        histories.clear();
    }

    /** All of it, for the journal. */
    public ByteBuffer snapshot() {
        final long[] ids = new long[histories.size()];
        int bytes = HEAD_BYTES;
        int i = 0;
        for (final Long2ObjectHashMap<ProducerHistory>.KeyIterator keys =
                        histories.keySet().iterator();
                keys.hasNext(); ) {
            ids[i] = keys.nextLong();
            bytes += Long.BYTES + histories.get(ids[i]).encodedBytes();
            i++;
        }
        Arrays.sort(ids);
        final ByteBuffer target = ByteBuffer.allocate(bytes);
        target.put(FORMAT).putInt(ids.length);
        for (final long id : ids) {
            target.putLong(id);
            histories.get(id).write(target);
        }
        return target.flip();
    }

    /**
     * Takes over what {@link #snapshot} wrote, as of {@code wallMs}.
     *
     * @throws IllegalArgumentException when the bytes are no snapshot; nothing changed then.
     */
    public void restore(final ByteBuffer snapshot, final long wallMs) {
        final ByteBuffer source = snapshot.duplicate();
        final Long2ObjectHashMap<ProducerHistory> restored = new Long2ObjectHashMap<>();
        try {
            final byte format = source.get();
            if (format != FORMAT) {
                throw new IllegalArgumentException("producer snapshot of format " + format);
            }
            for (int i = source.getInt(); i > 0; i--) {
                restored.put(source.getLong(), ProducerHistory.read(source));
            }
        } catch (final BufferUnderflowException e) {
            throw new IllegalArgumentException("producer snapshot cut short at " + snapshot.remaining() + " bytes", e);
        }
        histories.clear();
        histories.putAll(restored);
        nowMs = wallMs;
    }

    private boolean isIdle(final ProducerHistory history) {
        return nowMs - history.lastSeenMs() >= expirationMs;
    }

    private void sweep() {
        histories.values().removeIf(this::isIdle);
        sweepAtCount = Math.max(SWEEP_COUNT_MIN, histories.size() * 2);
    }
}
