package io.highwater.log.epoch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Which epoch begins where, both rising. An epoch without a record in the log may be in it; it ends where it begins.
 * Confined to the log's shard.
 */
public final class LeaderEpochs {
    /** An epoch and its first offset. Immutable. */
    public record EpochStart(int epoch, long startOffset) {}

    private final List<EpochStart> starts;
    private final LongSupplier endOffset;
    private final Runnable onChange;

    /** The epochs known so far; {@code onChange} runs after each change. */
    public LeaderEpochs(final List<EpochStart> starts, final LongSupplier endOffset, final Runnable onChange) {
        this.starts = new ArrayList<>(starts);
        this.endOffset = endOffset;
        this.onChange = onChange;
    }

    /**
     * Notes that {@code epoch} begins at {@code startOffset}. Nothing changes unless it is above the latest. Epochs that
     * began there or later without a record are replaced.
     */
    public void assign(final int epoch, final long startOffset) {
        if (epoch < 0 || epoch <= latest()) {
            return;
        }
        starts.removeIf(start -> start.startOffset() >= startOffset);
        starts.add(new EpochStart(epoch, startOffset));
        onChange.run();
    }

    /**
     * The largest known epoch at or below the one asked for, and where the next one begins; the latest ends at the log's
     * end. {@link EpochEnd#UNKNOWN} for an epoch above the latest; one below the first ends where the first begins.
     */
    public EpochEnd endOffsetFor(final int epoch) {
        if (epoch < 0 || epoch > latest()) {
            return EpochEnd.UNKNOWN;
        }
        if (epoch == latest()) {
            return new EpochEnd(epoch, endOffset.getAsLong());
        }
        final int above = firstAbove(epoch);
        final long end = starts.get(above).startOffset();
        return above == 0
                ? new EpochEnd(epoch, end)
                : new EpochEnd(starts.get(above - 1).epoch(), end);
    }

    /** The latest epoch, -1 when there is none. */
    public int latest() {
        return starts.isEmpty() ? -1 : starts.get(starts.size() - 1).epoch();
    }

    /** The epoch that the record at this offset belongs to, -1 when it is unknown. */
    public int epochAt(final long offset) {
        for (int i = starts.size() - 1; i >= 0; i--) {
            if (starts.get(i).startOffset() <= offset) {
                return starts.get(i).epoch();
            }
        }
        return -1;
    }

    /** All of them, in order. A copy. */
    public List<EpochStart> starts() {
        return List.copyOf(starts);
    }

    /** The log was cut: forgets the epochs that began at {@code offset} or later. */
    public void truncateTo(final long offset) {
        if (starts.removeIf(start -> start.startOffset() >= offset)) {
            onChange.run();
        }
    }

    /** The log's start was raised: the epoch in force there begins there now, the ones before are forgotten. */
    public void trimTo(final long startOffset) {
        EpochStart inForce = null;
        while (!starts.isEmpty() && starts.get(0).startOffset() < startOffset) {
            inForce = starts.remove(0);
        }
        if (inForce == null) {
            return;
        }
        if (starts.isEmpty() || starts.get(0).startOffset() > startOffset) {
            starts.add(0, new EpochStart(inForce.epoch(), startOffset));
        }
        onChange.run();
    }

    private int firstAbove(final int epoch) {
        int i = 0;
        while (starts.get(i).epoch() <= epoch) {
            i++;
        }
        return i;
    }
}
