package io.highwater.records;

import java.nio.ByteBuffer;

/**
 * Says whether bytes are a batch, without allocation and without moving the buffer. Three depths: the header alone, header
 * and CRC (what a stored or replicated batch must hold), and all that a producer must have got right, uncompressed records
 * included. Compressed records are not opened: the CRC vouches for the bytes, and consumers check what is inside.
 *
 * <p>It does not say whether a batch is <em>allowed</em> (size, control, transactional, timestamps): these are facts of
 * {@link RecordBatch} for the caller to judge. Safe for any thread as long as the buffer is the caller's alone.
 */
public final class BatchValidation {
    /** Attributes, timestamp delta, offset delta, key length, value length, header count: one byte each at least. */
    private static final int RECORD_BYTES_MIN = 6;

    private BatchValidation() {}

    /** All that a producer must get right, for exactly one batch between position and limit. */
    public static BatchProblem checkProduced(final ByteBuffer records) {
        final int position = records.position();
        final int limit = records.limit();
        final BatchProblem problem = checkProduced(records, position, limit);
        if (problem == BatchProblem.NONE && position + RecordBatch.sizeInBytes(records, position) != limit) {
            return BatchProblem.MORE_THAN_ONE_BATCH;
        }
        return problem;
    }

    /** All that a producer must get right, for the batch that begins at {@code position}; it may end before the limit. */
    public static BatchProblem checkProduced(final ByteBuffer buffer, final int position, final int limit) {
        final BatchProblem problem = checkStored(buffer, position, limit);
        if (problem != BatchProblem.NONE) {
            return problem;
        }
        final int count = RecordBatch.recordCount(buffer, position);
        if (count <= 0 || count - 1 != RecordBatch.lastOffsetDelta(buffer, position)) {
            return BatchProblem.BAD_COUNT;
        }
        if (RecordBatch.producerId(buffer, position) >= 0
                && (RecordBatch.producerEpoch(buffer, position) < 0
                        || (RecordBatch.baseSequence(buffer, position) < 0
                                && !RecordBatch.isControl(buffer, position)))) {
            return BatchProblem.BAD_PRODUCER;
        }
        if ((RecordBatch.attributes(buffer, position) & RecordBatch.CODEC_MASK) != 0) {
            return BatchProblem.NONE;
        }
        return checkRecords(
                buffer,
                position + RecordBatch.HEADER_BYTES,
                position + RecordBatch.sizeInBytes(buffer, position),
                count);
    }

    /** Header and CRC of the batch that begins at {@code position}; compaction may have left fewer records than offsets. */
    public static BatchProblem checkStored(final ByteBuffer buffer, final int position, final int limit) {
        final BatchProblem problem = checkHeader(buffer, position, limit);
        if (problem != BatchProblem.NONE) {
            return problem;
        }
        if (RecordBatch.crc(buffer, position) != RecordBatch.computeCrc(buffer, position)) {
            return BatchProblem.BAD_CRC;
        }
        if (RecordBatch.codec(buffer, position) == null) {
            return BatchProblem.UNKNOWN_CODEC;
        }
        final int lastOffsetDelta = RecordBatch.lastOffsetDelta(buffer, position);
        final int count = RecordBatch.recordCount(buffer, position);
        // Written so that a delta of 2^31 - 1 does not overflow.
        return lastOffsetDelta < 0 || count < 0 || count - 1 > lastOffsetDelta
                ? BatchProblem.BAD_COUNT
                : BatchProblem.NONE;
    }

    /** Length and magic: whether a whole batch of this format may lie at {@code position}. */
    public static BatchProblem checkHeader(final ByteBuffer buffer, final int position, final int limit) {
        final int available = limit - position;
        if (available <= 0) {
            return BatchProblem.EMPTY;
        }
        // The magic byte has the same place in every format, so an old one is told apart from a broken length.
        if (available > RecordBatch.MAGIC && RecordBatch.magic(buffer, position) != RecordBatch.CURRENT_MAGIC) {
            return BatchProblem.BAD_MAGIC;
        }
        if (available < RecordBatch.LOG_OVERHEAD) {
            return BatchProblem.TRUNCATED;
        }
        // An overflow of the size makes it negative.
        final int size = RecordBatch.sizeInBytes(buffer, position);
        if (size < RecordBatch.HEADER_BYTES) {
            return BatchProblem.BAD_LENGTH;
        }
        return size > available ? BatchProblem.TRUNCATED : BatchProblem.NONE;
    }

    /** Walks the plain records in {@code [position, limit)}, which must be exactly {@code count} of them. */
    static BatchProblem checkRecords(final ByteBuffer buffer, final int position, final int limit, final int count) {
        int at = position;
        for (int i = 0; i < count; i++) {
            final long length = Varint.read(buffer, at, limit);
            final int start = Varint.end(length);
            if (start == Varint.MALFORMED
                    || Varint.value(length) < RECORD_BYTES_MIN
                    || Varint.value(length) > limit - start) {
                return BatchProblem.BAD_RECORD;
            }
            final int end = start + Varint.value(length);
            if (!isRecord(buffer, start, end, i)) {
                return BatchProblem.BAD_RECORD;
            }
            at = end;
        }
        return at == limit ? BatchProblem.NONE : BatchProblem.BAD_RECORD;
    }

    /** True when the fields of one record fill {@code [start, end)} exactly and its offset delta is the given one. */
    private static boolean isRecord(final ByteBuffer buffer, final int start, final int end, final int offsetDelta) {
        final int afterTimestamp = Varint.endOfLong(buffer, start + Byte.BYTES, end);
        if (afterTimestamp == Varint.MALFORMED) {
            return false;
        }
        final long delta = Varint.read(buffer, afterTimestamp, end);
        if (Varint.end(delta) == Varint.MALFORMED || Varint.value(delta) != offsetDelta) {
            return false;
        }
        final int afterKey = endOfBytes(buffer, Varint.end(delta), end, true);
        final int afterValue = afterKey == Varint.MALFORMED ? afterKey : endOfBytes(buffer, afterKey, end, true);
        if (afterValue == Varint.MALFORMED) {
            return false;
        }
        return endOfHeaders(buffer, afterValue, end) == end;
    }

    /** The position after the headers, or {@link Varint#MALFORMED}. */
    static int endOfHeaders(final ByteBuffer buffer, final int position, final int limit) {
        final long count = Varint.read(buffer, position, limit);
        int at = Varint.end(count);
        // Each header takes two bytes at least, so a count that can't be true costs no loop.
        if (at == Varint.MALFORMED || Varint.value(count) < 0 || Varint.value(count) > (limit - at) / 2) {
            return Varint.MALFORMED;
        }
        for (int i = Varint.value(count); i > 0; i--) {
            at = endOfBytes(buffer, at, limit, false);
            if (at != Varint.MALFORMED) {
                at = endOfBytes(buffer, at, limit, true);
            }
            if (at == Varint.MALFORMED) {
                return at;
            }
        }
        return at;
    }

    /** The position after a length and as many bytes, or {@link Varint#MALFORMED}; a length of -1 is null. */
    static int endOfBytes(final ByteBuffer buffer, final int position, final int limit, final boolean nullable) {
        final long length = Varint.read(buffer, position, limit);
        final int start = Varint.end(length);
        final int bytes = Varint.value(length);
        if (start == Varint.MALFORMED || bytes < (nullable ? -1 : 0) || bytes > limit - start) {
            return Varint.MALFORMED;
        }
        return start + Math.max(bytes, 0);
    }
}
