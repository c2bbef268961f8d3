package io.highwater.consumer;

/**
 * Where to begin in a partition. Immutable.
 *
 * @param kind how {@code value} is to be read
 * @param value an offset or a timestamp; 0 for the others
 */
public record StartPosition(Kind kind, long value) {
    /** What a start position means. */
    public enum Kind {
        /** The oldest record that is kept. */
        EARLIEST,
        /** After the newest record. */
        LATEST,
        /** The record at an offset. */
        OFFSET,
        /** The first record of a time or later; the end when there is none. */
        TIMESTAMP
    }

    /** The oldest record that is kept. */
    public static final StartPosition EARLIEST = new StartPosition(Kind.EARLIEST, 0);

    /** After the newest record. */
    public static final StartPosition LATEST = new StartPosition(Kind.LATEST, 0);

    /** The record at this offset. */
    public static StartPosition offset(final long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("an offset is not negative: " + offset);
        }
        return new StartPosition(Kind.OFFSET, offset);
    }

    /** The first record of this time (milliseconds since the epoch) or later. */
    public static StartPosition timestamp(final long timestampMs) {
        if (timestampMs < 0) {
            throw new IllegalArgumentException("a timestamp is not negative: " + timestampMs);
        }
        return new StartPosition(Kind.TIMESTAMP, timestampMs);
    }

    /** What ListOffsets asks for. */
    long query() {
        if (kind == Kind.EARLIEST) {
            return OffsetQuery.EARLIEST;
        }
        return kind == Kind.LATEST ? OffsetQuery.LATEST : value;
    }
}
