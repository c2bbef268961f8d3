package io.highwater.log;

import io.highwater.log.datajournal.DataFrame;
import io.highwater.log.datajournal.DataGroup;
import io.highwater.log.disk.Disk;
import io.highwater.log.flush.Forceable;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.PartitionId;
import io.highwater.log.producer.ProducerStates;
import io.highwater.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The side of a log that the flusher works on: how far the log is durable, in its own files and with the help of the data
 * journal. The shard publishes its end and hands over sealed segments.
 *
 * <p>Two locks. This object's is held while the log's files are forced, cut or closed; the shard takes it only to cut or
 * close, never to append. {@link #state}, taken after it, guards the fields and is never held during a force, so that a
 * group that goes into the data journal does not wait for a force of the files.
 *
 * <p>Invariant: what is durable is in the files up to {@link #filesOffset}, and from there to {@link #forcedOffset} in
 * frames from {@link #replayFrom} on. A new active segment becomes {@link #durableSegment} only after its name and all
 * sealed ones were forced, so a frame never speaks of a file that a crash may take away.
 */
final class LogForce implements Forceable {
    /** More than this is not written twice: a force of the file costs less than the copies. */
    private static final int PIECE_BYTES_MAX = 16 << 10;

    private final PublishedEnd end = new PublishedEnd();
    /** Sealed segments whose last bytes may not be durable yet. */
    private final ConcurrentLinkedQueue<Segment> sealed = new ConcurrentLinkedQueue<>();
    /** A file was created or deleted since the directory was last forced. */
    private final AtomicBoolean directoryChanged = new AtomicBoolean();

    /** What the force under way makes durable. Guarded by this. */
    private final PublishedEnd.Seen seen = new PublishedEnd.Seen();

    private final Object state = new Object();

    // All below are guarded by the state's lock, the volatile ones written under it.

    /** The active segment as far as it is durable. */
    private Segment durableSegment;

    private int durablePosition;
    /** Of those appended since the log was opened. */
    private long durableBytes;
    /** Of those appended: in frames that are under way, or durable. */
    private volatile long coveredBytes;
    /** Everything below is durable. */
    private volatile long forcedOffset;
    /** Everything below is durable in the log's files. */
    private volatile long filesOffset;

    private long filesPosition;
    /** Of those appended since the log was opened. */
    private volatile long filesBytes;
    /** Frames before this one have nothing that the files have not. */
    private long replayFrom;
    /** The newest frame that has something of the log. */
    private long lastFrame;
    /** Frames that are under way or durable have the log up to here; in {@link #durableSegment}. */
    private int stagedPosition;
    /** What each group's frames make durable; not meant where {@link #isStaged} is false. */
    private final PublishedEnd.Seen[] staged = new PublishedEnd.Seen[DataGroup.COUNT];

    private final boolean[] isStaged = new boolean[DataGroup.COUNT];
    private PublishedEnd.Seen scratch = new PublishedEnd.Seen();
    /** From lowering what is durable until the bytes beyond are gone. */
    private boolean isCutting;

    private boolean closed;
    /**
     * The first force that failed, null while none has. What was written before it may be lost although the next force
     * succeeds, so there is no next one.
     */
    private IOException failure;

    /** The newest state of the producers that the journal has not got, null when there is none. */
    private volatile JournalEntry.ProducerSnapshot producers;

    /** The newest one that the journal has got from this object. */
    private JournalEntry.ProducerSnapshot notedProducers;

    /** Offset of the state that the journal has, from the former run too, -1 for none. */
    private long producersNotedAt;

    private final Disk disk;
    private final Path directory;
    private final PartitionId id;
    private final AtomicLong dirtyBytes;
    private final ForceListener log;
    private final int behindBytesMax;

    LogForce(
            final Disk disk,
            final Path directory,
            final PartitionId id,
            final AtomicLong dirtyBytes,
            final ForceListener log,
            final long producersNotedAt,
            final int behindBytesMax) {
        this.disk = disk;
        this.directory = directory;
        this.id = id;
        this.dirtyBytes = dirtyBytes;
        this.log = log;
        this.producersNotedAt = producersNotedAt;
        this.behindBytesMax = behindBytesMax;
        Arrays.setAll(staged, index -> new PublishedEnd.Seen());
    }

    /**
     * The log as it was opened: all of it is durable in its files.
     *
     * @param firstFrame the first frame of the data journal that can have something of it
     */
    void begin(final Segment active, final long endOffset, final long firstFrame) {
        synchronized (state) {
            end.publish(active, endOffset, 0);
            replayFrom = firstFrame;
            lastFrame = firstFrame - 1;
            durableSegment = active;
            durablePosition = active.sizeBytes();
            stagedPosition = durablePosition;
            forcedOffset = endOffset;
            filesOffset = endOffset;
            filesPosition = active.sizeBytes();
        }
    }

    /** On the shard, after each append. */
    void publishEnd(final Segment active, final long endOffset, final long appendedBytes) {
        end.publish(active, endOffset, appendedBytes);
    }

    /** True when what is appended by now is more than goes into frames: the files will be forced. */
    boolean isTooMuchForFrames(final long appendedBytes) {
        return appendedBytes - coveredBytes > PIECE_BYTES_MAX;
    }

    /** On the shard, before the first append to the next segment is published. */
    void onSealed(final Segment segment) {
        sealed.add(segment);
    }

    /** A name in the log's directory came or went. */
    void onDirectoryChanged() {
        directoryChanged.set(true);
    }

    /** On the shard: what the producers were when the log ended at {@code offset}. */
    void offerProducers(final long offset, final ByteBuffer snapshot) {
        producers = new JournalEntry.ProducerSnapshot(id, offset, snapshot);
    }

    /**
     * False while the journal has yet to get the state that was offered last: a newer one in its place would be beyond the
     * forced end again under steady appends, and the journal never get any.
     */
    boolean wantsProducers() {
        return producers == null;
    }

    long forcedOffset() {
        return forcedOffset;
    }

    /** Like {@link #forcedOffset()}, without what only the data journal has. */
    long filesOffset() {
        return filesOffset;
    }

    @Override
    public Staging stage(final DataFrame frame, final int group) throws IOException {
        synchronized (state) {
            if (closed) {
                return Staging.DONE;
            }
            requireWell();
            final PublishedEnd.Seen reached = scratch;
            end.read(reached);
            if (isCutting || reached.segment != durableSegment) {
                return Staging.OWN_FORCE;
            }
            final int bytes = reached.position - stagedPosition;
            if (bytes == 0) {
                return Staging.DONE;
            }
            if (bytes > PIECE_BYTES_MAX) {
                return Staging.OWN_FORCE;
            }
            if (frame.sequence() < replayFrom) {
                // A force of the files has made the frame void for this log after its first piece.
                return Staging.NO_ROOM;
            }
            final ByteBuffer piece = frame.add(id, durableSegment.baseOffset(), stagedPosition, reached.offset, bytes);
            if (piece == null) {
                return Staging.NO_ROOM;
            }
            durableSegment.copy(piece, stagedPosition);
            stagedPosition = reached.position;
            coveredBytes = reached.appendedBytes;
            lastFrame = frame.sequence();
            // Who asked again while the group gathered is in it twice, and the later piece counts.
            scratch = staged[group];
            staged[group] = reached;
            isStaged[group] = true;
            return Staging.DONE;
        }
    }

    @Override
    public void onJournaled(final int group) {
        synchronized (state) {
            if (isStaged[group]) {
                isStaged[group] = false;
                onDurable(staged[group]);
            }
        }
        onForced();
    }

    @Override
    public boolean isInFiles(final long sequence) {
        synchronized (state) {
            return closed || replayFrom > Math.min(sequence, lastFrame);
        }
    }

    @Override
    public boolean isFarBehindInFiles() {
        return coveredBytes - filesBytes > behindBytesMax;
    }

    @Override
    public synchronized void force() throws IOException {
        synchronized (state) {
            if (closed) {
                return;
            }
            requireWell();
        }
        try {
            forceFiles();
        } catch (final IOException e) {
            fail(e);
            throw e;
        } catch (final RuntimeException | Error e) {
            fail(new IOException("the force met a fault: " + e, e));
            throw e;
        }
    }

    private void fail(final IOException cause) {
        synchronized (state) {
            failure = cause;
        }
    }

    private void requireWell() throws IOException {
        if (failure != null) {
            throw new IOException(directory + ": a force has failed before", failure);
        }
    }

    private void forceFiles() throws IOException {
        final long through;
        final boolean isActiveForced;
        synchronized (state) {
            end.read(seen);
            // A frame that begins later has what was appended later, too.
            through = lastFrame;
            isActiveForced = seen.offset <= filesOffset && seen.appendedBytes <= filesBytes;
        }
        if (directoryChanged.getAndSet(false)) {
            disk.forceDirectory(directory);
        }
        for (Segment segment = sealed.poll(); segment != null; segment = sealed.poll()) {
            segment.force();
        }
        if (isActiveForced) {
            synchronized (state) {
                replayFrom = Math.max(replayFrom, through + 1);
            }
            return;
        }
        seen.segment.force();
        synchronized (state) {
            filesOffset = seen.offset;
            filesPosition = seen.position;
            filesBytes = seen.appendedBytes;
            replayFrom = through + 1;
            onDurable(seen);
        }
    }

    /** A frame and a force of the files may both be under way: the one that knows more counts. */
    private void onDurable(final PublishedEnd.Seen reached) {
        if (reached.appendedBytes > durableBytes) {
            dirtyBytes.addAndGet(durableBytes - reached.appendedBytes);
            durableBytes = reached.appendedBytes;
            coveredBytes = Math.max(coveredBytes, durableBytes);
            stagedPosition =
                    reached.segment == durableSegment ? Math.max(stagedPosition, reached.position) : reached.position;
            durableSegment = reached.segment;
            durablePosition = reached.position;
            forcedOffset = reached.offset;
        }
    }

    @Override
    public void onForced() {
        log.postForced();
    }

    @Override
    public void noteRecoveryPoint(final Journal journal) throws IOException {
        synchronized (state) {
            if (closed) {
                return;
            }
            requireWell();
            // First, so that a torn pair leaves an older state of the producers and not one beyond the recovery point:
            // that one recovery could not use, and would read the whole log.
            journal.append(new JournalEntry.RecoveryPoint(id, filesOffset, filesPosition, replayFrom));
            final JournalEntry.ProducerSnapshot snapshot = producers;
            if (snapshot != null && snapshot.offset() <= filesOffset) {
                journal.append(snapshot);
                notedProducers = snapshot;
                producersNotedAt = snapshot.offset();
                producers = null;
            }
        }
    }

    @Override
    public void onDirectoryFailed(final IOException cause) {
        log.postOffline(cause);
    }

    /**
     * The log will end earlier: from here on nothing beyond is claimed to be durable, after a crash neither. All of the log
     * is durable in its files, and the caller holds this object's lock until {@link #onCut}.
     */
    void lowerTo(final Journal journal, final long offset, final long position) throws IOException {
        synchronized (state) {
            requireWell();
            isCutting = true;
            Arrays.fill(isStaged, false);
            producers = null;
            if (producersNotedAt > offset) {
                // The journal's state has batches that go now: until there is another one, the log itself tells.
                notedProducers = null;
                producersNotedAt = 0;
                journal.append(new JournalEntry.ProducerSnapshot(id, 0, new ProducerStates(0).snapshot()));
            }
            // At the forced end too: its position may be in a segment that goes.
            if (offset <= filesOffset) {
                filesOffset = offset;
                filesPosition = position;
                forcedOffset = offset;
            }
            // The frame under way may have what goes.
            replayFrom = lastFrame + 1;
            journal.append(new JournalEntry.RecoveryPoint(id, filesOffset, filesPosition, replayFrom));
        }
        journal.force();
    }

    /** What was beyond the new end is gone, durably. */
    void onCut(final Segment active, final long endOffset, final long appendedBytes) {
        synchronized (state) {
            end.publish(active, endOffset, appendedBytes);
            end.read(seen);
            onDurable(seen);
            durableSegment = active;
            durablePosition = active.sizeBytes();
            stagedPosition = durablePosition;
            filesBytes = appendedBytes;
            isCutting = false;
        }
    }

    /** What the journal knows of the producers, null when it got nothing since the log was opened. */
    JournalEntry.ProducerSnapshot notedProducers() {
        synchronized (state) {
            return notedProducers;
        }
    }

    /** No force touches the files any more. */
    synchronized void close() {
        synchronized (state) {
            closed = true;
            end.read(seen);
            dirtyBytes.addAndGet(durableBytes - seen.appendedBytes);
            durableBytes = seen.appendedBytes;
        }
    }
}
