package io.highwater.log.flush;

import io.highwater.log.journal.Journal;
import io.highwater.port.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces the logs of one directory in groups. While the device works on one group the next one gathers; a log that asked
 * many times is forced once. A force that fails ends the directory: it is not tried again, every log is told. So does a
 * fault of ours in the middle of a group: a log that waits for a force gets an answer, if only that one.
 *
 * <p>Requests are safe for any thread: they only add to a concurrent queue. A group runs under the flusher's lock, on the
 * executor, with helpers for its forces.
 */
public final class Flusher {
    /** Beside the thread of the group: more do not make a device faster that is busy with four files. */
    public static final int HELPERS_MAX = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    /** The logs that wait for the next group; bounded by the number of logs, each is in it at most once. */
    private final ConcurrentLinkedQueue<Ticket> waiting = new ConcurrentLinkedQueue<>();
    /** True from handing a group to the executor until it has ended. */
    private final AtomicBoolean underWay = new AtomicBoolean();

    private final ConcurrentLinkedQueue<Ticket> tickets = new ConcurrentLinkedQueue<>();
    /** Forced since the journal last heard of them. Guarded by this. */
    private final List<Ticket> unnoted = new ArrayList<>();

    private final List<Ticket> group = new ArrayList<>();
    /** Those of {@link #group}. */
    private final List<Forceable> logs = new ArrayList<>();
    /** True while {@link #unnoted} has something; written under the lock. */
    private volatile boolean hasUnnoted;

    /** Monotonic time of the last note in the journal. Guarded by this. */
    private long notedMs;

    private volatile boolean closed;
    /** What ended the directory, null while it is well. */
    private volatile IOException failure;

    /** Logs forced since the start. Written under the lock. */
    private volatile long forces;

    private final GroupForce force;
    private final Executor executor;
    private final Clock clock;
    private final Journal journal;
    private final long recoveryPointIntervalMs;

    /**
     * A flusher that has nothing to do yet.
     *
     * @param executor runs the groups, one after the other, and up to {@link #HELPERS_MAX} helpers beside each
     */
    public Flusher(
            final Executor executor, final Clock clock, final Journal journal, final long recoveryPointIntervalMs) {
        this.force = new GroupForce(executor, HELPERS_MAX);
        this.executor = executor;
        this.clock = clock;
        this.journal = journal;
        this.recoveryPointIntervalMs = recoveryPointIntervalMs;
        this.notedMs = clock.monotonicMs() - recoveryPointIntervalMs;
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

    /** Waits for the group under way; no other one begins. */
    public synchronized void close() {
        closed = true;
        waiting.clear();
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
            return null;
        } catch (final IOException e) {
            return endWith(e) ? e : null;
        }
    }

    private void startGroup() {
        if (failure == null && !closed && underWay.compareAndSet(false, true)) {
            boolean isTaken = false;
            try {
                executor.execute(this::runGroup);
                isTaken = true;
            } finally {
                if (!isTaken) {
                    underWay.set(false);
                }
            }
        }
    }

    private void runGroup() {
        try {
            final IOException cause = forceGroup();
            if (cause != null) {
                tellAll(cause);
                if (cause.getCause() instanceof Error error) {
                    throw error;
                }
            }
        } finally {
            underWay.set(false);
        }
        // Whoever queued while the flag was up did not start a group: look again after lowering it.
        if (!waiting.isEmpty()) {
            startGroup();
        }
    }

    /**
     * What this group ended the directory with, null when nothing did. It is known before the lock is given back: a stop
     * that waits for the lock must not take the directory for well.
     */
    private synchronized IOException forceGroup() {
        if (closed || failure != null) {
            return null;
        }
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
        for (Ticket ticket = waiting.poll(); ticket != null; ticket = waiting.poll()) {
            // Lowered before the force: an append after this line asks again.
            ticket.queued.set(false);
            if (!ticket.withdrawn) {
                group.add(ticket);
                logs.add(ticket.log);
            }
        }
        force.run(logs);
        forces += group.size();
        for (final Ticket ticket : group) {
            if (!ticket.isUnnoted) {
                ticket.isUnnoted = true;
                unnoted.add(ticket);
            }
        }
        hasUnnoted = !unnoted.isEmpty();
        final long nowMs = clock.monotonicMs();
        if (nowMs - notedMs >= recoveryPointIntervalMs) {
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
