package io.highwater.records;

import java.nio.ByteBuffer;

/**
 * Zig-zag LEB128, the variable-length numbers inside records: 7 bits a byte, low bits first, the top bit says "more". Up to
 * 5 bytes for 32 bits, up to 10 for 64.
 *
 * <p>Reads are absolute and bounded, return their result packed instead of allocating, and never throw. Safe for any thread
 * because it has no state.
 */
final class Varint {
    /** No number here: not ended within its maximal length or before the limit, or too large. */
    static final int MALFORMED = -1;

    private static final int INT_BYTES_MAX = 5;
    private static final int LONG_BYTES_MAX = 10;

    private Varint() {}

    /**
     * Reads 32 bits: the value in the upper half of the result, the position after it in the lower; the lower half is
     * {@link #MALFORMED} when there is none.
     */
    static long read(final ByteBuffer buffer, final int position, final int limit) {
        final int first = position < limit ? buffer.get(position) : 0;
        if (first >= 0 && position < limit) {
            return packed(first, position + 1);
        }
        int raw = 0;
        for (int i = 0; i < INT_BYTES_MAX && position + i < limit; i++) {
            final int b = buffer.get(position + i);
            raw |= (b & 0x7F) << (7 * i);
            if (b >= 0) {
                // The fifth byte has room for the top four bits only.
                return i == INT_BYTES_MAX - 1 && b > 0x0F ? MALFORMED & 0xFFFFFFFFL : packed(raw, position + i + 1);
            }
        }
        return MALFORMED & 0xFFFFFFFFL;
    }

    /** The number of a {@link #read}. */
    static int value(final long packed) {
        return (int) (packed >> 32);
    }

    /** The position after a {@link #read}, or {@link #MALFORMED}. */
    static int end(final long packed) {
        return (int) packed;
    }

    /** The position after the 64-bit number at {@code position}, or {@link #MALFORMED}. */
    static int endOfLong(final ByteBuffer buffer, final int position, final int limit) {
        if (position + 1 < limit) {
            if (buffer.get(position) >= 0) {
                return position + 1;
            }
            if (buffer.get(position + 1) >= 0) {
                return position + 2;
            }
        }
        for (int i = 0; i < LONG_BYTES_MAX && position + i < limit; i++) {
            final int b = buffer.get(position + i);
            if (b >= 0) {
                // The tenth byte has room for the top bit only.
                return i == LONG_BYTES_MAX - 1 && b > 1 ? MALFORMED : position + i + 1;
            }
        }
        return MALFORMED;
    }

    /** The 64-bit number at {@code position}, which {@link #endOfLong} has found whole. */
    static long longAt(final ByteBuffer buffer, final int position) {
        final long first = buffer.get(position);
        if (first >= 0) {
            return (first >>> 1) ^ -(first & 1);
        }
        final long second = buffer.get(position + 1);
        if (second >= 0) {
            // Some seconds, in milliseconds: what the records of a batch are apart.
            final long two = first & 0x7F | second << 7;
            return (two >>> 1) ^ -(two & 1);
        }
        long raw = 0;
        int at = position;
        int shift = 0;
        while (true) {
            final byte b = buffer.get(at++);
            raw |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return (raw >>> 1) ^ -(raw & 1);
            }
            shift += 7;
        }
    }

    /** Bytes that {@link #write} takes. */
    static int size(final long value) {
        final long raw = (value << 1) ^ (value >> 63);
        return (Long.SIZE - Long.numberOfLeadingZeros(raw | 1) + 6) / 7;
    }

    /** Writes 32 or 64 bits at the buffer's position, which moves. */
    static void write(final ByteBuffer buffer, final long value) {
        long raw = (value << 1) ^ (value >> 63);
        while ((raw & ~0x7FL) != 0) {
            buffer.put((byte) (raw | 0x80));
            raw >>>= 7;
        }
        buffer.put((byte) raw);
    }

    private static long packed(final int raw, final int end) {
        final int value = (raw >>> 1) ^ -(raw & 1);
        return ((long) value << 32) | end;
    }
}
