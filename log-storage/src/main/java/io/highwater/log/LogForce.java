package io.highwater.log;

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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The side of a log that the flusher works on: which files have to be forced, and how far they are. The shard publishes
 * its end and hands over sealed segments; everything else is guarded by this object's lock, which the shard takes only to
 * cut or close, never to append.
 */
final class LogForce implements Forceable {
    private final PublishedEnd end = new PublishedEnd();
    /** Sealed segments whose last bytes may not be durable yet. */
    private final ConcurrentLinkedQueue<Segment> sealed = new ConcurrentLinkedQueue<>();
    /** A file was created or deleted since the directory was last forced. */
    private final AtomicBoolean directoryChanged = new AtomicBoolean();

    private final PublishedEnd.Seen seen = new PublishedEnd.Seen();
    /** Where the log ended when the last good force began. Guarded by this. */
    private long forcedPosition;

    private long forcedBytes;
    private boolean closed;
    /**
     * The first force that failed, null while none has. What was written before it may be lost although the next force
     * succeeds, so there is no next one. Guarded by this.
     */
    private IOException failure;

    /** Everything below is durable. Written under the lock. */
    private volatile long forcedOffset;
    /** The newest state of the producers that the journal has not got, null when there is none. */
    private volatile JournalEntry.ProducerSnapshot producers;

    /** The newest one that the journal has got from this object. Guarded by this. */
    private JournalEntry.ProducerSnapshot notedProducers;

    /** Offset of the state that the journal has, from the former run too, -1 for none. Guarded by this. */
    private long producersNotedAt;

    private final Disk disk;
    private final Path directory;
    private final PartitionId id;
    private final AtomicLong dirtyBytes;
    private final PartitionLog log;

    LogForce(
            final Disk disk,
            final Path directory,
            final PartitionId id,
            final AtomicLong dirtyBytes,
            final PartitionLog log,
            final long producersNotedAt) {
        this.disk = disk;
        this.directory = directory;
        this.id = id;
        this.dirtyBytes = dirtyBytes;
        this.log = log;
        this.producersNotedAt = producersNotedAt;
    }

    /** The log as it was opened: all of it is durable. */
    synchronized void begin(final Segment active, final long endOffset) {
        end.publish(active, endOffset, 0);
        forcedOffset = endOffset;
        forcedPosition = active.sizeBytes();
    }

    /** On the shard, after each append. */
    void publishEnd(final Segment active, final long endOffset, final long appendedBytes) {
        end.publish(active, endOffset, appendedBytes);
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

    @Override
    public synchronized void force() throws IOException {
        if (closed) {
            return;
        }
        requireWell();
        try {
            forceFiles();
        } catch (final IOException e) {
            failure = e;
            throw e;
        } catch (final RuntimeException | Error e) {
            failure = new IOException("the force met a fault: " + e, e);
            throw e;
        }
    }

    private void requireWell() throws IOException {
        if (failure != null) {
            throw new IOException(directory + ": a force has failed before", failure);
        }
    }

    private void forceFiles() throws IOException {
        end.read(seen);
        if (directoryChanged.getAndSet(false)) {
            disk.forceDirectory(directory);
        }
        for (Segment segment = sealed.poll(); segment != null; segment = sealed.poll()) {
            segment.force();
        }
        if (seen.offset > forcedOffset || seen.appendedBytes > forcedBytes) {
            seen.segment.force();
            dirtyBytes.addAndGet(forcedBytes - seen.appendedBytes);
            forcedBytes = seen.appendedBytes;
            forcedPosition = seen.position;
            forcedOffset = seen.offset;
        }
    }

    @Override
    public void onForced() {
        log.postForced();
    }

    @Override
    public synchronized void noteRecoveryPoint(final Journal journal) throws IOException {
        if (closed) {
            return;
        }
        requireWell();
        // First, so that a torn pair leaves an older state of the producers and not one beyond the recovery point: that
        // one
        // recovery could not use, and would read the whole log.
        journal.append(new JournalEntry.RecoveryPoint(id, forcedOffset, forcedPosition));
        final JournalEntry.ProducerSnapshot snapshot = producers;
        if (snapshot != null && snapshot.offset() <= forcedOffset) {
            journal.append(snapshot);
            notedProducers = snapshot;
            producersNotedAt = snapshot.offset();
            producers = null;
        }
    }

    @Override
    public void onDirectoryFailed(final IOException cause) {
        log.postOffline(cause);
    }

    /**
     * The log will end earlier: from here on nothing beyond is claimed to be durable, after a crash neither.
     */
    synchronized void lowerTo(final Journal journal, final long offset, final long position) throws IOException {
        requireWell();
        producers = null;
        if (producersNotedAt > offset) {
            // The journal's state has batches that go now: until there is another one, the log itself tells.
            notedProducers = null;
            producersNotedAt = 0;
            journal.append(new JournalEntry.ProducerSnapshot(id, 0, new ProducerStates(0).snapshot()));
        }
        // At the forced end too: its position may be in a segment that goes.
        if (offset <= forcedOffset) {
            forcedOffset = offset;
            forcedPosition = position;
        }
        journal.append(new JournalEntry.RecoveryPoint(id, forcedOffset, forcedPosition));
        journal.force();
    }

    /** What the journal knows of the producers, null when it got nothing since the log was opened. */
    synchronized JournalEntry.ProducerSnapshot notedProducers() {
        return notedProducers;
    }

    /** No force touches the files any more. */
    synchronized void close() {
        closed = true;
        end.read(seen);
        dirtyBytes.addAndGet(forcedBytes - seen.appendedBytes);
        forcedBytes = seen.appendedBytes;
    }
}
