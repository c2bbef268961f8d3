package io.highwater.records;

import java.nio.ByteBuffer;

/**
 * Says whether bytes are a batch, without allocation and without moving the buffer. In depths: the header alone, header and
 * CRC (what a stored or replicated batch must hold), what a producer must have got right in the header, and with
 * {@link RecordCheck} all that is in the records, compressed or not.
 *
 * <p>It does not say whether a batch is <em>allowed</em> (size, control, transactional, timestamps): these are facts of
 * {@link RecordBatch} for the caller to judge. Safe for any thread as long as the buffer is the caller's alone.
 */
public final class BatchValidation {
    private BatchValidation() {}

    /** All that a producer must get right, records included, for exactly one batch between position and limit. */
    public static BatchProblem checkProduced(final ByteBuffer records) {
        final BatchProblem problem = checkProducedHeader(records);
        return problem == BatchProblem.NONE
                ? RecordCheck.ofThread()
                        .check(records, records.position(), RecordCheck.UNPACKED_BYTES_MAX, Integer.MAX_VALUE)
                : problem;
    }

    /** All that a producer must get right except the records, for exactly one batch between position and limit. */
    public static BatchProblem checkProducedHeader(final ByteBuffer records) {
        final int position = records.position();
        final int limit = records.limit();
        final BatchProblem problem = checkStored(records, position, limit);
        if (problem != BatchProblem.NONE) {
            return problem;
        }
        final int count = RecordBatch.recordCount(records, position);
        if (count <= 0 || count - 1 != RecordBatch.lastOffsetDelta(records, position)) {
            return BatchProblem.BAD_COUNT;
        }
        if (RecordBatch.producerId(records, position) >= 0
                && (RecordBatch.producerEpoch(records, position) < 0
                        || (RecordBatch.baseSequence(records, position) < 0
                                && !RecordBatch.isControl(records, position)))) {
            return BatchProblem.BAD_PRODUCER;
        }
        return position + RecordBatch.sizeInBytes(records, position) == limit
                ? BatchProblem.NONE
                : BatchProblem.MORE_THAN_ONE_BATCH;
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
