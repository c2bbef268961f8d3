package io.highwater.log.datajournal;

import io.highwater.log.datajournal.DataFile.Phase;
import io.highwater.log.datajournal.Journaled.Staging;
import io.highwater.log.disk.Disk;
import io.highwater.log.journal.Journal;
import io.highwater.port.Clock;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.agrona.CloseHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the pieces of many logs durable with one force. Two files are used in turn: when one is full, or old, a checkpoint
 * forces the files of the logs that are in it and notes their recovery points, and only then its space is used again.
 * While neither file can be written to (before the first use, at a full disk, when checkpoints don't keep up) each log is
 * forced on its own.
 *
 * <p>Groups get their places one after the other, whoever comes; their writes and forces may be under way at the same time, and
 * they are told in the order of their places: a frame counts only when all before it are whole. Checkpoints run on the
 * executor, one at a time. The phases of the files change under this object's lock, which nobody holds while waiting for the
 * disk.
 */
public final class DataJournal implements Closeable {
    /** Its files' names; like those of the journal none of them is like {@code topic-partition}. */
    public static final List<String> FILES = List.of("data-journal.0", "data-journal.1");

    /** The witness in the directory's journal that says through which sequence all frames are in the logs' files. */
    static final String WITNESS = "data-journal";

    /** The witness that is the directory's secret, see {@link FrameFormat}. */
    static final String SECRET = "data-journal-secret";

    private static final Logger LOG = LoggerFactory.getLogger(DataJournal.class);
    /** A file that is full in less than this comes back twice as large. */
    private static final long SHORT_MS = 2_000;
    /** After this time space is asked for again that there was not. */
    private static final long RETRY_MS = 10_000;

    private static final long RESERVE_STEP_BYTES = 1 << 20;

    private final Disk disk;
    private final Path directory;
    private final Journal journal;
    private final Clock clock;
    private final Executor executor;
    private final DataJournalConfig config;
    private final Consumer<IOException> onFailure;
    private final DataFile[] files = new DataFile[FILES.size()];
    private final long run;
    private final long secret;

    /** Held by a checkpoint from its begin to its end. Taken before this object's lock. */
    private final Object checkpoint = new Object();

    /** Held while frames are put together and written. Taken before this object's lock. */
    private final Object writing = new Object();

    // Guarded by writing.
    /** The one that is being put together, of the group at hand. */
    private DataFrame frame;

    private long nextSequence;
    /** A write or a force failed: what it left is torn, and nothing may follow it. */
    private volatile boolean isBroken;

    /** Groups that are not told yet, in the order of their places, that of their frames' sequences. Guarded by itself. */
    private final ArrayDeque<DataGroup> order = new ArrayDeque<>(DataGroup.COUNT);

    /** All frames below it are forced. Written under the order's lock. */
    private volatile long durable;

    // Guarded by this.
    private DataFile liveOrNull;
    private boolean isEnabled;
    private boolean isTaskQueued;
    private boolean isStopped;
    private long retryAtMs = Long.MIN_VALUE;

    /** The directory's journal knows that the files are there. */
    private volatile boolean isKnown;

    /** Groups forced since the start. Written under the order's lock. */
    private volatile long forces;

    /** Written under the writing's lock. */
    private volatile long bytes;
    /** Written by the checkpoints' threads, one at a time. */
    private volatile long checkpoints;

    private DataJournal(
            final Disk disk,
            final Path directory,
            final Journal journal,
            final Clock clock,
            final Executor executor,
            final DataJournalConfig config,
            final Consumer<IOException> onFailure,
            final FoundFrames found) {
        this.disk = disk;
        this.directory = directory;
        this.journal = journal;
        this.clock = clock;
        this.executor = executor;
        this.config = config;
        this.onFailure = onFailure;
        this.run = found.nextRun();
        this.secret = found.secret();
        this.nextSequence = run;
        this.durable = run;
        for (int i = 0; i < files.length; i++) {
            files[i] = new DataFile(directory.resolve(FILES.get(i)));
        }
    }

    /**
     * Opens the data journal of a directory. Groups are taken once {@link #enable()} was called.
     *
     * @param found what the former run left, whose numbers are not used again
     * @param onFailure told of what ends the directory, on the thread that found out
     */
    public static DataJournal open(
            final Disk disk,
            final Path directory,
            final Journal journal,
            final Clock clock,
            final Executor executor,
            final DataJournalConfig config,
            final Consumer<IOException> onFailure,
            final FoundFrames found)
            throws IOException {
        final DataJournal opened = new DataJournal(disk, directory, journal, clock, executor, config, onFailure, found);
        boolean done = false;
        try {
            boolean isCreated = false;
            for (final DataFile file : opened.files) {
                if (!file.openExisting(disk) && found.isKnown()) {
                    // Removed after a clean stop. Without it the next start would take this run's frames for lost.
                    file.create(disk);
                    isCreated = true;
                }
            }
            if (isCreated) {
                disk.forceDirectory(directory);
            }
            opened.isKnown = found.isKnown();
            done = true;
            return opened;
        } finally {
            if (!done) {
                opened.close();
            }
        }
    }

    /** True when it will not take anything any more: each log is forced on its own. Safe for any thread. */
    public boolean takesNothing() {
        return isBroken || isOff();
    }

    private boolean isOff() {
        return config.fileBytesMax() == 0;
    }

    /** The first sequence of this run: frames of former ones are below it. */
    public long firstSequence() {
        return run;
    }

    /**
     * All that the former run left in the files is in its logs now, durably, and the caller is about to force the journal's
     * note of that.
     */
    public void noteRecovered() throws IOException {
        if (isKnown) {
            // Directories of format 1 have none.
            journal.witness(SECRET, secret);
            journal.witness(WITNESS, run - 1);
        }
    }

    /** The note of {@link #noteRecovered()} is durable: the files may be written to. */
    public void enable() throws IOException {
        if (isOff()) {
            return;
        }
        for (final DataFile file : files) {
            // Files that the journal does not know of yet would not be looked at after a crash.
            if (isKnown && file.sizeBytes() >= config.fileBytesMin()) {
                // A process that died while the file grew has left space that the next power loss would take.
                file.force();
                file.tryWriteThrough();
                becomeReady(file);
            }
        }
        synchronized (this) {
            isEnabled = true;
        }
    }

    /**
     * Puts what these logs have that is not durable into frames, as far as it goes. The group is under way until {@link #force} has
     * given it back, which has to follow.
     *
     * @param rest gets the logs that have to be forced on their own, in the order of the group
     */
    public <L extends Journaled> void write(final DataGroup group, final List<L> logs, final List<? super L> rest)
            throws IOException {
        synchronized (writing) {
            boolean isWhole = false;
            try {
                write(logs, rest, group);
                isWhole = true;
            } finally {
                // Pieces that some logs count as written are in no frame: what follows them must not be told.
                if (!isWhole) {
                    isBroken = true;
                }
            }
            group.lastSequence(nextSequence - 1);
            synchronized (order) {
                order.add(group);
            }
        }
    }

    /**
     * Makes the group's frames durable, and tells its logs: at once, or, when the group before is still under way,
     * before the call that forces that one returns.
     *
     * @param told gets the groups that are not under way any more
     * @throws IOException the force failed: nobody knows what the device holds, and no group is told any more.
     */
    public void force(final DataGroup group, final List<DataGroup> told) throws IOException {
        boolean isForced = false;
        try {
            group.force();
            isForced = true;
        } finally {
            if (!isForced) {
                isBroken = true;
            }
        }
        synchronized (order) {
            group.onForced();
            for (DataGroup next = order.peek(); next != null && next.isForced(); next = order.peek()) {
                order.remove();
                durable = next.lastSequence() + 1;
                if (next.hasFrames()) {
                    forces = forces + 1;
                }
                // With the lock: a log is told of its groups in their order.
                for (int i = 0; i < next.staged().size(); i++) {
                    next.staged().get(i).onJournaled(next.index());
                }
                told.add(next);
            }
        }
    }

    private <L extends Journaled> void write(final List<L> logs, final List<? super L> rest, final DataGroup group)
            throws IOException {
        group.begin();
        if (!beginFrame(group)) {
            rest.addAll(logs);
            return;
        }
        stage(group, logs, rest);
        if (!finishFrame(group)) {
            group.begin();
            rest.clear();
            rest.addAll(logs);
        }
    }

    private <L extends Journaled> void stage(final DataGroup group, final List<L> logs, final List<? super L> rest)
            throws IOException {
        for (int i = 0; i < logs.size(); i++) {
            final L log = logs.get(i);
            Staging staging = log.stage(frame, group.index());
            if (staging == Staging.NO_ROOM && writeFrame(group) && beginFrame(group)) {
                staging = log.stage(frame, group.index());
            }
            if (staging == Staging.DONE) {
                group.add(log);
            } else {
                rest.add(log);
            }
        }
    }

    /** Groups forced since the start. Safe for any thread. */
    public long forces() {
        return forces;
    }

    /** Bytes written since the start, padding included. Safe for any thread. */
    public long bytesWritten() {
        return bytes;
    }

    /** How often a file was made free since the start. Safe for any thread. */
    public long checkpoints() {
        return checkpoints;
    }

    /** True when there are frames so old that {@link #checkpointIfDue()} has something to do. Safe for any thread. */
    public synchronized boolean isCheckpointDue() {
        return liveOrNull != null && isOld(liveOrNull);
    }

    /** Has old frames taken to the logs' files although no group comes. */
    public void checkpointIfDue() {
        synchronized (writing) {
            synchronized (this) {
                if (!isCheckpointDue()) {
                    return;
                }
                liveOrNull.fill(clock.monotonicMs());
                liveOrNull = null;
            }
        }
        startTask();
    }

    /** No checkpoint is under way when this returns, and none begins. No group may come any more. */
    public void stop() {
        synchronized (checkpoint) {
            synchronized (this) {
                isStopped = true;
            }
        }
    }

    /** After {@link #stop()}: all logs are durable in their files, and the caller is about to force the journal. */
    public void noteStopped() throws IOException {
        if (isKnown) {
            journal.witness(WITNESS, nextSequence - 1);
        }
    }

    @Override
    public void close() throws IOException {
        CloseHelper.closeAll(files);
    }

    /** False when no file has room for a frame. */
    private boolean beginFrame(final DataGroup group) throws IOException {
        final DataFile live = isBroken ? null : liveWithRoom();
        if (live == null) {
            return false;
        }
        frame = group.frame(secret);
        frame.begin(run, nextSequence, durable, live.room());
        return true;
    }

    /** The file that the next frame goes to, null when there is none. */
    private DataFile liveWithRoom() throws IOException {
        final DataFile former;
        synchronized (this) {
            if (!isEnabled || isStopped) {
                return null;
            }
            former = liveOrNull;
            if (former != null && former.hasMuchRoom() && !isOld(former)) {
                return former;
            }
        }
        final DataFile next = readyOrNull();
        if (next == null) {
            startTask();
            return former != null && former.room() >= FrameFormat.BLOCK_BYTES ? former : null;
        }
        synchronized (this) {
            if (former != null) {
                former.fill(clock.monotonicMs());
            }
            next.take(clock.monotonicMs());
            liveOrNull = next;
        }
        if (former != null) {
            startTask();
        }
        return next;
    }

    private synchronized DataFile readyOrNull() {
        for (final DataFile file : files) {
            if (file.phase() == Phase.READY && !file.isPending()) {
                return file;
            }
        }
        return null;
    }

    private boolean isOld(final DataFile file) {
        return !file.isEmpty() && file.ageMs(clock.monotonicMs()) > config.maxAgeMs();
    }

    /** The last frame of the group; false when the write failed. */
    private boolean finishFrame(final DataGroup group) {
        final DataFile live = live();
        if (isBroken || frame.isEmpty() || group.hasWritten() || !live.isWrittenThrough()) {
            return writeFrame(group);
        }
        final ByteBuffer whole = frame.finish();
        final int size = whole.remaining();
        group.onPlaced(live, live.keepPlace(size, nextSequence), whole);
        onFrame(group, live, size);
        return true;
    }

    /** False when the write failed. */
    private boolean writeFrame(final DataGroup group) {
        if (isBroken) {
            return false;
        }
        if (frame.isEmpty()) {
            return true;
        }
        final DataFile live = live();
        final ByteBuffer whole = frame.finish();
        final int size = whole.remaining();
        try {
            live.append(whole, nextSequence);
        } catch (final IOException e) {
            LOG.warn("{} is not written to any more, each log is forced on its own: {}", live, e.getMessage());
            isBroken = true;
            frame.begin(run, nextSequence, durable, 0);
            return false;
        }
        group.onWritten(live);
        onFrame(group, live, size);
        frame.begin(run, nextSequence, durable, 0);
        return true;
    }

    private void onFrame(final DataGroup group, final DataFile live, final int size) {
        nextSequence++;
        bytes = bytes + size;
        live.logs().addAll(group.staged());
    }

    private synchronized DataFile live() {
        return liveOrNull;
    }

    private void startTask() {
        synchronized (this) {
            if (isTaskQueued || isStopped || !isWorkLeft()) {
                return;
            }
            isTaskQueued = true;
        }
        try {
            executor.execute(this::runTask);
        } catch (final RejectedExecutionException e) {
            LOG.debug("no checkpoint of {} while it stops: {}", directory, e.getMessage());
        }
    }

    private boolean isWorkLeft() {
        for (final DataFile file : files) {
            if (file.phase() == Phase.FULL || (file.phase() == Phase.UNUSABLE && mayAskForSpace())) {
                return true;
            }
        }
        return false;
    }

    /** Makes ready whatever is not. */
    private void runTask() {
        synchronized (checkpoint) {
            synchronized (this) {
                isTaskQueued = false;
                if (isStopped) {
                    return;
                }
            }
            try {
                makeFiles();
                for (final DataFile file : filesIn(Phase.FULL)) {
                    checkpoint(file);
                    becomeReady(file);
                }
            } catch (final IOException e) {
                onFailure.accept(e);
            } catch (final RuntimeException | Error e) {
                LOG.error("a checkpoint of {} met a fault", directory, e);
                onFailure.accept(new IOException("a checkpoint met a fault: " + e, e));
                throw e;
            }
        }
    }

    private void makeFiles() throws IOException {
        final List<DataFile> missing = filesIn(Phase.UNUSABLE);
        if (missing.isEmpty()) {
            return;
        }
        for (final DataFile file : missing) {
            if (!reserve(file, config.fileBytesMin())) {
                return;
            }
        }
        disk.forceDirectory(directory);
        // From here on a run that finds no file knows that it was lost.
        journal.witness(SECRET, secret);
        journal.witness(WITNESS, run - 1);
        journal.force();
        isKnown = true;
        for (final DataFile file : missing) {
            file.tryWriteThrough();
            becomeReady(file);
        }
    }

    /** After this the logs' files have durably all that the file has. */
    private void checkpoint(final DataFile file) throws IOException {
        final long last = file.lastSequence();
        for (final Journaled log : file.logs()) {
            if (!log.isInFiles(last)) {
                log.force();
            }
        }
        for (final Journaled log : file.logs()) {
            log.noteRecoveryPoint(journal);
        }
        file.logs().clear();
        journal.witness(WITNESS, last);
        journal.force();
        checkpoints = checkpoints + 1;
        if (file.sizeBytes() < config.fileBytesMax() && file.usedMs() < SHORT_MS && mayAskForSpace()) {
            // Without the space it goes on as it is.
            reserve(file, Math.min(2 * file.sizeBytes(), config.fileBytesMax()));
        }
    }

    /**
     * Makes the file's space real, and durable, a little at a time: who forces anything meanwhile waits for what the device
     * was given before.
     *
     * @return false when there is no space.
     */
    private boolean reserve(final DataFile file, final long size) throws IOException {
        final long before = file.sizeBytes();
        long reached = before;
        do {
            reached = Math.min(reached + RESERVE_STEP_BYTES, size);
            try {
                file.allocate(disk, reached);
            } catch (final IOException e) {
                LOG.warn("{} can't have {} bytes: {}", file, size, e.getMessage());
                giveBack(file, before);
                synchronized (this) {
                    retryAtMs = clock.monotonicMs() + RETRY_MS;
                }
                return false;
            }
            file.force();
        } while (reached < size);
        return true;
    }

    /** What half of it would take is of no use; that it can't be given back hurts nobody: the file is just longer. */
    private static void giveBack(final DataFile file, final long before) {
        try {
            file.cutTo(before);
        } catch (final IOException e) {
            LOG.warn("{} can't be cut to {} bytes again: {}", file, before, e.getMessage());
        }
    }

    private synchronized boolean mayAskForSpace() {
        return clock.monotonicMs() >= retryAtMs;
    }

    private synchronized List<DataFile> filesIn(final Phase phase) {
        final List<DataFile> in = new ArrayList<>(files.length);
        for (final DataFile file : files) {
            if (file.phase() == phase) {
                in.add(file);
            }
        }
        // The oldest first: what is noted of one says that all before it are in the logs' files, too.
        in.sort(Comparator.comparingLong(DataFile::lastSequence));
        return in;
    }

    private synchronized void becomeReady(final DataFile file) {
        file.phase(Phase.READY);
    }
}
