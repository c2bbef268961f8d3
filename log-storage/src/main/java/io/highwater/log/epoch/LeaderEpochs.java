package io.highwater.log.epoch;

/** The epochs of one log. Confined to the log's shard. */
public final class LeaderEpochs {
    /** Notes that {@code epoch} begins at {@code startOffset}; nothing changes when the epoch is known. */
    public void assign(final int epoch, final long startOffset) {
        throw new UnsupportedOperationException();
    }

    /** The largest known epoch at or below the one asked for, with its end; the latest one ends at the log's end. */
    public EpochEnd endOffsetFor(final int epoch) {
        throw new UnsupportedOperationException();
    }

    /** The latest epoch, -1 when there is none. */
    public int latest() {
        throw new UnsupportedOperationException();
    }
}
