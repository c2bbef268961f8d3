package io.highwater.log;

import io.highwater.log.datajournal.DataJournal;
import io.highwater.log.disk.Disk;
import io.highwater.log.epoch.LeaderEpochs;
import io.highwater.log.epoch.LeaderEpochs.EpochStart;
import io.highwater.log.flush.Flusher;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.PartitionId;
import io.highwater.log.producer.ProducerStates;
import io.highwater.log.segment.Segment;
import io.highwater.log.segment.SegmentRecovery;
import io.highwater.log.segment.Segments;
import io.highwater.port.Clock;
import io.highwater.port.Retained;
import io.highwater.port.Shard;
import io.highwater.records.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's records on disk. Confined to the partition's shard, except {@link #key()}, {@link #endOffset()},
 * {@link #startOffset()}, {@link #stableEnd()}, {@link #sizeBytes()}, {@link #requestFlush()} and
 * {@link #offlineReason()}, which are safe for any thread.
 */
public final class PartitionLog {
    /** What a log shares with the others of its directory. */
    record Surroundings(
            Disk disk,
            Clock clock,
            Journal journal,
            DataJournal dataJournal,
            Flusher flusher,
            AtomicLong dirtyBytes,
            LogDirectoryConfig config) {}

    private static final Logger LOG = LoggerFactory.getLogger(PartitionLog.class);
    private static final int NOTHING = 0;

    private final TopicPartitionKey key;
    private final PartitionId id;
    private final Path directory;
    private final Surroundings around;
    private final Shard shard;
    private final Segments segments;
    private final LeaderEpochs epochs;
    private final ProducerStates producers;
    private final LogForce force;
    private final Flusher.Ticket ticket;
    private final AppendResult result = new AppendResult();
    private final AtomicBoolean isDeliveryPosted = new AtomicBoolean();
    private final Runnable deliver = this::deliver;
    private final Runnable intervalFlush = this::onInterval;
    /** Sealed segments whose stretch beyond the end a reader's mapping still covers, or whose force has not ended. */
    private final List<Segment> untidy = new ArrayList<>(1);

    /**
     * Held by the shard while it looks after files and snapshots behind a force, and by whoever closes the log in order, on
     * another thread. The shard never waits for it: who closes the log does what was left.
     */
    private final ReentrantLock upkeep = new ReentrantLock();

    /** The newest start that the journal was told of. Guarded by {@code force}. */
    private long notedStart;

    private LogConfig config;
    private StableEndListener listener;
    private long appendedBytes;
    private long writeBackAtBytes;
    private boolean isIntervalSet;
    private long snapshotMs;
    /** Bytes that a failed append may have left beyond the end. */
    private int suspectBytes;
    /** Where the last read ended: a consumer that goes on there needs no lookup. */
    private long cursorOffset = -1;

    private int cursorPosition;
    private Segment cursorSegment;

    private volatile long startOffset;
    private volatile long endOffset;
    private volatile long stableEnd;
    private volatile long sizeBytes;
    private volatile LogOfflineException offline;

    PartitionLog(
            final TopicPartitionKey key,
            final Path directory,
            final Surroundings around,
            final LogConfig config,
            final Shard shard,
            final long startOffset,
            final LogRecovery recovered) {
        this.key = key;
        this.id = new PartitionId(key.topicId(), key.partition());
        this.directory = directory;
        this.around = around;
        this.config = config;
        this.shard = shard;
        this.segments = recovered.segments();
        this.producers = recovered.producers();
        this.epochs = new LeaderEpochs(recovered.epochs(), this::endOffset, this::onEpochsChanged);
        this.startOffset = startOffset;
        this.notedStart = startOffset;
        this.endOffset = Math.max(startOffset, segments.active().nextOffset());
        this.stableEnd = endOffset;
        this.sizeBytes = segments.sizeBytes();
        this.writeBackAtBytes = around.config().writeBackBytes();
        this.snapshotMs = around.clock().monotonicMs();
        this.force = new LogForce(
                around.disk(),
                directory,
                id,
                around.dirtyBytes(),
                listener(),
                recovered.producersNotedAt(),
                around.config().dataJournal().behindBytesMax());
        this.force.begin(segments.active(), endOffset, around.dataJournal().firstSequence());
        this.ticket = around.flusher().register(force);
    }

    /** Whose log it is. */
    public TopicPartitionKey key() {
        return key;
    }

    /**
     * Stores one validated batch: gives it its offsets, epoch and (when {@code logAppendTimeMs} is not -1) its timestamp
     * in the given buffer, then writes position to limit. The force that the flush policy wants is asked for; its end is
     * told to the {@link StableEndListener}. The buffer's position does not move.
     *
     * @return where it went; the object is the log's and is filled anew by the next append.
     * @throws LogStorageException nothing was appended; unless the log went offline, later appends may succeed.
     */
    public AppendResult append(final ByteBuffer batch, final int leaderEpoch, final long logAppendTimeMs)
            throws LogStorageException {
        requireOnline();
        final int at = batch.position();
        final long baseOffset = endOffset;
        final long sizeBefore = sizeBytes;
        RecordBatch.setBaseOffset(batch, at, baseOffset);
        RecordBatch.setPartitionLeaderEpoch(batch, at, leaderEpoch);
        if (logAppendTimeMs != RecordBatch.NO_TIMESTAMP) {
            RecordBatch.setLogAppendTime(batch, at, logAppendTimeMs);
        }
        final int bytes = batch.remaining();
        try {
            eraseSuspect();
            rollIfNeeded(batch);
            suspectBytes = bytes;
            segments.active().append(batch);
            suspectBytes = NOTHING;
        } catch (final IOException e) {
            throw new LogStorageException("append to " + directory + ": " + e.getMessage(), e);
        }
        final long lastOffset = RecordBatch.lastOffset(batch, at);
        epochs.assign(leaderEpoch, baseOffset);
        producers.onAppended(batch, at, around.clock().wallMs());
        sizeBytes = sizeBefore + bytes;
        appendedBytes += bytes;
        around.dirtyBytes().addAndGet(bytes);
        endOffset = lastOffset + 1;
        force.publishEnd(segments.active(), lastOffset + 1, appendedBytes);
        flushAsConfigured();
        return result.set(baseOffset, lastOffset);
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
        requireOnline();
        if (offset < startOffset || offset > endOffset) {
            throw new OffsetOutOfRangeException(offset, startOffset, endOffset);
        }
        final long end = Math.min(endOffsetExclusive, endOffset);
        if (offset >= end) {
            return LogSlice.empty(offset);
        }
        try {
            return readFrom(offset, maxBytes, end, atLeastOneBatch);
        } catch (final IOException e) {
            throw new LogStorageException("read of " + directory + ": " + e.getMessage(), e);
        }
    }

    /** The first offset that may be read. */
    public long startOffset() {
        return startOffset;
    }

    /** The offset that the next record gets. */
    public long endOffset() {
        return endOffset;
    }

    /** Everything below is as durable as the flush policy makes it: the forced end under COMMIT, else the end. */
    public long stableEnd() {
        return stableEnd;
    }

    /** Bytes of all segments' records. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Asks for a force of everything appended so far, whatever the policy. */
    public void requestFlush() {
        requestForce();
    }

    /** Sets who is told about forces; there is one. */
    public void onStableEnd(final StableEndListener newListener) {
        this.listener = newListener;
    }

    /** What is known of the log's producers; appends keep it up to date. */
    public ProducerStates producers() {
        return producers;
    }

    /** The leader epochs in the log; appends keep it up to date. */
    public LeaderEpochs epochs() {
        return epochs;
    }

    /**
     * The first record with a timestamp of at least this, below {@code endOffsetExclusive}. In a batch that unpacks to more
     * than some MiB it is the batch's first offset with its greatest timestamp: early, never late.
     */
    public OffsetAtTime offsetForTimestamp(final long timestampMs, final long endOffsetExclusive)
            throws LogStorageException {
        requireOnline();
        try {
            return searchBelow(endOffsetExclusive).atOrAfter(timestampMs);
        } catch (final IOException e) {
            throw new LogStorageException("search in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** The first record with the greatest timestamp below {@code endOffsetExclusive}, in a large batch as above. */
    public OffsetAtTime maxTimestamp(final long endOffsetExclusive) throws LogStorageException {
        requireOnline();
        try {
            return searchBelow(endOffsetExclusive).greatest();
        } catch (final IOException e) {
            throw new LogStorageException("search in " + directory + ": " + e.getMessage(), e);
        }
    }

    private TimestampSearch searchBelow(final long endOffsetExclusive) {
        return new TimestampSearch(
                segments, startOffset, Math.min(endOffsetExclusive, endOffset), config.maxMessageBytes());
    }

    /**
     * Raises the log's start; durable before it returns, so it blocks, on a force of the log too when the new start is
     * beyond what was forced. Whole segments below it are deleted. A start at or below the present one changes nothing.
     * The same in steps, for those who may not block: {@link LogDirectory#makeStartsDurable}, {@link #adoptStart},
     * {@link TrimmedSegments#delete}.
     */
    public void trimTo(final long newStartOffset) throws OffsetOutOfRangeException, LogStorageException {
        requireOnline();
        if (newStartOffset > endOffset) {
            throw new OffsetOutOfRangeException(newStartOffset, startOffset, endOffset);
        }
        if (newStartOffset <= startOffset) {
            return;
        }
        try {
            noteStart(newStartOffset);
            around.journal().force();
        } catch (final IOException e) {
            around.flusher().fail(e);
            throw new LogStorageException("trim of " + directory + ": " + e.getMessage(), e);
        }
        adoptStart(newStartOffset).delete();
    }

    /**
     * Tells the journal of a start, which is at most the log's end; durable once the journal is forced, which is up to the
     * caller even when the journal knew: whoever told it may not have forced it yet. Starts never go back, whoever comes
     * last. A durable start is never beyond a durable end: a crash would leave a log that ends before it begins. Blocks; for
     * any thread.
     */
    void noteStart(final long newStartOffset) throws IOException, LogOfflineException {
        synchronized (force) {
            requireOnline();
            if (newStartOffset <= notedStart) {
                return;
            }
            if (force.filesOffset() < newStartOffset) {
                force.force();
                postForced();
            }
            force.noteRecoveryPoint(around.journal());
            around.journal().append(new JournalEntry.LogStart(id, newStartOffset));
            notedStart = newStartOffset;
        }
    }

    /**
     * Begins at this start, which is durable, from now on. On the shard.
     *
     * @return the whole segments below it, which nobody reads from any more and which have to be deleted
     */
    public TrimmedSegments adoptStart(final long newStartOffset) {
        if (offline != null || newStartOffset <= startOffset) {
            return TrimmedSegments.NONE;
        }
        startOffset = newStartOffset;
        final List<Segment> below = new ArrayList<>();
        while (segments.count() > 1 && segments.get(1).baseOffset() <= newStartOffset) {
            final Segment segment = segments.get(0);
            untidy.remove(segment);
            if (cursorSegment == segment) {
                cursorSegment = null;
            }
            below.add(segment);
            segments.removeFirst();
        }
        sizeBytes = segments.sizeBytes();
        epochs.trimTo(newStartOffset);
        return new TrimmedSegments(this, below);
    }

    /** The files of segments that {@link #adoptStart} took away. Blocks; for any thread. */
    void deleteTrimmed(final List<Segment> below) throws IOException {
        upkeep.lock();
        try {
            for (final Segment segment : below) {
                if (offline == null) {
                    around.journal().append(new JournalEntry.SegmentDropped(id, segment.baseOffset()));
                    synchronized (force) {
                        segment.delete();
                    }
                } else {
                    // Closed meanwhile: the next open deletes what is below the start.
                    segment.close();
                }
            }
            force.onDirectoryChanged();
        } catch (final IOException e) {
            around.flusher().fail(e);
            throw e;
        } finally {
            upkeep.unlock();
        }
    }

    /**
     * Where the log is to begin by its retention, at most at {@code visibleEnd}: whole segments go whose newest record is
     * older than {@code retention.ms}, and the oldest ones while the others alone have {@code retention.bytes}. When all
     * that is left is too old the log begins a new segment, so that this can go too. Segments without timestamps have no
     * age. On the shard.
     */
    public long startByRetention(final long wallMs, final long visibleEnd) throws LogStorageException {
        requireOnline();
        try {
            long bytes = segments.sizeBytes();
            int place = 0;
            while (place < segments.count() - 1 && segments.get(place + 1).baseOffset() <= visibleEnd) {
                final Segment segment = segments.get(place);
                final boolean isTooMuch =
                        config.retentionBytes() >= 0 && bytes - segment.sizeBytes() >= config.retentionBytes();
                if (!isTooMuch && !isTooOld(segment, wallMs)) {
                    break;
                }
                bytes -= segment.sizeBytes();
                place++;
            }
            final Segment first = segments.get(place);
            if (first == segments.active()
                    && first.sizeBytes() > 0
                    && endOffset <= visibleEnd
                    && isTooOld(first, wallMs)) {
                roll(endOffset);
                return endOffset;
            }
            return place == 0 ? startOffset : Math.max(startOffset, first.baseOffset());
        } catch (final IOException e) {
            throw new LogStorageException("retention of " + directory + ": " + e.getMessage(), e);
        }
    }

    private boolean isTooOld(final Segment segment, final long wallMs) throws IOException {
        return config.retentionMs() >= 0
                && segment.maxTimestamp() >= 0
                && wallMs - segment.maxTimestamp() > config.retentionMs();
    }

    /**
     * Removes the batch that holds {@code offset} and everything after it, durably: no crash brings it back. Blocks. Bytes
     * that a reader may hold become zeros, so nothing may be cut that was shown to a reader.
     */
    public void truncateTo(final long offset) throws LogStorageException {
        requireOnline();
        if (offset >= endOffset) {
            return;
        }
        try {
            synchronized (force) {
                truncate(Math.max(offset, startOffset));
            }
        } catch (final IOException e) {
            final LogStorageException failure =
                    new LogStorageException("cut of " + directory + ": " + e.getMessage(), e);
            around.flusher().fail(e);
            throw failure;
        }
        epochs.truncateTo(endOffset);
    }

    /** The configuration in force. */
    public LogConfig config() {
        return config;
    }

    /** Puts another configuration in force, from the next append on. */
    public void reconfigure(final LogConfig newConfig) {
        config = newConfig;
        producers.setExpirationMs(newConfig.producerIdExpirationMs());
        segments.active().setIndexIntervalBytes(newConfig.indexIntervalBytes());
        if (newConfig.flushPolicy() != FlushPolicy.COMMIT) {
            postForced();
        }
        requestForce();
    }

    /** Why nothing can be appended or read any more, null while all is well. */
    public LogOfflineException offlineReason() {
        return offline;
    }

    private ForceListener listener() {
        return new ForceListener() {
            @Override
            public void postForced() {
                PartitionLog.this.postForced();
            }

            @Override
            public void postOffline(final IOException cause) {
                PartitionLog.this.postOffline(cause);
            }
        };
    }

    /** A force ended. From any thread; many ends are told once. */
    private void postForced() {
        if (isDeliveryPosted.compareAndSet(false, true)) {
            shard.execute(deliver);
        }
    }

    /** From any thread. */
    private void postOffline(final IOException cause) {
        final LogOfflineException reason =
                new LogOfflineException(directory + " is offline: " + cause.getMessage(), cause);
        offline = reason;
        shard.execute(() -> {
            if (listener != null) {
                listener.onOffline(this, reason);
            }
        });
    }

    /**
     * Recovery found another end than the journal knows. The next force of the journal makes it durable.
     *
     * @param gone base offsets of segments that the journal knows and that went
     */
    void noteRecovered(final List<Long> gone) throws IOException {
        for (final long base : gone) {
            around.journal().append(new JournalEntry.SegmentDropped(id, base));
        }
        for (int place = 0; place < segments.count(); place++) {
            final Segment segment = segments.get(place);
            final boolean isActive = segment == segments.active();
            around.journal()
                    .append(new JournalEntry.SegmentKept(
                            id,
                            new JournalEntry.Segment(
                                    segment.baseOffset(),
                                    isActive ? -1 : segment.sizeBytes(),
                                    isActive ? -1 : segments.maxTimestampOf(segment))));
        }
        onEpochsChanged();
        force.offerProducers(endOffset, producers.snapshot());
        force.noteRecoveryPoint(around.journal());
    }

    /**
     * Stops in order: all is forced and noted. Not on the shard, where nobody may use the log any more; what the log itself
     * does there is over when this begins, or does not begin. Nothing stays open when it throws.
     */
    void closeCleanly() throws IOException {
        final boolean isWell = offline == null;
        offline = closed();
        ticket.withdraw();
        upkeep.lock();
        try {
            if (isWell) {
                CloseHelper.closeAll(this::forceAndNoteAll, force::close, segments);
            } else {
                CloseHelper.closeAll(force::close, segments);
            }
        } finally {
            upkeep.unlock();
        }
    }

    private void forceAndNoteAll() throws IOException {
        force.onDirectoryChanged();
        segments.active().seal();
        force.force();
        for (final Segment segment : untidy) {
            segment.trim();
        }
        segments.active().trim();
        segments.active().force();
        force.offerProducers(endOffset, producers.snapshot());
        force.noteRecoveryPoint(around.journal());
        DerivedFiles.write(
                around.disk(), directory, DerivedFiles.EPOCH_CHECKPOINT, DerivedFiles.epochCheckpoint(epochs.starts()));
        around.disk().forceDirectory(directory);
    }

    /**
     * Gives up the files as they are: no force touches them when this returns, and the shard closes them once it is done
     * with what it has under way. From any thread.
     */
    void abandon() {
        if (offline == null) {
            offline = closed();
        }
        ticket.withdraw();
        force.close();
        shard.execute(this::closeAbandoned);
    }

    private void closeAbandoned() {
        try {
            segments.close();
        } catch (final IOException e) {
            LOG.warn("{} was given up, but not all its files could be closed: {}", directory, e.getMessage());
        }
    }

    private LogOfflineException closed() {
        return new LogOfflineException(directory + " is closed", null);
    }

    private void requireOnline() throws LogOfflineException {
        final LogOfflineException reason = offline;
        if (reason != null) {
            throw new LogOfflineException(reason.getMessage(), reason.getCause());
        }
    }

    private void rollIfNeeded(final ByteBuffer batch) throws IOException {
        final Segment active = segments.active();
        if (active.sizeBytes() == 0) {
            return;
        }
        final int at = batch.position();
        final long timestamp = RecordBatch.maxTimestamp(batch, at);
        final long lastOffset = RecordBatch.lastOffset(batch, at);
        final long size = (long) active.sizeBytes() + batch.remaining();
        final boolean isOld = timestamp >= 0
                && active.firstTimestamp() >= 0
                && timestamp - active.firstTimestamp() > config.segmentMs();
        if (size <= config.segmentBytes() && !isOld && lastOffset - active.baseOffset() <= Integer.MAX_VALUE) {
            return;
        }
        roll(RecordBatch.baseOffset(batch, at));
    }

    /** Seals the active segment and goes on in a new one from this offset on. */
    private void roll(final long baseOffset) throws IOException {
        final Segment active = segments.active();
        // Before there is a next one: recovery would trust a segment that no roll completed more than what follows it.
        active.seal();
        final Segment next = Segment.create(around.disk(), directory, baseOffset, config.indexIntervalBytes());
        force.onDirectoryChanged();
        try {
            around.journal()
                    .append(new JournalEntry.SegmentKept(
                            id,
                            new JournalEntry.Segment(active.baseOffset(), active.sizeBytes(), active.maxTimestamp())));
            noteActive(next);
        } catch (final IOException e) {
            next.delete();
            throw e;
        }
        force.onSealed(active);
        untidy.add(active);
        segments.add(next);
        // Whatever the policy: recovery is never about more than one segment.
        requestForce();
    }

    private void noteActive(final Segment segment) throws IOException {
        around.journal()
                .append(new JournalEntry.SegmentKept(id, new JournalEntry.Segment(segment.baseOffset(), -1, -1)));
    }

    /** A forged batch could hide in the leftovers of a failed append, right where the next one ends. */
    private void eraseSuspect() throws IOException {
        if (suspectBytes > 0) {
            segments.active().eraseBeyondEnd(suspectBytes);
            suspectBytes = NOTHING;
        }
    }

    private void flushAsConfigured() {
        if (config.flushPolicy() == FlushPolicy.COMMIT) {
            requestForce();
            return;
        }
        stableEnd = endOffset;
        postForced();
        if (appendedBytes >= writeBackAtBytes) {
            // Written back continuously, so that dirty memory stays bounded and no later force takes long.
            writeBackAtBytes = appendedBytes + around.config().writeBackBytes();
            requestForce();
        }
        if (config.flushPolicy() == FlushPolicy.INTERVAL && !isIntervalSet) {
            isIntervalSet = true;
            shard.schedule(intervalFlush, config.flushMs());
        }
    }

    /** On another thread than the shard's the bytes may be old: then it takes the other way, which is right, too. */
    private void requestForce() {
        if (force.isTooMuchForFrames(appendedBytes)) {
            ticket.requestOwn();
        } else {
            ticket.request();
        }
    }

    private void onInterval() {
        isIntervalSet = false;
        if (offline == null) {
            requestForce();
        }
    }

    private LogSlice readFrom(final long offset, final int maxBytes, final long end, final boolean atLeastOneBatch)
            throws IOException {
        int place = segments.placeOf(offset);
        Segment segment = segments.get(place);
        int start;
        if (segment == cursorSegment && offset == cursorOffset) {
            start = cursorPosition;
        } else {
            segments.use(segment);
            start = segment.positionOf(offset);
            while (start == segment.sizeBytes() && place + 1 < segments.count()) {
                place++;
                segment = segments.get(place);
                start = 0;
            }
        }
        segments.use(segment);
        final int limit = segment.endPosition(start, maxBytes, end, atLeastOneBatch);
        if (limit == start) {
            return LogSlice.empty(offset);
        }
        final ByteBuffer records = segment.slice(start, limit - start);
        final Retained lifetime = segment.lifetime();
        lifetime.retain();
        cursorSegment = segment;
        cursorOffset = segment.nextAfterRead();
        cursorPosition = limit;
        return new LogSlice(records, lifetime, RecordBatch.baseOffset(records, 0), cursorOffset);
    }

    private void truncate(final long offset) throws IOException {
        // What only the data journal has is lost with the frames that the cut makes void.
        force.force();
        while (segments.count() > 1 && segments.active().baseOffset() >= offset) {
            noteActive(segments.get(segments.count() - 2));
            force.lowerTo(
                    around.journal(),
                    segments.active().baseOffset(),
                    segments.get(segments.count() - 2).sizeBytes());
            drop(segments.active());
            segments.removeActive();
            untidy.remove(segments.active());
        }
        final Segment active = segments.active();
        final int position = active.positionOf(offset);
        final long newEnd =
                position < active.sizeBytes() ? RecordBatch.baseOffset(active.view(), position) : active.nextOffset();
        force.lowerTo(around.journal(), newEnd, position);
        if (position < active.sizeBytes()) {
            active.truncateTo(position, newEnd);
        }
        active.force();
        around.disk().forceDirectory(directory);
        cursorOffset = -1;
        endOffset = newEnd;
        replayProducers();
        stableEnd = Math.min(stableEnd, newEnd);
        sizeBytes = segments.sizeBytes();
        force.onCut(active, newEnd, appendedBytes);
    }

    /** After a cut: a producer's last five batches may be older ones now. Rare, so it may walk the log. */
    private void replayProducers() throws IOException {
        if (producers.count() == 0) {
            return;
        }
        final JournalEntry.ProducerSnapshot noted = force.notedProducers();
        final long nowMs = around.clock().wallMs();
        long from = startOffset;
        producers.clear();
        if (noted != null && noted.offset() <= endOffset) {
            producers.restore(noted.bytes(), nowMs);
            from = noted.offset();
        }
        for (int place = segments.placeOf(from); place < segments.count(); place++) {
            SegmentRecovery.replay(
                    segments.get(place), from, (buffer, position) -> producers.onAppended(buffer, position, nowMs));
        }
        force.offerProducers(endOffset, producers.snapshot());
    }

    private void drop(final Segment segment) throws IOException {
        around.journal().append(new JournalEntry.SegmentDropped(id, segment.baseOffset()));
        untidy.remove(segment);
        if (cursorSegment == segment) {
            cursorSegment = null;
        }
        synchronized (force) {
            segment.delete();
        }
        force.onDirectoryChanged();
    }

    private void deliver() {
        isDeliveryPosted.set(false);
        if (offline != null) {
            return;
        }
        final long stable = config.flushPolicy() == FlushPolicy.COMMIT ? force.forcedOffset() : endOffset;
        stableEnd = Math.max(stableEnd, stable);
        if (listener != null) {
            listener.onStableEnd(this, stableEnd);
        }
        final long nowMs = around.clock().monotonicMs();
        final boolean isSnapshotDue =
                nowMs - snapshotMs >= around.config().recoveryPointIntervalMs() && force.wantsProducers();
        if ((isSnapshotDue || !untidy.isEmpty()) && upkeep.tryLock()) {
            try {
                lookAfter(isSnapshotDue, nowMs);
            } finally {
                upkeep.unlock();
            }
        }
    }

    private void lookAfter(final boolean isSnapshotDue, final long nowMs) {
        if (offline != null) {
            // Somebody closed it since it was looked at.
            return;
        }
        if (isSnapshotDue) {
            snapshotMs = nowMs;
            force.offerProducers(endOffset, producers.snapshot());
        }
        if (!untidy.isEmpty()) {
            tidy();
        }
    }

    /** Sealed segments lose the stretch beyond their end and their open file, once nobody needs either. */
    private void tidy() {
        final long forced = force.forcedOffset();
        untidy.removeIf(segment -> {
            try {
                // Below, not at: only then has the flusher no more business with the file.
                if (segment.nextOffset() < forced && segment.trim()) {
                    segment.closeFile();
                    return true;
                }
                return false;
            } catch (final IOException e) {
                // A log that was deleted meanwhile has its files elsewhere, or nowhere.
                if (offline == null) {
                    around.flusher().fail(e);
                }
                return true;
            }
        });
    }

    private void onEpochsChanged() {
        final List<JournalEntry.EpochStart> starts = new ArrayList<>();
        for (final EpochStart start : epochs.starts()) {
            starts.add(new JournalEntry.EpochStart(start.epoch(), start.startOffset()));
        }
        try {
            around.journal().append(new JournalEntry.EpochStarts(id, starts));
        } catch (final IOException e) {
            around.flusher().fail(e);
        }
    }
}
