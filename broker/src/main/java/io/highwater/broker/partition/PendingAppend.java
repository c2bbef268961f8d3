package io.highwater.broker.partition;

import io.highwater.protocol.ErrorCode;

/**
 * One batch on its way into a partition: filled in by {@link Partition#append}, then, when its sender asked for that,
 * held back until it is committed. Whoever gave it learns of its end by {@link #onDone()}, exactly once, on the
 * partition's shard.
 *
 * <p>Confined to the partition's shard until it is done.
 */
public abstract class PendingAppend {
    private ErrorCode error = ErrorCode.NONE;

    /** Offset of the first record: of this batch, or of the stored original that it repeats; -1 when refused. */
    private long baseOffset = -1;

    /** The high-water mark at which the batch is committed. */
    private long endOffset = -1;

    /** Time the broker stamped on the records, -1 when they keep their producer's. */
    private long logAppendTimeMs = -1;

    private long logStartOffset = -1;

    private boolean isStored;

    /** Monotonic time after which the sender no longer waits. */
    private long deadlineMs;

    /** The fields are final: answer. */
    protected abstract void onDone();

    /** NONE when the batch is stored, and committed if that was asked for. */
    public final ErrorCode error() {
        return error;
    }

    /** Offset of the first record, -1 when refused. */
    public final long baseOffset() {
        return error == ErrorCode.NONE ? baseOffset : -1;
    }

    /** Time stamped by the broker, -1 when the producer's own times stand. */
    public final long logAppendTimeMs() {
        return logAppendTimeMs;
    }

    /** First offset of the log, -1 when refused. */
    public final long logStartOffset() {
        return logStartOffset;
    }

    /** True when the batch itself was appended, so neither refused nor a repetition. */
    public final boolean isStored() {
        return isStored;
    }

    /** The batch can't be taken: tells its sender. */
    public final void refuse(final ErrorCode reason) {
        fail(reason);
    }

    final void repeated(final long base, final long end, final long appendTimeMs, final long logStart) {
        stored(base, end, appendTimeMs, logStart);
        isStored = false;
    }

    final void stored(final long base, final long end, final long appendTimeMs, final long logStart) {
        baseOffset = base;
        endOffset = end;
        logAppendTimeMs = appendTimeMs;
        logStartOffset = logStart;
        isStored = true;
    }

    final long endOffset() {
        return endOffset;
    }

    final void waitUntil(final long timeMs) {
        deadlineMs = timeMs;
    }

    final long deadlineMs() {
        return deadlineMs;
    }

    final void done() {
        onDone();
    }

    final void fail(final ErrorCode code) {
        error = code;
        onDone();
    }
}
