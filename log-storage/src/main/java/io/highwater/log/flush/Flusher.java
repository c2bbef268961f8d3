package io.highwater.log.flush;

import io.highwater.log.datajournal.DataGroup;
import io.highwater.log.datajournal.DataJournal;
import io.highwater.log.journal.Journal;
import io.highwater.port.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the logs of one directory durable in groups: what the data journal takes by one force for all, the others each by
 * a force of its files. While the device works on one group the next one gathers and may begin, one more gathers; a log that
 * asked many times is forced once. A force that fails ends the directory: it is not tried again, every log is told. So does a
 * fault of ours in the middle of a group: a log that waits for a force gets an answer, if only that one.
 *
 * <p>Requests are safe for any thread: they only add to a concurrent queue. A group runs on the executor, with helpers for its
 * forces; what is noted in the journal, under the flusher's lock.
 */
public final class Flusher {
    /** Beside the thread of a group: more do not make a device faster that is busy with four files. */
    public static final int HELPERS_MAX = 3;

    /** With which nobody waits for a thread: the groups with their helpers, and a checkpoint of the data journal. */
    public static final int THREADS = DataGroup.COUNT * (1 + HELPERS_MAX) + 1;

    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    /** The logs that wait for the next group; bounded by the number of logs, each is in it at most once. */
    private final ConcurrentLinkedQueue<Ticket> waiting = new ConcurrentLinkedQueue<>();
    /** Those that no group has. */
    private final ConcurrentLinkedQueue<Lane> free = new ConcurrentLinkedQueue<>();

    private final Lane[] lanes = new Lane[DataGroup.COUNT];
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
     * @param executor runs the groups, {@link DataGroup#COUNT} at most, and up to {@link #HELPERS_MAX} helpers beside each
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
        private final AtomicBoolean toldFailed = new AtomicBoolean();
        private boolean isUnnoted;
        private volatile boolean withdrawn;

        private Ticket(final Forceable log) {
            this.log = log;
        }

        /** Asks that everything the log has now be forced; asking again before that begins costs nothing. */
        public void request() {
            if (!queued.get() && queued.compareAndSet(false, true)) {
                waiting.add(this);
                startGroup();
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

    /** Waits for the groups under way; no other one begins. */
    public synchronized void close() {
        closed = true;
        waiting.clear();
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

    /** One of the groups that may be under way. Confined to the thread that runs it, and the next one after it is free. */
    private final class Lane implements Runnable {
        private final DataGroup data;
        private final GroupForce force = new GroupForce(executor, HELPERS_MAX);
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
        public void run() {
            if (!beginGroup()) {
                return;
            }
            users.set(2);
            final IOException cause;
            try {
                cause = forceGroup();
            } finally {
                endGroup();
            }
            if (cause != null) {
                tellAll(cause);
                if (cause.getCause() instanceof Error error) {
                    throw error;
                }
            }
            release(this);
        }

        /**
         * What this group ended the directory with, null when nothing did. It is known before the group has ended: a stop
         * that waits for that must not take the directory for well.
         */
        private IOException forceGroup() {
            IOException cause;
            try {
                forceWaiting();
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

        private void forceWaiting() throws IOException {
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
            dataJournal.write(data, logs, rest);
            dataJournal.force(data, told);
            for (int i = 0; i < told.size(); i++) {
                release(lanes[told.get(i).index()]);
            }
            force.run(rest);
            note(this);
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

    private synchronized void note(final Lane lane) throws IOException {
        forces += lane.group.size();
        noteLater(lane);
        hasUnnoted = !unnoted.isEmpty();
        final long nowMs = clock.monotonicMs();
        if (hasUnnoted && nowMs - notedMs >= recoveryPointIntervalMs) {
            noteRecoveryPoints();
            notedMs = nowMs;
        }
    }

    /** Whose files were forced; those that went into the data journal are noted by its checkpoints. */
    private void noteLater(final Lane lane) {
        int next = 0;
        for (final Ticket ticket : lane.group) {
            if (next < lane.rest.size() && lane.rest.get(next) == ticket.log) {
                next++;
                if (!ticket.isUnnoted) {
                    ticket.isUnnoted = true;
                    unnoted.add(ticket);
                }
            }
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
