package io.highwater.broker.partition;

import io.highwater.log.AppendResult;
import io.highwater.log.LogOfflineException;
import io.highwater.log.LogSlice;
import io.highwater.log.LogStorageException;
import io.highwater.log.OffsetAtTime;
import io.highwater.log.OffsetOutOfRangeException;
import io.highwater.log.PartitionLog;
import io.highwater.log.StableEndListener;
import io.highwater.log.TopicPartitionKey;
import io.highwater.log.epoch.EpochEnd;
import io.highwater.log.producer.SequenceCheck;
import io.highwater.log.producer.SequencedBatch;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.records.RecordBatch;
import java.nio.ByteBuffer;

/**
 * A partition as its leader runs it. Appends in the epoch that the metadata granted, moves the high-water mark, answers
 * what a consumer may read, and keeps the waiting lists of both.
 *
 * <p>With one replica the commit rule is: the high-water mark is the log's stable end. It never falls.
 *
 * <p>Confined to the partition's shard, except {@link #key()}, {@link #shard()}, {@link #highWatermark()} and
 * {@link #log()}; of the log only what {@link PartitionLog} allows may be used elsewhere.
 */
public final class Partition implements StableEndListener {
    /** Epoch that the caller of a read does not know, so that it is not compared. */
    public static final int EPOCH_UNKNOWN = -1;

    /** Offsets that stand for a place and not for a record have none. */
    private static final long NO_TIMESTAMP = -1;

    /** Everything below is committed: it may be shown to consumers. Written by the shard only; never falls. */
    private volatile long highWatermark;

    /** The epoch in which this node may append, -1 before the metadata granted one. Only rises. */
    private int leaderEpoch = -1;

    /** Why nothing can be appended or read here, NONE while this node leads. */
    private ErrorCode refusal = ErrorCode.NOT_LEADER_OR_FOLLOWER;

    /** Why the disk takes no appends, from the first refused one to the next that it takes; null when it does. */
    private LogStorageException storageFailure;

    /** Somebody has been told of it: a full disk refuses thousands of appends a second for one reason. */
    private boolean isFailureTaken;

    private final TopicPartitionKey key;
    private final PartitionLog log;
    private final Shard shard;
    private final Clock clock;
    private final CommitWaits commitWaits;
    private final FetchWatch.Watches watches = new FetchWatch.Watches();

    /** A partition that leads nothing yet. */
    public Partition(final PartitionLog log, final Shard shard, final Clock clock) {
        this.key = log.key();
        this.log = log;
        this.shard = shard;
        this.clock = clock;
        this.commitWaits = new CommitWaits(shard, clock);
        this.highWatermark = log.stableEnd();
        log.onStableEnd(this);
    }

    /** Whose partition it is. Safe for any thread. */
    public TopicPartitionKey key() {
        return key;
    }

    /** The only place where it may be touched. Safe for any thread. */
    public Shard shard() {
        return shard;
    }

    /** What is below is committed. Safe for any thread. */
    public long highWatermark() {
        return highWatermark;
    }

    /** The log below it. */
    public PartitionLog log() {
        return log;
    }

    /** The epoch in which it leads, or led last. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** The metadata made this node the leader in this epoch. An epoch that is not above the last one changes nothing. */
    public void lead(final int epoch) {
        if (epoch <= leaderEpoch) {
            return;
        }
        if (refusal == ErrorCode.NONE) {
            resign(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        }
        leaderEpoch = epoch;
        if (log.offlineReason() == null) {
            refusal = ErrorCode.NONE;
            raiseHighWatermark(log.stableEnd());
        } else {
            refusal = ErrorCode.KAFKA_STORAGE_ERROR;
        }
    }

    /** This node no longer leads, or the partition is gone: everybody who waits is told why, and later callers as well. */
    public void resign(final ErrorCode reason) {
        refusal = reason;
        commitWaits.failAll(reason);
        watches.tellUnreadable();
    }

    /**
     * Stores a validated batch, or recognises a stored one. {@code append} is told at once when the batch was refused or
     * nobody waits for its commit, else when it is committed or {@code timeoutMs} have passed.
     */
    public void append(
            final ByteBuffer batch, final PendingAppend append, final boolean waitsForCommit, final long timeoutMs) {
        if (refusal != ErrorCode.NONE) {
            append.fail(refusal);
            return;
        }
        final ErrorCode error = store(batch, append);
        if (error != ErrorCode.NONE) {
            append.fail(error);
        } else if (waitsForCommit && append.endOffset() > highWatermark) {
            // Without a force under way or a policy that needs none, the stable end moved within the append.
            raiseHighWatermark(log.stableEnd());
            if (append.endOffset() > highWatermark) {
                commitWaits.add(append, timeoutMs);
            } else {
                append.done();
            }
        } else {
            append.done();
        }
    }

    private ErrorCode store(final ByteBuffer batch, final PendingAppend append) {
        final int position = batch.position();
        if (RecordBatch.producerId(batch, position) >= 0) {
            final SequenceCheck check = log.producers()
                    .check(
                            RecordBatch.producerId(batch, position),
                            RecordBatch.producerEpoch(batch, position),
                            RecordBatch.baseSequence(batch, position),
                            RecordBatch.lastSequence(batch, position));
            switch (check) {
                case DUPLICATE -> {
                    final SequencedBatch original = log.producers().duplicate();
                    append.repeated(
                            original.baseOffset(),
                            original.lastOffset() + 1,
                            original.timestampMs(),
                            log.startOffset());
                    return ErrorCode.NONE;
                }
                case OUT_OF_ORDER -> {
                    return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
                }
                case FENCED -> {
                    return ErrorCode.INVALID_PRODUCER_EPOCH;
                }
                default -> {
                    // New: stored below.
                }
            }
        }
        try {
            final long appendTimeMs = log.config().logAppendTime() ? clock.wallMs() : -1;
            final AppendResult result = log.append(batch, leaderEpoch, appendTimeMs);
            append.stored(result.baseOffset(), result.lastOffset() + 1, appendTimeMs, log.startOffset());
            if (storageFailure != null) {
                storageFailure = null;
                isFailureTaken = false;
            }
            return ErrorCode.NONE;
        } catch (final LogStorageException e) {
            isFailureTaken &=
                    storageFailure != null && storageFailure.getMessage().equals(e.getMessage());
            storageFailure = e;
            return ErrorCode.KAFKA_STORAGE_ERROR;
        }
    }

    /** Why the disk refuses appends; null when it does not, or this was asked for since it began to for this reason. */
    public LogStorageException takeStorageFailure() {
        if (isFailureTaken) {
            return null;
        }
        isFailureTaken = storageFailure != null;
        return storageFailure;
    }

    /** NONE when this node leads and the caller's idea of the epoch, if it has one, is right. */
    public ErrorCode checkReadable(final int callersEpoch) {
        if (refusal != ErrorCode.NONE) {
            return refusal;
        }
        if (callersEpoch == EPOCH_UNKNOWN || callersEpoch == leaderEpoch) {
            return ErrorCode.NONE;
        }
        return callersEpoch < leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
    }

    /** Committed batches from the one that holds {@code offset}; empty between the high-water mark and the log's end. */
    public LogSlice read(final long offset, final int maxBytes, final boolean atLeastOneBatch)
            throws OffsetOutOfRangeException, LogStorageException {
        final long end = highWatermark;
        if (offset >= end && offset <= log.endOffset() && offset >= log.startOffset()) {
            return LogSlice.empty(offset);
        }
        return log.read(offset, maxBytes, end, atLeastOneBatch);
    }

    /**
     * Where a reader whose last record is of {@code lastEpoch} and who wants {@code offset} next left this log's history,
     * null when it did not.
     */
    public EpochEnd divergence(final int lastEpoch, final long offset) {
        final EpochEnd known = endOfEpoch(lastEpoch);
        return known.epoch() < lastEpoch || known.endOffset() < offset ? known : null;
    }

    /**
     * The largest epoch of the log at or below the one asked for, with its end. An epoch that was granted and in which
     * nothing was written, then or since, ends at the end: who knows of it has lost nothing. {@link EpochEnd#UNKNOWN} for
     * one that was not granted yet.
     */
    public EpochEnd endOfEpoch(final int epoch) {
        final int latest = log.epochs().latest();
        if (epoch <= latest || epoch > leaderEpoch) {
            return log.epochs().endOffsetFor(epoch);
        }
        return new EpochEnd(epoch == leaderEpoch || latest < 0 ? epoch : latest, log.endOffset());
    }

    /** The first offset, with the epoch of the record there, -1 when nothing was ever written. */
    public OffsetAtTime earliest() {
        final long start = log.startOffset();
        return new OffsetAtTime(start, NO_TIMESTAMP, log.epochs().epochAt(start));
    }

    /**
     * The high-water mark, with the epoch of the record before it, -1 when nothing was ever written. It is not the epoch
     * in which this node leads: that one may end without a record, and no later leader would know it.
     */
    public OffsetAtTime latest() {
        final long end = highWatermark;
        return new OffsetAtTime(end, NO_TIMESTAMP, log.epochs().epochAt(Math.max(log.startOffset(), end - 1)));
    }

    /** The first committed record with at least this timestamp. */
    public OffsetAtTime offsetForTimestamp(final long timestampMs) throws LogStorageException {
        return log.offsetForTimestamp(timestampMs, highWatermark);
    }

    /** The first committed record with the greatest timestamp. */
    public OffsetAtTime maxTimestamp() throws LogStorageException {
        return log.maxTimestamp(highWatermark);
    }

    /** Registers for what becomes visible from now on: with the read that it follows, in one task. */
    public void watch(final FetchWatch watch) {
        watches.add(watch);
    }

    /** Ends that; nothing happens when it is not registered. */
    public void unwatch(final FetchWatch watch) {
        watches.remove(watch);
    }

    /** Watches that are registered; counts them. */
    public int watchers() {
        return watches.count();
    }

    /** Appends that wait for their commit. */
    public int waitingAppends() {
        return commitWaits.count();
    }

    @Override
    public void onStableEnd(final PartitionLog source, final long stableEnd) {
        if (refusal == ErrorCode.NONE) {
            raiseHighWatermark(stableEnd);
        }
    }

    @Override
    public void onOffline(final PartitionLog source, final LogOfflineException reason) {
        storageFailure = reason;
        resign(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    private void raiseHighWatermark(final long stableEnd) {
        if (stableEnd <= highWatermark) {
            return;
        }
        highWatermark = stableEnd;
        commitWaits.committed(stableEnd);
        if (!watches.isEmpty()) {
            watches.tellVisible(stableEnd);
        }
    }
}
