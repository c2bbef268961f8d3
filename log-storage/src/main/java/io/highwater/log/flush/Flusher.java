package io.highwater.log.flush;

import io.highwater.log.datajournal.DataGroup;
import io.highwater.log.datajournal.DataJournal;
import io.highwater.log.journal.Journal;
import io.highwater.port.Clock;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the logs of one directory durable in groups: what the data journal takes by one force for all, the others each by
 * a force of its files. A log that asked many times is forced once. A force that fails ends the directory: it is not tried
 * again, every log is told. So does a fault of ours in the middle of a group: a log that waits for a force gets an answer, if
 * only that one.
 *
 * <p>Of the groups for the data journal two may be under way, and one more gathers. The files of a few logs are forced beside
 * each other ({@link ForceCrew}), those of one log by one force at a time: what is appended meanwhile is one more force,
 * however many ask for it.
 *
 * <p>Requests are safe for any thread: they only add to a concurrent queue. Forces run on the executor; what is noted in the
 * journal, under the flusher's lock.
 */
public final class Flusher {
    /**
     * With which nobody waits for a thread: the groups for the data journal, the forces of files, a checkpoint of the data
     * journal, and one that waits for that.
     */
    public static final int THREADS = DataGroup.COUNT + ForceCrew.THREADS_MAX + 2;

    /** After so many a thread lets others of the executor go first. */
    private static final int FORCES_IN_A_ROW = 64;

    /** After so many forces a write-back comes although somebody waits for another: else its turn might never come. */
    private static final int FORCES_OF_ONE_WRITE_BACK = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    /** The logs that wait for the next group; bounded by the number of logs, each is in it at most once. */
    private final ConcurrentLinkedQueue<Ticket> waiting = new ConcurrentLinkedQueue<>();
    /** Those that no group has. */
    private final ConcurrentLinkedQueue<Lane> free = new ConcurrentLinkedQueue<>();

    private final Lane[] lanes = new Lane[DataGroup.COUNT];
    private final FileForces fileForces = new FileForces();
    /** True from handing a group to the executor until it gathers. */
    private final AtomicBoolean isStarting = new AtomicBoolean();

    private final ConcurrentLinkedQueue<Ticket> tickets = new ConcurrentLinkedQueue<>();
    /** Forced since the journal last heard of them. Guarded by this. */
    private final List<Ticket> unnoted = new ArrayList<>();

    /** Groups that run. Guarded by this. */
    private int running;

    /** True while {@link #unnoted} has something; written under the lock. */
    private volatile boolean hasUnnoted;

    /** Monotonic time of the last note in the journal. Guarded by this. */
    private long notedMs;

    private volatile boolean closed;
    /** What ended the directory, null while it is well. */
    private volatile IOException failure;

    /** Logs forced since the start. Written under the lock. */
    private volatile long forces;

    private final Executor executor;
    private final Clock clock;
    private final Journal journal;
    private final DataJournal dataJournal;
    private final long recoveryPointIntervalMs;

    /**
     * A flusher that has nothing to do yet.
     *
     * @param executor runs the groups, best on {@link #THREADS} threads
     */
    public Flusher(
            final Executor executor,
            final Clock clock,
            final Journal journal,
            final DataJournal dataJournal,
            final long recoveryPointIntervalMs) {
        this.executor = executor;
        this.clock = clock;
        this.journal = journal;
        this.dataJournal = dataJournal;
        this.recoveryPointIntervalMs = recoveryPointIntervalMs;
        this.notedMs = clock.monotonicMs() - recoveryPointIntervalMs;
        Arrays.setAll(lanes, Lane::new);
        free.addAll(List.of(lanes));
    }

    /** A log's place in the queue. Safe for any thread. */
    public final class Ticket {
        private final Forceable log;
        private final AtomicBoolean queued = new AtomicBoolean();
        private final AtomicReference<FilesState> files = new AtomicReference<>(FilesState.IDLE);
        private final AtomicBoolean isWriteBackQueued = new AtomicBoolean();
        private final AtomicBoolean toldFailed = new AtomicBoolean();
        private boolean isUnnoted;
        private volatile boolean withdrawn;

        private Ticket(final Forceable log) {
            this.log = log;
        }

        /** Asks that everything the log has now be forced; asking again before that begins costs nothing. */
        public void request() {
            if (dataJournal.takesNothing()) {
                requestOwn();
                return;
            }
            // What was appended before is there for whoever lowers the flag that is read now.
            VarHandle.fullFence();
            if (!queued.get() && queued.compareAndSet(false, true)) {
                waiting.add(this);
                startGroup();
            }
        }

        /** The same when it is known that the log's files will have to be forced: without the way by the data journal. */
        public void requestOwn() {
            VarHandle.fullFence();
            if (!files.get().isAsked()) {
                if (files.getAndUpdate(FilesState::onAsked) == FilesState.IDLE) {
                    fileForces.add(this);
                }
            } else if (files.get() == FilesState.ASKED) {
                // It waits since before, perhaps behind forces that have turned out to be slow.
                fileForces.startWorker();
            }
        }

        /** Asks for a force of the log's files that nobody waits for. */
        private void requestWriteBack() {
            if (files.get() == FilesState.IDLE && isWriteBackQueued.compareAndSet(false, true)) {
                fileForces.addWriteBack(this);
            }
        }

        /** The log is closed: it is not forced any more. */
        public void withdraw() {
            withdrawn = true;
            tickets.remove(this);
        }

        private void tellFailed(final IOException cause) {
            if (toldFailed.compareAndSet(false, true)) {
                log.onDirectoryFailed(cause);
            }
        }
    }

    /** Takes a log in. When the directory has failed the log is told so, like those that were there at the time. */
    public Ticket register(final Forceable log) {
        final Ticket ticket = new Ticket(log);
        tickets.add(ticket);
        // After the line above: a failure from here on finds the ticket, an earlier one is seen here.
        final IOException cause = failure;
        if (cause != null) {
            ticket.tellFailed(cause);
        }
        return ticket;
    }

    /** What ended the directory, null while it is well. Safe for any thread. */
    public IOException failure() {
        return failure;
    }

    /** Forces of logs since the start. Safe for any thread. */
    public long forces() {
        return forces;
    }

    /** Ends the directory: after a failed force nobody knows what the device holds. Safe for any thread. */
    public void fail(final IOException cause) {
        if (endWith(cause)) {
            tellAll(cause);
        }
    }

    /** False when the directory has ended already. */
    private synchronized boolean endWith(final IOException cause) {
        if (failure != null) {
            return false;
        }
        failure = cause;
        waiting.clear();
        fileForces.clear();
        unnoted.clear();
        return true;
    }

    private void tellAll(final IOException cause) {
        LOG.error("the directory is offline until it is opened anew: {}", cause.toString());
        for (final Ticket ticket : tickets) {
            try {
                ticket.tellFailed(cause);
            } catch (final RuntimeException e) {
                LOG.error("a log could not be told that its directory is offline", e);
            }
        }
    }

    /** Waits for the forces under way; no other one begins, and what waits for one is not told any more. */
    public synchronized void close() {
        closed = true;
        waiting.clear();
        fileForces.clear();
        boolean interrupted = false;
        while (running > 0) {
            try {
                wait();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** True when logs were forced since the journal last heard of them. Safe for any thread. */
    public boolean hasUnnoted() {
        return hasUnnoted;
    }

    /**
     * Tells the journal how far the logs are, and forces it, without waiting for the next group: there may be none for
     * long. Blocks; does nothing once the directory is closed or has ended.
     *
     * @return what ended the directory in this call, null when nothing did
     */
    public IOException noteNow() {
        final IOException cause = noteOrFail();
        if (cause != null) {
            tellAll(cause);
        }
        return cause;
    }

    private synchronized IOException noteOrFail() {
        if (closed || failure != null) {
            return null;
        }
        try {
            noteRecoveryPoints();
            notedMs = clock.monotonicMs();
            dataJournal.checkpointIfDue();
            return null;
        } catch (final IOException e) {
            return endWith(e) ? e : null;
        }
    }

    private void startGroup() {
        while (failure == null && !closed && isStarting.compareAndSet(false, true)) {
            final Lane lane = free.poll();
            if (lane != null) {
                start(lane);
                return;
            }
            isStarting.set(false);
            // Whoever gave one back meanwhile has seen the flag up, and left it to this thread.
            if (free.isEmpty() || waiting.isEmpty()) {
                return;
            }
        }
    }

    private void start(final Lane lane) {
        boolean isTaken = false;
        try {
            executor.execute(lane);
            isTaken = true;
        } finally {
            if (!isTaken) {
                free.add(lane);
                isStarting.set(false);
            }
        }
    }

    /** What runs on the executor, and how it ends. */
    private abstract class Work implements Runnable {
        @Override
        public final void run() {
            if (!beginGroup()) {
                return;
            }
            final IOException cause;
            try {
                begin();
                cause = forceOrFail();
            } finally {
                endGroup();
            }
            if (cause != null) {
                tellAll(cause);
                if (cause.getCause() instanceof Error error) {
                    throw error;
                }
            }
            end();
        }

        /**
         * What this group ended the directory with, null when nothing did. It is known before the group has ended: a stop
         * that waits for that must not take the directory for well.
         */
        private IOException forceOrFail() {
            IOException cause;
            try {
                force();
                return null;
            } catch (final IOException e) {
                cause = e;
            } catch (final RuntimeException | Error e) {
                LOG.error("a group of forces met a fault", e);
                cause = new IOException("the flusher met a fault: " + e, e);
            }
            // Not the first when a fault in the group has told of itself.
            return endWith(cause) ? cause : null;
        }

        abstract void begin();

        abstract void force() throws IOException;

        /** The run is over, and the directory is well. */
        abstract void end();
    }

    /**
     * One of the groups for the data journal that may be under way. Confined to the thread that runs it, and the next one
     * after it is free.
     */
    private final class Lane extends Work {
        private final DataGroup data;
        private final List<Ticket> group = new ArrayList<>();
        /** Those of {@link #group}. */
        private final List<Forceable> logs = new ArrayList<>();
        /** Those of them that the data journal did not take, in that order. */
        private final List<Forceable> rest = new ArrayList<>();
        /** Groups that the data journal has done with. */
        private final List<DataGroup> told = new ArrayList<>(DataGroup.COUNT);
        /** Until it is free: this thread, and the data journal. */
        private final AtomicInteger users = new AtomicInteger();

        Lane(final int index) {
            this.data = new DataGroup(index);
        }

        @Override
        void begin() {
            users.set(2);
        }

        @Override
        void force() throws IOException {
            group.clear();
            logs.clear();
            rest.clear();
            told.clear();
            // First: who asks after this line starts the next group, who asked before is in this one.
            isStarting.set(false);
            for (Ticket ticket = waiting.poll(); ticket != null; ticket = waiting.poll()) {
                if (!ticket.withdrawn) {
                    group.add(ticket);
                    logs.add(ticket.log);
                }
            }
            // All at once, so that no log is in the group twice; before the force, so that an append after this asks
            // again.
            for (int i = 0; i < group.size(); i++) {
                group.get(i).queued.set(false);
            }
            VarHandle.fullFence();
            dataJournal.write(data, logs, rest);
            passOn();
            dataJournal.force(data, told);
            for (int i = 0; i < told.size(); i++) {
                release(lanes[told.get(i).index()]);
            }
            writeBack();
            count(group.size() - rest.size());
        }

        /** Little by little, so that a checkpoint of the data journal has not much left that others' forces wait for. */
        private void writeBack() {
            for (int i = 0; i < group.size(); i++) {
                if (logs.get(i).isFarBehindInFiles()) {
                    group.get(i).requestWriteBack();
                }
            }
        }

        /** What the data journal did not take; the order is the same. */
        private void passOn() {
            int next = 0;
            for (int i = 0; next < rest.size(); i++) {
                if (rest.get(next) == logs.get(i)) {
                    next++;
                    group.get(i).requestOwn();
                }
            }
        }

        @Override
        void end() {
            release(this);
        }
    }

    /**
     * The logs whose own files are to be forced, in turn. Write-backs, which nobody waits for, come after all others and one
     * at a time. Safe for any thread: it is run by several at once.
     */
    private final class FileForces extends Work {
        private final ConcurrentLinkedQueue<Ticket> asked = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Ticket> writeBacks = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean isWritingBack = new AtomicBoolean();
        private final AtomicInteger forcesSinceWriteBack = new AtomicInteger();
        /** Of {@link #asked}. */
        private final AtomicInteger waitingLogs = new AtomicInteger();
        /** The threads that run this, or soon will. */
        private final ForceCrew crew = new ForceCrew();

        void add(final Ticket ticket) {
            // First, so that whoever takes it out finds it counted.
            waitingLogs.incrementAndGet();
            asked.add(ticket);
            startWorker();
        }

        void addWriteBack(final Ticket ticket) {
            writeBacks.add(ticket);
            startWorker();
        }

        void clear() {
            asked.clear();
            writeBacks.clear();
        }

        private void startWorker() {
            if (failure != null || closed || !crew.join(waitingLogs.get(), clock.monotonicNs())) {
                return;
            }
            boolean isTaken = false;
            try {
                executor.execute(this);
                isTaken = true;
            } finally {
                if (!isTaken) {
                    crew.leave();
                }
            }
        }

        @Override
        void begin() {}

        /** As long as there is something to force: who asks meanwhile wakes no thread. */
        @Override
        void force() throws IOException {
            final int place = crew.enter(clock.monotonicNs());
            try {
                force(place);
            } finally {
                crew.exit(place);
            }
        }

        private void force(final int place) throws IOException {
            for (int i = 0; i < FORCES_IN_A_ROW && failure == null && !closed; i++) {
                final long nowNs = clock.monotonicNs();
                crew.onForce(place, nowNs);
                if (i > 0 && crew.isTooLarge(waitingLogs.get(), nowNs)) {
                    return;
                }
                if (isTurnOfWriteBack() && writeBackNext()) {
                    continue;
                }
                final Ticket ticket = asked.poll();
                if (ticket != null) {
                    forceAsked(ticket);
                } else if (!writeBackNext()) {
                    return;
                }
            }
        }

        private void forceAsked(final Ticket ticket) throws IOException {
            waitingLogs.decrementAndGet();
            if (!writeBacks.isEmpty()) {
                forcesSinceWriteBack.incrementAndGet();
            }
            if (!ticket.withdrawn) {
                // Before the force, so that an append after this asks for another one.
                ticket.files.set(FilesState.UNDER_WAY);
                forceFiles(ticket);
                note(ticket);
                ended(ticket);
            }
        }

        private boolean isTurnOfWriteBack() {
            return forcesSinceWriteBack.get() >= FORCES_OF_ONE_WRITE_BACK;
        }

        /** False when there is none, or another thread is at it. */
        private boolean writeBackNext() throws IOException {
            if (writeBacks.isEmpty() || !isWritingBack.compareAndSet(false, true)) {
                return false;
            }
            try {
                final Ticket ticket = writeBacks.poll();
                if (ticket != null) {
                    ticket.isWriteBackQueued.set(false);
                    writeBack(ticket);
                }
                return true;
            } finally {
                forcesSinceWriteBack.set(0);
                isWritingBack.set(false);
            }
        }

        /** The journal is not told: the next checkpoint will. A log that is being forced, or soon will be, needs none. */
        private void writeBack(final Ticket ticket) throws IOException {
            if (!ticket.withdrawn
                    && ticket.log.isFarBehindInFiles()
                    && ticket.files.compareAndSet(FilesState.IDLE, FilesState.UNDER_WAY)) {
                forceFiles(ticket);
                count(1);
                ended(ticket);
            }
        }

        private void forceFiles(final Ticket ticket) throws IOException {
            VarHandle.fullFence();
            ticket.log.force();
            ticket.log.onForced();
        }

        private void ended(final Ticket ticket) {
            if (ticket.files.getAndUpdate(FilesState::onForced) == FilesState.UNDER_WAY_ASKED) {
                waitingLogs.incrementAndGet();
                asked.add(ticket);
            }
        }

        @Override
        void end() {
            crew.leave();
            // Whoever asked while this one was counted did not start another: look again.
            if (!asked.isEmpty() || (!writeBacks.isEmpty() && !isWritingBack.get())) {
                startWorker();
            }
        }
    }

    private void release(final Lane lane) {
        if (lane.users.decrementAndGet() == 0) {
            free.add(lane);
            // Whoever queued while no lane was free did not start a group: look again.
            if (!waiting.isEmpty()) {
                startGroup();
            }
        }
    }

    /** False when there is nothing to be forced any more. */
    private synchronized boolean beginGroup() {
        if (closed || failure != null) {
            return false;
        }
        running++;
        return true;
    }

    private synchronized void endGroup() {
        running--;
        notifyAll();
    }

    /** So many logs are durable by the data journal, whose checkpoints note them. */
    private synchronized void count(final int logs) throws IOException {
        forces += logs;
        noteIfDue();
    }

    /** This log's files were forced. */
    private synchronized void note(final Ticket ticket) throws IOException {
        forces++;
        if (!ticket.isUnnoted) {
            ticket.isUnnoted = true;
            unnoted.add(ticket);
        }
        hasUnnoted = true;
        noteIfDue();
    }

    private void noteIfDue() throws IOException {
        final long nowMs = clock.monotonicMs();
        if (failure == null && hasUnnoted && nowMs - notedMs >= recoveryPointIntervalMs) {
            noteRecoveryPoints();
            notedMs = nowMs;
        }
    }

    private void noteRecoveryPoints() throws IOException {
        for (final Ticket ticket : unnoted) {
            ticket.isUnnoted = false;
            if (!ticket.withdrawn) {
                ticket.log.noteRecoveryPoint(journal);
            }
        }
        unnoted.clear();
        hasUnnoted = false;
        journal.force();
    }
}
