package io.highwater.log.epoch;

/** A leader epoch and the offset at which the next one begins. Immutable. */
public record EpochEnd(int epoch, long endOffset) {
    /** No epoch at or below the one asked for is known. */
    public static final EpochEnd UNKNOWN = new EpochEnd(-1, -1);
}
