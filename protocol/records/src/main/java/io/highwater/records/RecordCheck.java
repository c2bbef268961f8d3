package io.highwater.records;

import java.nio.ByteBuffer;

/**
 * Walks the records of one produced batch after the other: fields that fill each record, offsets 0, 1, 2 and so on, as
 * many records as the header says and nothing after them; and finds the extremes of their timestamps on the way, which the
 * header only claims.
 *
 * <p>Plain records are walked in place; compressed ones are decompressed piece by piece and not kept (see
 * {@link RecordSkimmer} for the memory). No allocation once a codec was used. Its findings stand until the next check.
 * Confined to one thread; {@link #ofThread} gives the thread's own.
 */
public final class RecordCheck {
    /**
     * What the records of one batch may take once decompressed, unless batches may be large themselves. A batch has at most
     * a megabyte by default, so this leaves room for records that shrink to a thirtieth, while a bomb holds a thread for a
     * bounded time.
     */
    public static final long UNPACKED_BYTES_MAX = 32L << 20;

    private static final ThreadLocal<RecordCheck> OF_THREAD = ThreadLocal.withInitial(RecordCheck::new);

    private int recordIndex;
    private long maxTimestamp;
    private int maxTimestampIndex;
    private long minTimestamp;
    private int minTimestampIndex;
    private final RecordSkimmer skimmer = RecordSkimmer.ofThread();

    private RecordCheck() {}

    /** The one of the thread that calls. */
    public static RecordCheck ofThread() {
        return OF_THREAD.get();
    }

    /**
     * Checks the batch at {@code position}, whose header was found good. The buffer's position and limit move, and are put
     * back.
     *
     * @param unpackedBytesMax how much compressed records may take once decompressed
     * @param recordBytesMax how much one compressed record may take once decompressed
     */
    public BatchProblem check(
            final ByteBuffer buffer, final int position, final long unpackedBytesMax, final int recordBytesMax) {
        maxTimestamp = RecordBatch.NO_TIMESTAMP;
        maxTimestampIndex = -1;
        minTimestamp = Long.MAX_VALUE;
        minTimestampIndex = -1;
        final int count = RecordBatch.recordCount(buffer, position);
        final long baseTimestamp = RecordBatch.baseTimestamp(buffer, position);
        if ((RecordBatch.attributes(buffer, position) & RecordBatch.CODEC_MASK) == 0) {
            final int limit = position + RecordBatch.sizeInBytes(buffer, position);
            return walk(buffer, position + RecordBatch.HEADER_BYTES, limit, count, baseTimestamp);
        }
        recordIndex = 0;
        final BatchProblem problem = skimmer.open(buffer, position, unpackedBytesMax, recordBytesMax);
        try {
            return problem == BatchProblem.NONE ? skim(count, baseTimestamp) : problem;
        } finally {
            skimmer.close();
        }
    }

    /** Place in the batch of the record that is wrong, the record count when it is what follows the last one. */
    public int recordIndex() {
        return recordIndex;
    }

    /** The largest timestamp of a sound batch, or {@link RecordBatch#NO_TIMESTAMP}. */
    public long maxTimestamp() {
        return maxTimestamp;
    }

    /** Place in the batch of the first record with {@link #maxTimestamp}, -1 when none has a timestamp. */
    public int maxTimestampIndex() {
        return maxTimestampIndex;
    }

    /** The smallest timestamp of a sound batch, {@link Long#MAX_VALUE} when none has one. */
    public long minTimestamp() {
        return minTimestamp;
    }

    /** Place in the batch of the first record with {@link #minTimestamp}, -1 when none has a timestamp. */
    public int minTimestampIndex() {
        return minTimestampIndex;
    }

    private BatchProblem skim(final int count, final long baseTimestamp) {
        for (int i = 0; i < count; i++) {
            recordIndex = i;
            final BatchProblem problem = skimmer.next();
            if (problem != BatchProblem.NONE) {
                return problem;
            }
            if (skimmer.offsetDelta() != i) {
                return BatchProblem.BAD_RECORD;
            }
            note(i, baseTimestamp + skimmer.timestampDelta());
        }
        recordIndex = count;
        return skimmer.checkEnd();
    }

    /** Walks the plain records in {@code [position, limit)}. */
    private BatchProblem walk(
            final ByteBuffer buffer, final int position, final int limit, final int count, final long baseTimestamp) {
        long max = maxTimestamp;
        long min = minTimestamp;
        int at = position;
        for (int i = 0; i < count; i++) {
            final long length = Varint.read(buffer, at, limit);
            final int start = Varint.end(length);
            recordIndex = i;
            if (start == Varint.MALFORMED
                    || Varint.value(length) < RecordSkimmer.RECORD_BYTES_MIN
                    || Varint.value(length) > limit - start) {
                return BatchProblem.BAD_RECORD;
            }
            at = start + Varint.value(length);
            final int timestampAt = start + Byte.BYTES;
            final int afterTimestamp = Varint.endOfLong(buffer, timestampAt, at);
            if (afterTimestamp == Varint.MALFORMED || !isRecord(buffer, afterTimestamp, at, i)) {
                return BatchProblem.BAD_RECORD;
            }
            final long timestamp = baseTimestamp + Varint.longAt(buffer, timestampAt);
            if (timestamp > max || timestamp < min) {
                note(i, timestamp);
                max = maxTimestamp;
                min = minTimestamp;
            }
        }
        recordIndex = count;
        return at == limit ? BatchProblem.NONE : BatchProblem.BAD_COUNT;
    }

    /** True when what follows a record's timestamp fills {@code [position, end)} and its offset delta is the given one. */
    private static boolean isRecord(final ByteBuffer buffer, final int position, final int end, final int offsetDelta) {
        final long delta = Varint.read(buffer, position, end);
        if (Varint.end(delta) == Varint.MALFORMED || Varint.value(delta) != offsetDelta) {
            return false;
        }
        final int afterKey = BatchValidation.endOfBytes(buffer, Varint.end(delta), end, true);
        final int afterValue =
                afterKey == Varint.MALFORMED ? afterKey : BatchValidation.endOfBytes(buffer, afterKey, end, true);
        return afterValue != Varint.MALFORMED && BatchValidation.endOfHeaders(buffer, afterValue, end) == end;
    }

    private void note(final int index, final long timestamp) {
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampIndex = index;
        }
        if (timestamp < minTimestamp && timestamp != RecordBatch.NO_TIMESTAMP) {
            minTimestamp = timestamp;
            minTimestampIndex = index;
        }
    }
}
