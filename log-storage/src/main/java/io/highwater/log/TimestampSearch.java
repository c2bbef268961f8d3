package io.highwater.log;

import io.highwater.log.segment.Segment;
import io.highwater.log.segment.Segments;
import io.highwater.records.CorruptBatchException;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordSearch;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds records by time: the time indexes lead to a batch, the one batch is opened. Confined to the log's shard. */
final class TimestampSearch {
    /** More than any batch may hold; a batch that claims more is refused, not unpacked. */
    private static final long DECOMPRESSED_BYTES_MAX = 1L << 30;

    private TimestampSearch() {}

    /** The first record at or above {@code startOffset}, below {@code endOffset}, with at least this timestamp. */
    static OffsetAtTime atOrAfter(
            final Segments segments, final long timestampMs, final long startOffset, final long endOffset)
            throws IOException {
        for (int place = segments.placeOf(startOffset); place < segments.count(); place++) {
            final Segment segment = segments.get(place);
            if (segment.baseOffset() >= endOffset) {
                break;
            }
            if (segments.maxTimestampOf(segment) < timestampMs) {
                continue;
            }
            segments.use(segment);
            int position = segment.positionOfTimestamp(timestampMs);
            while (position < segment.sizeBytes()) {
                final ByteBuffer view = segment.view();
                if (RecordBatch.baseOffset(view, position) >= endOffset) {
                    return OffsetAtTime.NONE;
                }
                final RecordSearch.Found found = firstIn(segment, position, timestampMs, startOffset);
                if (found != null) {
                    return found.offset() >= endOffset
                            ? OffsetAtTime.NONE
                            : new OffsetAtTime(
                                    found.offset(),
                                    found.timestamp(),
                                    RecordBatch.partitionLeaderEpoch(view, position));
                }
                position = segment.nextPosition(position);
            }
        }
        return OffsetAtTime.NONE;
    }

    /** The first record with the greatest timestamp at or above {@code startOffset} and below {@code endOffset}. */
    static OffsetAtTime greatest(final Segments segments, final long startOffset, final long endOffset)
            throws IOException {
        Segment best = null;
        long greatest = RecordBatch.NO_TIMESTAMP;
        for (int place = segments.placeOf(startOffset); place < segments.count(); place++) {
            final Segment segment = segments.get(place);
            if (segment.baseOffset() >= endOffset) {
                break;
            }
            final long timestamp = maxTimestampBelow(segments, segment, endOffset);
            if (timestamp > greatest) {
                greatest = timestamp;
                best = segment;
            }
        }
        if (best == null) {
            return OffsetAtTime.NONE;
        }
        segments.use(best);
        final int bestPosition = best.positionOfMaxTimestamp(endOffset);
        final ByteBuffer view = best.view();
        try {
            final RecordSearch.Found found = RecordSearch.maxTimestamp(view, bestPosition, DECOMPRESSED_BYTES_MAX);
            return found == null
                    ? OffsetAtTime.NONE
                    : new OffsetAtTime(
                            found.offset(), found.timestamp(), RecordBatch.partitionLeaderEpoch(view, bestPosition));
        } catch (final CorruptBatchException e) {
            throw unreadable(best, bestPosition, e);
        }
    }

    /** Of the segment's batches that end below the offset; only one that reaches it has to be looked into. */
    private static long maxTimestampBelow(final Segments segments, final Segment segment, final long endOffset)
            throws IOException {
        if (segment.nextOffset() <= endOffset) {
            return segments.maxTimestampOf(segment);
        }
        segments.use(segment);
        final int position = segment.positionOfMaxTimestamp(endOffset);
        return position < 0 ? RecordBatch.NO_TIMESTAMP : RecordBatch.maxTimestamp(segment.view(), position);
    }

    private static RecordSearch.Found firstIn(
            final Segment segment, final int position, final long timestampMs, final long startOffset)
            throws IOException {
        try {
            return RecordSearch.firstAtOrAfter(
                    segment.view(), position, timestampMs, startOffset, DECOMPRESSED_BYTES_MAX);
        } catch (final CorruptBatchException e) {
            throw unreadable(segment, position, e);
        }
    }

    private static LogStorageException unreadable(
            final Segment segment, final int position, final CorruptBatchException cause) {
        return new LogStorageException(
                "records at position " + position + " of " + segment + ": " + cause.getMessage(), cause);
    }
}
