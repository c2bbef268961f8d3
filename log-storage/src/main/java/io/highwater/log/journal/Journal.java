package io.highwater.log.journal;

import io.highwater.log.disk.Disk;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import io.highwater.log.journal.JournalEntry.PartitionAdded;
import io.highwater.log.journal.JournalEntry.PartitionRemoved;
import io.highwater.log.journal.JournalEntry.SegmentDropped;
import io.highwater.log.journal.JournalEntry.SegmentKept;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The journal of one data directory: entries gather in memory, one {@link #force()} writes and forces them all. Entries
 * between two forces that set the same field are one, so what waits is never more than the state itself.
 *
 * <p>Safe for any thread: {@link #append} holds a lock that nobody holds while waiting for the disk; {@link #force} holds a
 * second one around its writes and belongs on a thread that may block, as a rule the flusher's.
 */
public final class Journal implements AutoCloseable {
    /**
     * The names of its two files. No {@code topic-partition} is like them, which ends with a hyphen and digits; that holds
     * for every name that a data directory keeps beside its partitions.
     */
    static final List<String> FILES = List.of("journal.0", "journal.1");

    /** The size of a file whose state is small: some 2,000 forces until the other file's turn. */
    static final int FILE_BYTES_MIN = 1 << 20;

    private static final int TOPIC_BYTES_MAX = 255;
    private static final int SEGMENT_FIELD = JournalFormat.SEGMENT_KEPT;

    /** What one entry sets; two with equal fields are one. */
    private record Field(PartitionId id, int type, long part) {}

    /** Held while writing and forcing; taken before {@link #image}, never after. */
    private final Object writing = new Object();
    /** All entries appended; guards itself and what is pending. */
    private final JournalImage image;

    private final Map<Field, JournalEntry> pending = new LinkedHashMap<>();
    private final Map<String, Witness> pendingWitnesses = new LinkedHashMap<>();
    private RunMark pendingRun;
    private final JournalState recovered;
    private final String bootId;
    private final Path directory;
    private final JournalFile[] files;
    /** Index of the live file; guarded by {@link #writing}. */
    private int live;

    private long generation;
    /** Why no call is served any more, or null; written under {@link #writing}. */
    private volatile String ended;

    private Journal(
            final Path directory,
            final JournalFile[] files,
            final JournalImage image,
            final JournalState recovered,
            final String bootId) {
        this.directory = directory;
        this.files = files;
        this.image = image;
        this.recovered = recovered;
        this.bootId = bootId;
    }

    /**
     * Opens the journal of a data directory, replays it, and durably begins a new run: from here on, until
     * {@link #markCleanStop()}, a later open finds no clean stop. It finds the former boot id until
     * {@link #markRecovered()}, so that a process that dies during recovery does not pass off power loss as its own death.
     *
     * @param mayCreate whether a directory without a journal is a new one (true) or has lost it (refused).
     */
    public static Journal open(final Disk disk, final Path directory, final boolean mayCreate) throws IOException {
        final List<JournalFile> opened = new ArrayList<>();
        boolean done = false;
        try {
            for (final String name : FILES) {
                opened.add(new JournalFile(disk, directory.resolve(name)));
            }
            final Journal journal = replayed(disk, directory, opened.toArray(new JournalFile[0]), mayCreate);
            done = true;
            return journal;
        } finally {
            if (!done) {
                for (final JournalFile file : opened) {
                    file.close();
                }
            }
        }
    }

    private static Journal replayed(
            final Disk disk, final Path directory, final JournalFile[] files, final boolean mayCreate)
            throws IOException {
        final JournalReading[] readings = {files[0].read(), files[1].read()};
        final int truth;
        try {
            truth = JournalReading.choose(readings[0], readings[1]);
        } catch (final MalformedJournalException e) {
            throw new DirectoryRefusedException(
                    Reason.DAMAGED, "the journal of " + directory + " is damaged: " + e.getMessage());
        }
        if (truth < 0 && !mayCreate) {
            throw new DirectoryRefusedException(
                    Reason.JOURNAL_MISSING, directory + " was in use before and has lost its journal");
        }
        final JournalImage image = truth < 0 ? new JournalImage() : readings[truth].image();
        final JournalState state = new JournalState(
                truth < 0,
                image.run().bootId(),
                image.run().cleanStop(),
                image.copy().partitions(),
                image.copy().witnesses());
        image.run(new RunMark(truth < 0 ? disk.bootId() : image.run().bootId(), false));
        for (final JournalFile file : files) {
            file.reserve(FILE_BYTES_MIN);
        }
        disk.forceDirectory(directory);
        if (truth >= 0) {
            // The other file, about to be overwritten, may be the only durable one.
            files[truth].rewrite();
        }
        final Journal journal = new Journal(directory, files, image, state, disk.bootId());
        // A new journal begins in journal.0 with generation 1 and has nothing to retire.
        journal.live = truth < 0 ? 1 : truth;
        journal.generation = truth < 0 ? 0 : readings[truth].generation();
        journal.switchFiles(image.copy(), truth >= 0);
        return journal;
    }

    /** What the former run left. */
    public JournalState recovered() {
        return recovered;
    }

    /**
     * Notes a fact; durable only after the next {@link #force()}. Entries of one partition keep their order, but one that
     * replaces another before that force has its place.
     *
     * @throws IllegalStateException when the partition was not added, or is added twice.
     */
    public void append(final JournalEntry entry) throws IOException {
        requireUsable();
        requireSize(entry);
        final PartitionId id = entry.id();
        synchronized (image) {
            if (image.contains(id) == entry instanceof PartitionAdded) {
                throw new IllegalStateException((entry instanceof PartitionAdded ? "known" : "unknown") + " partition "
                        + id + " in a journal entry");
            }
            image.apply(entry);
            if (entry instanceof PartitionRemoved) {
                pending.keySet().removeIf(field -> field.id.equals(id));
            }
            pending.put(fieldOf(entry), entry);
        }
    }

    /**
     * Notes that what the owner calls {@code name} is durable up to this index, so that a later run knows when its end was
     * lost; a lower index than before changes nothing. Durable only after the next {@link #force()}.
     */
    public void witness(final String name, final long index) throws IOException {
        requireUsable();
        final Witness witness = new Witness(name, index);
        synchronized (image) {
            if (image.apply(witness)) {
                pendingWitnesses.put(name, witness);
            }
        }
    }

    /** True when something waits for the next {@link #force()}. */
    public boolean hasPending() {
        synchronized (image) {
            return !pending.isEmpty() || !pendingWitnesses.isEmpty() || pendingRun != null;
        }
    }

    /**
     * Makes every entry appended before this call durable, with one force for all. After a failure the journal, and with
     * it the directory, is done for: every later call fails.
     */
    public void force() throws IOException {
        synchronized (writing) {
            requireUsable();
            final FrameWriter frames = new FrameWriter(0);
            synchronized (image) {
                pending.values().forEach(frames::add);
                pending.clear();
                pendingWitnesses.values().forEach(frames::add);
                pendingWitnesses.clear();
                if (pendingRun != null) {
                    frames.add(pendingRun);
                    pendingRun = null;
                }
            }
            final List<ByteBuffer> ready = frames.finish(0);
            if (ready.isEmpty()) {
                return;
            }
            boolean done = false;
            try {
                if (!files[live].append(ready)) {
                    final JournalImage snapshot;
                    synchronized (image) {
                        snapshot = image.copy();
                    }
                    switchFiles(snapshot, true);
                }
                done = true;
            } finally {
                if (!done) {
                    ended = "the journal of " + directory + " is unusable after a failed write";
                }
            }
        }
    }

    /**
     * Forces, and names the present boot of the machine as the one under which all partitions are known good. To be called
     * once each of them was recovered, or stripped of what it can't prove.
     */
    public void markRecovered() throws IOException {
        synchronized (image) {
            note(new RunMark(bootId, false));
        }
        force();
    }

    /** Forces, and lets the next open know that nothing was under way. The journal takes no entries afterwards. */
    public void markCleanStop() throws IOException {
        synchronized (writing) {
            synchronized (image) {
                note(new RunMark(image.run().bootId(), true));
            }
            force();
            ended = "the journal of " + directory + " was stopped";
        }
    }

    /** Gives the files back, without a force. */
    @Override
    public void close() throws IOException {
        synchronized (writing) {
            if (ended == null) {
                ended = "the journal of " + directory + " was closed";
            }
            files[0].close();
            files[1].close();
        }
    }

    private void note(final RunMark mark) {
        image.run(mark);
        pendingRun = mark;
    }

    private void switchFiles(final JournalImage snapshot, final boolean retireOld) throws IOException {
        final int next = 1 - live;
        files[next].begin(generation + 1, snapshot);
        if (retireOld) {
            files[live].retire();
        }
        generation++;
        live = next;
    }

    private void requireUsable() throws IOException {
        final String reason = ended;
        if (reason != null) {
            throw new IOException(reason);
        }
    }

    private static void requireSize(final JournalEntry entry) {
        if (JournalFormat.sizeOf(entry) > JournalFormat.ENTRY_BYTES_MAX) {
            throw new IllegalArgumentException("journal entry of " + JournalFormat.sizeOf(entry) + " bytes, at most "
                    + JournalFormat.ENTRY_BYTES_MAX);
        }
        if (entry instanceof PartitionAdded added && added.topic().length() > TOPIC_BYTES_MAX) {
            throw new IllegalArgumentException("topic name of " + added.topic().length() + " characters");
        }
    }

    private static Field fieldOf(final JournalEntry entry) {
        if (entry instanceof SegmentKept kept) {
            return new Field(entry.id(), SEGMENT_FIELD, kept.segment().baseOffset());
        }
        if (entry instanceof SegmentDropped dropped) {
            return new Field(entry.id(), SEGMENT_FIELD, dropped.baseOffset());
        }
        return new Field(entry.id(), JournalFormat.typeOf(entry), 0);
    }
}
