package io.highwater.log.segment;

import io.highwater.log.disk.DiskFile;
import io.highwater.records.BatchProblem;
import io.highwater.records.BatchValidation;
import io.highwater.records.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Walks a segment's batches by positioned reads: checks what a crash may have torn, or replays what is known to be good.
 * Confined to the thread that opens the log.
 */
public final class SegmentRecovery {
    private static final int COPY_BYTES = 1 << 20;

    private SegmentRecovery() {}

    /** Told of each batch, in order. The buffer is reused. */
    public interface BatchListener {
        /** The batch at {@code position} of the buffer. */
        void onBatch(ByteBuffer buffer, int position);
    }

    /**
     * Checks the batches from a position on: header, CRC, offsets without a gap, epochs that don't fall. The first one
     * that fails ends the segment there; the file is cut and its indexes know nothing of what was checked.
     *
     * @param expectedOffset offset of the batch at {@code position}
     * @param epochFloor epoch of the batch before it
     * @return bytes cut that were not zeros only.
     */
    public static long check(
            final Segment segment,
            final int position,
            final long expectedOffset,
            final int epochFloor,
            final BatchListener listener)
            throws IOException {
        segment.distrustIndexesFrom(expectedOffset);
        try (DiskFile file = segment.file().openForScan()) {
            return check(segment, file, position, expectedOffset, epochFloor, listener);
        }
    }

    private static long check(
            final Segment segment,
            final DiskFile file,
            final int position,
            final long expectedOffset,
            final int epochFloor,
            final BatchListener listener)
            throws IOException {
        final long fileBytes = Math.min(file.sizeBytes(), Integer.MAX_VALUE);
        final BatchScan scan = new BatchScan(file, position, fileBytes);
        long expected = expectedOffset;
        int epoch = epochFloor;
        while (scan.next()) {
            final ByteBuffer buffer = scan.buffer();
            final int at = scan.at();
            if (BatchValidation.checkStored(buffer, at, at + scan.sizeInBytes()) != BatchProblem.NONE
                    || RecordBatch.baseOffset(buffer, at) != expected
                    || RecordBatch.partitionLeaderEpoch(buffer, at) < epoch) {
                break;
            }
            expected = RecordBatch.lastOffset(buffer, at) + 1;
            epoch = RecordBatch.partitionLeaderEpoch(buffer, at);
            listener.onBatch(buffer, at);
        }
        final int end = (int) scan.position();
        final long torn = lastNonZero(file, end, fileBytes) - end;
        segment.setEnd(end, expected);
        if (fileBytes > end) {
            segment.trim();
            segment.force();
        }
        return torn;
    }

    /** Tells of the batches from {@code offset} on, as far as the segment goes; they are known to be good. */
    public static void replay(final Segment segment, final long offset, final BatchListener listener)
            throws IOException {
        try (DiskFile file = segment.file().openForScan()) {
            replay(segment, file, offset, listener);
        }
    }

    private static void replay(
            final Segment segment, final DiskFile file, final long offset, final BatchListener listener)
            throws IOException {
        int start = Math.min(segment.hintOf(offset), segment.sizeBytes());
        BatchScan scan = new BatchScan(file, start, segment.sizeBytes());
        if (start > 0 && (!scan.next() || RecordBatch.lastOffset(scan.buffer(), scan.at()) >= offset)) {
            // The index is wrong here; it is rebuilt when it is first used for a read.
            start = 0;
        }
        scan = new BatchScan(file, start, segment.sizeBytes());
        while (scan.next()) {
            if (RecordBatch.baseOffset(scan.buffer(), scan.at()) >= offset) {
                listener.onBatch(scan.buffer(), scan.at());
            }
        }
        if (scan.position() != segment.sizeBytes()) {
            throw new IOException("no batch at position " + scan.position() + " of " + segment);
        }
    }

    /**
     * Makes the segment durable from a position on, though a force may have failed before: after that the page cache counts
     * as clean what the device may not have, and only bytes that are written again are forced again.
     */
    public static void makeDurable(final Segment segment, final int position) throws IOException {
        try (DiskFile file = segment.file().openForScan()) {
            final int end = segment.sizeBytes();
            final ByteBuffer buffer = ByteBuffer.allocate(Math.min(COPY_BYTES, end - position));
            for (int at = position; at < end; at += buffer.limit()) {
                buffer.clear().limit(Math.min(buffer.capacity(), end - at));
                if (file.read(buffer, at) < buffer.limit()) {
                    throw new IOException(segment + " ends before position " + end);
                }
                file.write(buffer.flip(), at);
            }
            file.force();
        }
    }

    /** Position after the last byte that is not zero, {@code from} when there is none. */
    private static long lastNonZero(final DiskFile file, final long from, final long to) throws IOException {
        final ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, Math.min(64 * 1024, to - from)));
        long last = from;
        for (long at = from; at < to; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
            final int read = file.read(buffer, at);
            if (read == 0) {
                break;
            }
            for (int i = 0; i < read; i++) {
                if (buffer.get(i) != 0) {
                    last = at + i + 1;
                }
            }
            at += read;
        }
        return last;
    }
}
