package io.highwater.log;

/**
 * A record found by its timestamp. Immutable.
 *
 * @param offset the record's offset, -1 when there is none
 * @param timestampMs its timestamp, -1 when there is none
 * @param leaderEpoch epoch of the batch that holds it, -1 when there is none
 */
public record OffsetAtTime(long offset, long timestampMs, int leaderEpoch) {
    /** No record has such a timestamp. */
    public static final OffsetAtTime NONE = new OffsetAtTime(-1, -1, -1);
}
