package io.highwater.log;

import io.highwater.log.segment.Segment;
import io.highwater.log.segment.Segments;
import io.highwater.records.CorruptBatchException;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordSearch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds a record by time: the time indexes lead to a batch, the one batch is opened. How many bytes of records are gone
 * over is bounded, because the search holds up all that the shard serves; beyond the bound the answer is the batch and not
 * the record, see {@link RecordSearch}.
 *
 * <p>One object for each search. Confined to the log's shard.
 */
final class TimestampSearch {
    /** Some ten milliseconds of the slowest codec. A batch of the default bound that shrank to a quarter is gone over. */
    static final int UNPACKED_BYTES = 4 << 20;

    /** Whatever batches a topic takes: a multiple of the above, but never for as long as a client would notice. */
    static final int UNPACKED_BYTES_MAX = 16 << 20;

    private final Segments segments;
    private final long startOffset;
    private final long endOffset;
    private final RecordSearch records;

    /**
     * Over the records from {@code startOffset} on, below {@code endOffset}.
     *
     * @param batchBytesMax the largest batch that the log takes: one that was not compressed is always gone over, up to
     *     {@link #UNPACKED_BYTES_MAX}
     */
    TimestampSearch(final Segments segments, final long startOffset, final long endOffset, final int batchBytesMax) {
        this.segments = segments;
        this.startOffset = startOffset;
        this.endOffset = endOffset;
        this.records = new RecordSearch(Math.min(UNPACKED_BYTES_MAX, Math.max(UNPACKED_BYTES, batchBytesMax)));
    }

    /** The first record with at least this timestamp. */
    OffsetAtTime atOrAfter(final long timestampMs) throws IOException {
        for (int place = segments.placeOf(startOffset); place < segments.count(); place++) {
            final Segment segment = segments.get(place);
            if (segment.baseOffset() >= endOffset) {
                break;
            }
            if (segments.maxTimestampOf(segment) < timestampMs) {
                continue;
            }
            segments.use(segment);
            int position = Math.max(segment.positionOfTimestamp(timestampMs), segment.positionOf(startOffset));
            while (position < segment.sizeBytes()) {
                final ByteBuffer view = segment.view();
                if (RecordBatch.baseOffset(view, position) >= endOffset) {
                    return OffsetAtTime.NONE;
                }
                final RecordSearch.Found found = firstIn(segment, position, timestampMs);
                if (found != null) {
                    return found.offset() >= endOffset ? OffsetAtTime.NONE : answer(found, view, position);
                }
                position = segment.nextPosition(position);
            }
        }
        return OffsetAtTime.NONE;
    }

    /** The first record with the greatest timestamp. */
    OffsetAtTime greatest() throws IOException {
        Segment best = null;
        long greatest = RecordBatch.NO_TIMESTAMP;
        for (int place = segments.placeOf(startOffset); place < segments.count(); place++) {
            final Segment segment = segments.get(place);
            if (segment.baseOffset() >= endOffset) {
                break;
            }
            final long timestamp = maxTimestampOf(segment);
            if (timestamp > greatest) {
                greatest = timestamp;
                best = segment;
            }
        }
        if (best == null) {
            return OffsetAtTime.NONE;
        }
        segments.use(best);
        final int position = best.positionOfMaxTimestamp(endOffset);
        final ByteBuffer view = best.view();
        try {
            final RecordSearch.Found found = records.maxTimestamp(view, position);
            return found == null ? OffsetAtTime.NONE : answer(found, view, position);
        } catch (final CorruptBatchException e) {
            throw unreadable(best, position, e);
        }
    }

    /** Of the segment's batches that end below the end; only one that reaches it has to be looked into. */
    private long maxTimestampOf(final Segment segment) throws IOException {
        if (segment.nextOffset() <= endOffset) {
            return segments.maxTimestampOf(segment);
        }
        segments.use(segment);
        final int position = segment.positionOfMaxTimestamp(endOffset);
        return position < 0 ? RecordBatch.NO_TIMESTAMP : RecordBatch.maxTimestamp(segment.view(), position);
    }

    private RecordSearch.Found firstIn(final Segment segment, final int position, final long timestampMs)
            throws IOException {
        try {
            return records.firstAtOrAfter(segment.view(), position, timestampMs, startOffset);
        } catch (final CorruptBatchException e) {
            throw unreadable(segment, position, e);
        }
    }

    private static OffsetAtTime answer(final RecordSearch.Found found, final ByteBuffer view, final int position) {
        return new OffsetAtTime(found.offset(), found.timestamp(), RecordBatch.partitionLeaderEpoch(view, position));
    }

    private static LogStorageException unreadable(
            final Segment segment, final int position, final CorruptBatchException cause) {
        return new LogStorageException(
                "records at position " + position + " of " + segment + ": " + cause.getMessage(), cause);
    }
}
