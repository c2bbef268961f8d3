package io.highwater.log;

/** Where a batch went. One object per log, filled anew by each append; confined to the log's shard. */
public final class AppendResult {
    private long baseOffset = -1;
    private long lastOffset = -1;

    AppendResult() {}

    /** Offset of the batch's first record. */
    public long baseOffset() {
        return baseOffset;
    }

    /** Offset of the batch's last record. */
    public long lastOffset() {
        return lastOffset;
    }

    AppendResult set(final long base, final long last) {
        baseOffset = base;
        lastOffset = last;
        return this;
    }
}
