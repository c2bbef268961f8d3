package io.highwater.protocol.cluster;

import io.highwater.protocol.ErrorCode;
import io.highwater.records.BatchCursor;
import io.highwater.records.BatchProblem;
import io.highwater.records.BatchValidation;
import io.highwater.records.LogRecord;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordCursor;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A partition in memory, with the rules for idempotent producers. */
public final class FakePartition {
    private static final int REMEMBERED_BATCHES = 5;

    private final List<ByteBuffer> batches = new ArrayList<>();
    private final Map<Long, ArrayDeque<Stored>> producers = new HashMap<>();
    long startOffset;
    long endOffset;
    int leader;
    int leaderEpoch;

    private record Stored(int firstSequence, int lastSequence, long baseOffset) {}

    /** What became of an append. */
    record Appended(ErrorCode error, long baseOffset) {}

    FakePartition(final int leader) {
        this.leader = leader;
    }

    Appended append(final ByteBuffer received) {
        final BatchProblem problem = BatchValidation.checkProduced(received);
        if (problem != BatchProblem.NONE) {
            return new Appended(ErrorCode.CORRUPT_MESSAGE, -1);
        }
        final int at = received.position();
        final long producerId = RecordBatch.producerId(received, at);
        if (producerId >= 0) {
            final int first = RecordBatch.baseSequence(received, at);
            final ArrayDeque<Stored> known = producers.computeIfAbsent(producerId, id -> new ArrayDeque<>());
            for (final Stored stored : known) {
                if (stored.firstSequence() == first
                        && stored.lastSequence() == RecordBatch.lastSequence(received, at)) {
                    return new Appended(ErrorCode.NONE, stored.baseOffset());
                }
            }
            final int expected = known.isEmpty()
                    ? 0
                    : RecordBatch.incrementSequence(known.getLast().lastSequence(), 1);
            if (first != expected) {
                return new Appended(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
            }
            known.add(new Stored(first, RecordBatch.lastSequence(received, at), endOffset));
            if (known.size() > REMEMBERED_BATCHES) {
                known.poll();
            }
        }
        final ByteBuffer copy = ByteBuffer.allocate(received.remaining())
                .put(received.duplicate())
                .flip();
        final long baseOffset = endOffset;
        RecordBatch.setBaseOffset(copy, 0, baseOffset);
        RecordBatch.setPartitionLeaderEpoch(copy, 0, leaderEpoch);
        addStored(copy);
        return new Appended(ErrorCode.NONE, baseOffset);
    }

    /** Puts a batch at the end as it is. */
    public void addStored(final ByteBuffer batch) {
        batches.add(batch);
        endOffset = RecordBatch.lastOffset(batch, 0) + 1;
    }

    /** The batches are gone, the offsets stay. */
    public void trimTo(final long offset) {
        startOffset = offset;
        batches.removeIf(batch -> RecordBatch.lastOffset(batch, 0) < offset);
    }

    public long endOffset() {
        return endOffset;
    }

    /** Whole batches from the one with this offset on; the first one always, the last one perhaps cut off. */
    ByteBuffer read(final long offset, final int bytesMax) {
        final ByteBuffer all =
                ByteBuffer.allocate(batches.stream().mapToInt(ByteBuffer::limit).sum());
        int whole = 0;
        for (final ByteBuffer batch : batches) {
            if (RecordBatch.lastOffset(batch, 0) >= offset && all.position() < bytesMax) {
                all.put(batch.duplicate());
                whole = whole == 0 ? all.position() : whole;
            }
        }
        return all.flip().limit(Math.min(all.limit(), Math.max(whole, bytesMax)));
    }

    /** The first offset of this time or later, -1 for none. */
    long offsetAt(final long timestamp) {
        for (final LogRecord record : records()) {
            if (record.timestamp() >= timestamp) {
                return record.offset();
            }
        }
        return -1;
    }

    /** All records that are stored. */
    public List<LogRecord> records() {
        final List<LogRecord> records = new ArrayList<>();
        for (final ByteBuffer batch : batches) {
            final BatchCursor cursor = new BatchCursor().wrap(batch);
            while (cursor.next()) {
                try (RecordCursor each = cursor.records(1 << 26)) {
                    while (each.next()) {
                        records.add(each.record());
                    }
                }
            }
        }
        return records;
    }

    /** How many batches are stored. */
    public int batchCount() {
        return batches.size();
    }

    /** A stored batch. */
    public ByteBuffer batch(final int index) {
        return batches.get(index);
    }
}
