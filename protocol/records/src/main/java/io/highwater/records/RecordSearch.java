package io.highwater.records;

import java.nio.ByteBuffer;

/**
 * Finds single records by their timestamp, as ListOffsets asks for them: the time index leads to a batch, this looks
 * inside, one record after the other, no further than the first that fits.
 *
 * <p>A few kilobytes can unpack to gigabytes, and a header can promise a timestamp that no record has. So a search goes
 * over a bounded number of bytes of records, unpacked, whatever the number of batches. Where the bound is reached the batch
 * as a whole is the answer: its first offset, which is never too late, with its greatest timestamp.
 *
 * <p>One object for each search. Confined to one thread.
 */
public final class RecordSearch {
    private long bytesLeft;

    /** A search over at most so many bytes of records, unpacked. */
    public RecordSearch(final long unpackedBytesMax) {
        this.bytesLeft = unpackedBytesMax;
    }

    /**
     * A record's place and time.
     *
     * @param offset its offset
     * @param timestamp its timestamp
     */
    public record Found(long offset, long timestamp) {}

    /**
     * The first record at or after {@code startOffset} whose timestamp is at least {@code timestamp}; null when the batch
     * has none.
     *
     * @throws CorruptBatchException when the records can't be read
     */
    public Found firstAtOrAfter(
            final ByteBuffer buffer, final int position, final long timestamp, final long startOffset) {
        if (RecordBatch.maxTimestamp(buffer, position) < timestamp
                || RecordBatch.lastOffset(buffer, position) < startOffset) {
            return null;
        }
        return first(buffer, position, timestamp, startOffset, false);
    }

    /**
     * The first record that has the batch's largest timestamp; null for a batch without records.
     *
     * @throws CorruptBatchException when the records can't be read
     */
    public Found maxTimestamp(final ByteBuffer buffer, final int position) {
        return first(buffer, position, RecordBatch.maxTimestamp(buffer, position), Long.MIN_VALUE, true);
    }

    /** The first record at or after the offset with at least the timestamp, or, if wanted, the one that comes closest. */
    private Found first(
            final ByteBuffer buffer,
            final int position,
            final long timestamp,
            final long startOffset,
            final boolean wantsClosest) {
        Found closest = null;
        try (RecordCursor records = RecordCursor.open(buffer, position, Math.max(0, bytesLeft))) {
            while (bytesLeft > 0 && records.next()) {
                if (records.offset() >= startOffset && records.timestamp() >= timestamp) {
                    return new Found(records.offset(), records.timestamp());
                }
                if (wantsClosest && (closest == null || records.timestamp() > closest.timestamp())) {
                    closest = new Found(records.offset(), records.timestamp());
                }
                bytesLeft -= records.sizeInBytes();
            }
        } catch (final CorruptBatchException e) {
            if (e.problem() != BatchProblem.DECOMPRESSED_TOO_LARGE) {
                throw e;
            }
            bytesLeft = 0;
        }
        return bytesLeft > 0 ? closest : wholeBatch(buffer, position, startOffset);
    }

    private static Found wholeBatch(final ByteBuffer buffer, final int position, final long startOffset) {
        return new Found(
                Math.max(startOffset, RecordBatch.baseOffset(buffer, position)),
                RecordBatch.maxTimestamp(buffer, position));
    }
}
