package io.highwater.records;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Walks the records of one produced batch after the other: fields that fill each record, offsets 0, 1, 2 and so on, as
 * many records as the header says and nothing after them; and finds the extremes of their timestamps on the way, which the
 * header only claims.
 *
 * <p>Plain records are walked in place; compressed ones are decompressed piece by piece and not kept (see
 * {@link RecordSkimmer} for the memory). No allocation once a codec was used. Its findings stand until the next check.
 *
 * <p>The records of a compressed batch may take long, so they can be checked piece by piece, with the same findings:
 * {@link #begin}, {@link #proceed} until it is done, {@link #end} whatever happens. Whoever lets others check between two
 * pieces {@link #keep}s the check for as long, and with it the memory of its codec.
 *
 * <p>Confined to one thread; {@link #ofThread} gives the thread's own.
 */
public final class RecordCheck {
    /**
     * What the records of one batch may take once decompressed, unless batches may be large themselves. A batch has at most
     * a megabyte by default, so this leaves room for records that shrink to a thirtieth, while a bomb holds a thread for a
     * bounded time.
     */
    public static final long UNPACKED_BYTES_MAX = 32L << 20;

    /** How many checks that were kept a thread has ready for the next time, beside its own; others are freed. */
    private static final int SPARES_MAX = 3;

    /** The checks of a thread that nobody keeps; the first is the thread's own. */
    private static final ThreadLocal<ArrayDeque<RecordCheck>> OF_THREAD = ThreadLocal.withInitial(ArrayDeque::new);

    /** What is wrong as far as the check has come. */
    private BatchProblem problem = BatchProblem.NONE;

    /** While a check is under way, the next record. */
    private int recordIndex;

    /** Records of the batch at hand by its header. */
    private int count;

    private long baseTimestamp;
    private boolean isKept;
    private long maxTimestamp;
    private int maxTimestampIndex;
    private long minTimestamp;
    private int minTimestampIndex;
    private final RecordSkimmer skimmer = new RecordSkimmer();

    private RecordCheck() {}

    /** The one of the thread that calls. */
    public static RecordCheck ofThread() {
        final ArrayDeque<RecordCheck> free = OF_THREAD.get();
        if (free.isEmpty()) {
            free.push(new RecordCheck());
        }
        return free.peek();
    }

    /** Checks the batch at {@code position} in one go: see {@link #begin}. */
    public BatchProblem check(
            final ByteBuffer buffer, final int position, final long unpackedBytesMax, final int recordBytesMax) {
        try {
            begin(buffer, position, unpackedBytesMax, recordBytesMax, Long.MAX_VALUE);
        } finally {
            end();
        }
        return problem;
    }

    /**
     * Begins to check the batch at {@code position}, whose header was found good. Until {@link #end} the bytes must stay
     * as they are, and the buffer's position and limit are not the caller's; then they are put back.
     *
     * @param unpackedBytesMax how much compressed records may take once decompressed
     * @param recordBytesMax how much one compressed record may take once decompressed
     * @param pieceBytes how much of compressed records to check now, counted decompressed; the record that exceeds it, as
     *     any plain batch, is checked to its end
     * @return whether the check is done: then {@link #problem} and the other findings are known
     */
    public boolean begin(
            final ByteBuffer buffer,
            final int position,
            final long unpackedBytesMax,
            final int recordBytesMax,
            final long pieceBytes) {
        maxTimestamp = RecordBatch.NO_TIMESTAMP;
        maxTimestampIndex = -1;
        minTimestamp = Long.MAX_VALUE;
        minTimestampIndex = -1;
        count = RecordBatch.recordCount(buffer, position);
        baseTimestamp = RecordBatch.baseTimestamp(buffer, position);
        if ((RecordBatch.attributes(buffer, position) & RecordBatch.CODEC_MASK) == 0) {
            final int limit = position + RecordBatch.sizeInBytes(buffer, position);
            problem = walk(buffer, position + RecordBatch.HEADER_BYTES, limit);
            return true;
        }
        recordIndex = 0;
        problem = skimmer.open(buffer, position, unpackedBytesMax, recordBytesMax);
        return problem != BatchProblem.NONE || proceed(pieceBytes);
    }

    /** Goes on where the check stopped; arguments and result as those of {@link #begin}. Not to be called once it is done. */
    public boolean proceed(final long pieceBytes) {
        long bytesLeft = pieceBytes;
        for (int i = recordIndex; i < count; i++) {
            recordIndex = i;
            if (bytesLeft <= 0) {
                return false;
            }
            problem = skimmer.next();
            if (problem != BatchProblem.NONE) {
                return true;
            }
            if (skimmer.offsetDelta() != i) {
                problem = BatchProblem.BAD_RECORD;
                return true;
            }
            bytesLeft -= skimmer.recordBytes();
            note(i, baseTimestamp + skimmer.timestampDelta());
        }
        recordIndex = count;
        problem = skimmer.checkEnd();
        return true;
    }

    /** The most memory that is {@link #keep kept} with the check of compressed records that is under way, in bytes. */
    public long keptBytesMax() {
        return skimmer.heldBytesMax();
    }

    /** Leaves a check that was begun to its beginner: from now to {@link #end} the thread's own is another one. */
    public void keep() {
        if (!isKept) {
            isKept = true;
            OF_THREAD.get().remove(this);
            skimmer.leaveOtherCodecsTo(ofThread().skimmer);
        }
    }

    /** Lets go of the batch, done or not; the findings stand. May be repeated; a check that was kept is no longer the caller's. */
    public void end() {
        skimmer.close();
        if (isKept) {
            isKept = false;
            final ArrayDeque<RecordCheck> free = OF_THREAD.get();
            if (free.size() <= SPARES_MAX) {
                free.add(this);
            } else {
                skimmer.free();
            }
        }
    }

    /** What is wrong with the batch. */
    public BatchProblem problem() {
        return problem;
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

    /** Walks the plain records in {@code [position, limit)}. */
    private BatchProblem walk(final ByteBuffer buffer, final int position, final int limit) {
        final int records = count;
        final long base = baseTimestamp;
        long max = maxTimestamp;
        long min = minTimestamp;
        int at = position;
        for (int i = 0; i < records; i++) {
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
            final long timestamp = base + Varint.longAt(buffer, timestampAt);
            if (timestamp > max || timestamp < min) {
                note(i, timestamp);
                max = maxTimestamp;
                min = minTimestamp;
            }
        }
        recordIndex = records;
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
