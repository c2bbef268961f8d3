package io.highwater.log;

import io.highwater.log.epoch.LeaderEpochs;
import io.highwater.log.producer.ProducerStates;
import java.nio.ByteBuffer;

/**
 * One partition's records on disk. Confined to the partition's shard, except {@link #endOffset()}, {@link #startOffset()},
 * {@link #stableEnd()} and {@link #sizeBytes()}, which any thread may read.
 */
public final class PartitionLog {
    private PartitionLog() {}

    /** Whose log it is. */
    public TopicPartitionKey key() {
        throw new UnsupportedOperationException();
    }

    /**
     * Stores one validated batch: gives it its offsets, epoch and (when {@code logAppendTimeMs} is not -1) its timestamp
     * in the given buffer, then writes position to limit. Under {@link FlushPolicy#COMMIT} a force is asked for; its end
     * is told to the {@link StableEndListener}. The buffer's position does not move.
     *
     * @return where it went; the object is the log's and is filled anew by the next append.
     * @throws LogStorageException nothing was appended; unless the log went offline, later appends may succeed.
     */
    public AppendResult append(final ByteBuffer batch, final int leaderEpoch, final long logAppendTimeMs)
            throws LogStorageException {
        throw new UnsupportedOperationException();
    }

    /**
     * Whole batches from the one that holds {@code offset}, of one segment, as many as fit.
     *
     * @param maxBytes bound on the bytes returned
     * @param endOffsetExclusive no batch that reaches this offset is returned
     * @param atLeastOneBatch the first batch is returned even when it is larger than {@code maxBytes}
     */
    public LogSlice read(
            final long offset, final int maxBytes, final long endOffsetExclusive, final boolean atLeastOneBatch)
            throws OffsetOutOfRangeException, LogStorageException {
        throw new UnsupportedOperationException();
    }

    /** The first offset that may be read. */
    public long startOffset() {
        throw new UnsupportedOperationException();
    }

    /** The offset that the next record gets. */
    public long endOffset() {
        throw new UnsupportedOperationException();
    }

    /** Everything below is as durable as the flush policy makes it: the forced end under COMMIT, else the end. */
    public long stableEnd() {
        throw new UnsupportedOperationException();
    }

    /** Bytes of all segments' records. */
    public long sizeBytes() {
        throw new UnsupportedOperationException();
    }

    /** Asks for a force of everything appended so far, whatever the policy. */
    public void requestFlush() {
        throw new UnsupportedOperationException();
    }

    /** Sets who is told about forces; there is one. */
    public void onStableEnd(final StableEndListener listener) {
        throw new UnsupportedOperationException();
    }

    /** What is known of the log's producers; appends keep it up to date. */
    public ProducerStates producers() {
        throw new UnsupportedOperationException();
    }

    /** The leader epochs in the log; appends keep it up to date. */
    public LeaderEpochs epochs() {
        throw new UnsupportedOperationException();
    }

    /** The first record with a timestamp of at least this, below {@code endOffsetExclusive}. */
    public OffsetAtTime offsetForTimestamp(final long timestampMs, final long endOffsetExclusive)
            throws LogStorageException {
        throw new UnsupportedOperationException();
    }

    /** The first record with the greatest timestamp below {@code endOffsetExclusive}. */
    public OffsetAtTime maxTimestamp(final long endOffsetExclusive) throws LogStorageException {
        throw new UnsupportedOperationException();
    }

    /** Raises the log's start; durable before it returns, so it blocks. Whole segments below it are deleted. */
    public void trimTo(final long newStartOffset) throws OffsetOutOfRangeException, LogStorageException {
        throw new UnsupportedOperationException();
    }

    /** Removes everything from {@code offset} on, durably: no crash brings it back. Blocks. */
    public void truncateTo(final long offset) throws LogStorageException {
        throw new UnsupportedOperationException();
    }

    /** The configuration in force. */
    public LogConfig config() {
        throw new UnsupportedOperationException();
    }

    /** Puts another configuration in force, from the next append on. */
    public void reconfigure(final LogConfig config) {
        throw new UnsupportedOperationException();
    }

    /** Why nothing can be appended or read any more, null while all is well. */
    public LogOfflineException offlineReason() {
        throw new UnsupportedOperationException();
    }
}
