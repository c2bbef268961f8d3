package io.highwater.records;

import java.nio.ByteBuffer;

/**
 * Finds single records by their timestamp, as ListOffsets asks for them: the time index leads to a batch, this looks inside.
 *
 * <p>Safe for any thread as long as the buffer is the caller's alone.
 */
public final class RecordSearch {
    private RecordSearch() {}

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
    public static Found firstAtOrAfter(
            final ByteBuffer buffer,
            final int position,
            final long timestamp,
            final long startOffset,
            final long decompressedBytesMax) {
        if (RecordBatch.maxTimestamp(buffer, position) < timestamp
                || RecordBatch.lastOffset(buffer, position) < startOffset) {
            return null;
        }
        try (RecordCursor records = RecordCursor.open(buffer, position, decompressedBytesMax)) {
            while (records.next()) {
                if (records.offset() >= startOffset && records.timestamp() >= timestamp) {
                    return new Found(records.offset(), records.timestamp());
                }
            }
        }
        return null;
    }

    /**
     * The first record that has the batch's largest timestamp; null for a batch without records.
     *
     * @throws CorruptBatchException when the records can't be read
     */
    public static Found maxTimestamp(final ByteBuffer buffer, final int position, final long decompressedBytesMax) {
        Found found = null;
        try (RecordCursor records = RecordCursor.open(buffer, position, decompressedBytesMax)) {
            while (records.next()) {
                if (found == null || records.timestamp() > found.timestamp()) {
                    found = new Found(records.offset(), records.timestamp());
                }
            }
        }
        return found;
    }
}
