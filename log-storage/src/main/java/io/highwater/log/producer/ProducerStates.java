package io.highwater.log.producer;

import io.highwater.records.RecordBatch;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The idempotent producers of one log. A producer that was idle for longer than the configured time is forgotten. So is
 * the one that was idle for longest when there are {@link #PRODUCERS_MAX} and another one comes: ids cost a client
 * nothing, and all of them are held in memory and written to the journal with each recovery point.
 *
 * <p>A forgotten producer is like one never seen: its next batch is taken with any sequence number and in any epoch. If
 * that batch is the retry of a stored one, it is stored again; if one before it was lost, nobody notices. It is evicted
 * only after {@link #PRODUCERS_MAX} others wrote to the same log since its own last batch.
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

    /**
     * Producers remembered at most. A snapshot of so many has 2.2 MiB: about a quarter of what the journal takes in one
     * entry, and some two milliseconds of the shard's time once a second.
     */
    public static final int PRODUCERS_MAX = 16 * 1024;

    /** No snapshot is larger. */
    public static final int SNAPSHOT_BYTES_MAX =
            HEAD_BYTES + PRODUCERS_MAX * (Long.BYTES + ProducerHistory.ENCODED_BYTES_MAX);

    private final Long2ObjectHashMap<ProducerHistory> histories = new Long2ObjectHashMap<>();
    private final IdleOrder order = new IdleOrder();
    private long expirationMs;
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

    /** Shows every producer that has sent a batch in its epoch, in no particular order. */
    public void forEach(final Consumer<ProducerView> consumer) {
        histories.values().forEach(history -> {
            if (history.count() > 0) {
                consumer.accept(history.view());
            }
        });
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
            makeRoom();
            history = new ProducerHistory(producerId, epoch);
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
        order.touch(history);
    }

    /** Time has come this far without an append. */
    public void onTime(final long wallMs) {
        nowMs = wallMs;
    }

    /** Forgets all of them. */
    public void clear() {
        histories.clear();
        order.clear();
    }

    /** All that is not forgotten by now, for the journal; {@link #SNAPSHOT_BYTES_MAX} at most. */
    public ByteBuffer snapshot() {
        forgetIdle();
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
     * Takes over what {@link #snapshot} wrote, as of {@code wallMs}; of more than {@link #PRODUCERS_MAX} those that wrote
     * last.
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
                final long producerId = source.getLong();
                restored.put(producerId, ProducerHistory.read(producerId, source));
            }
        } catch (final BufferUnderflowException e) {
            throw new IllegalArgumentException("producer snapshot cut short at " + snapshot.remaining() + " bytes", e);
        }
        clear();
        nowMs = wallMs;
        restored.values().stream()
                .sorted(Comparator.comparingLong(ProducerHistory::lastSeenMs)
                        .thenComparingLong(ProducerHistory::producerId))
                .skip(Math.max(0, restored.size() - PRODUCERS_MAX))
                .forEach(history -> {
                    histories.put(history.producerId(), history);
                    order.touch(history);
                });
    }

    private boolean isIdle(final ProducerHistory history) {
        return nowMs - history.lastSeenMs() >= expirationMs;
    }

    private void makeRoom() {
        forgetIdle();
        while (histories.size() >= PRODUCERS_MAX) {
            forget(order.longestIdle());
        }
    }

    private void forgetIdle() {
        for (ProducerHistory oldest = order.longestIdle();
                oldest != null && isIdle(oldest);
                oldest = order.longestIdle()) {
            forget(oldest);
        }
    }

    private void forget(final ProducerHistory history) {
        order.remove(history);
        histories.remove(history.producerId());
    }
}
