package io.highwater.broker.simulation;

import io.highwater.records.BatchCursor;
import io.highwater.records.BatchProblem;
import io.highwater.records.CorruptBatchException;
import io.highwater.records.RecordCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads the records of a fetch's answer. */
final class ShownRecords {
    private static final long DECOMPRESSED_BYTES_MAX = 1 << 20;

    /** Takes a record. */
    interface Sink {
        void record(long offset, String value);
    }

    private ShownRecords() {}

    /** Hands over the records from {@code position} on; returns the next position. Anything but whole batches is a breach. */
    static long read(final Target target, final ByteBuffer batches, final long position, final Sink sink) {
        try {
            return readBatches(target, batches, position, sink);
        } catch (final CorruptBatchException e) {
            throw new InvariantBroken(
                    "ShownNeverChanges", target + " from " + position + " on is no batch: " + e.getMessage());
        }
    }

    private static long readBatches(
            final Target target, final ByteBuffer batches, final long position, final Sink sink) {
        long next = position;
        final BatchCursor cursor = new BatchCursor().wrap(batches);
        while (hasNext(target, cursor, next)) {
            if (cursor.check() != BatchProblem.NONE) {
                throw new InvariantBroken(
                        "ShownNeverChanges", target + "@" + cursor.baseOffset() + " has " + cursor.check());
            }
            try (RecordCursor records = cursor.records(DECOMPRESSED_BYTES_MAX)) {
                while (records.next()) {
                    if (records.offset() >= next) {
                        sink.record(
                                records.offset(),
                                StandardCharsets.UTF_8.decode(records.value()).toString());
                        next = records.offset() + 1;
                    }
                }
            }
        }
        return next;
    }

    private static boolean hasNext(final Target target, final BatchCursor cursor, final long next) {
        try {
            return cursor.next();
        } catch (final CorruptBatchException e) {
            throw new InvariantBroken("ShownNeverChanges", target + "@" + next + " is no batch: " + e.getMessage());
        }
    }
}
