package io.highwater.log;

import io.highwater.port.Retained;
import java.nio.ByteBuffer;

/**
 * Whole batches as they lie in the log, not copied. Whoever got it releases {@code lifetime} exactly once, after the last
 * touch of {@code records}; an empty slice as well.
 *
 * @param records position to limit are the batches
 * @param lifetime the share in the mapping that keeps them readable
 * @param firstOffset base offset of the first batch, or the offset asked for when there is none
 * @param nextOffset the offset to read from next
 */
public record LogSlice(ByteBuffer records, Retained lifetime, long firstOffset, long nextOffset) {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** No batch at this offset yet. */
    public static LogSlice empty(final long offset) {
        return new LogSlice(NOTHING.duplicate(), Retained.NONE, offset, offset);
    }

    /** Bytes of records. */
    public int sizeBytes() {
        return records.remaining();
    }
}
