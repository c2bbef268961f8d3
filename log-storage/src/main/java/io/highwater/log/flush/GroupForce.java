package io.highwater.log.flush;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Forces the logs of one group, several at a time: a device works on many files at once, and who forces them one after the
 * other waits for the sum of their times instead of the longest. A log is told as soon as its own force has ended. After one
 * has failed no other one is begun.
 *
 * <p>One thread runs groups, one after the other; helpers come from the executor, which may run them in place. A helper that
 * comes late finds nothing to do, or helps with the next group.
 */
final class GroupForce {
    private final Runnable helper = this::work;

    /** What is forced now. This and the fields below are guarded by this. */
    private List<? extends Forceable> logs = List.of();

    private int next;
    private int underWay;
    private Throwable failure;

    private final Executor helpers;
    private final int helpersMax;

    GroupForce(final Executor helpers, final int helpersMax) {
        this.helpers = helpers;
        this.helpersMax = helpersMax;
    }

    /**
     * Returns when all are forced, or when one has failed and no force is under way.
     *
     * @throws IOException the first that failed; whatever else a force throws comes out as it is.
     */
    void run(final List<? extends Forceable> group) throws IOException {
        synchronized (this) {
            logs = group;
            next = 0;
            failure = null;
        }
        for (int i = Math.min(group.size() - 1, helpersMax); i > 0; i--) {
            helpers.execute(helper);
        }
        work();
        final Throwable cause = end();
        if (cause instanceof IOException e) {
            throw e;
        } else if (cause instanceof RuntimeException e) {
            throw e;
        } else if (cause instanceof Error e) {
            throw e;
        }
    }

    private void work() {
        for (Forceable log = claim(); log != null; log = claim()) {
            Throwable cause = null;
            try {
                log.force();
                log.onForced();
            } catch (final IOException | RuntimeException | Error e) {
                cause = e;
            } finally {
                done(cause);
            }
        }
    }

    private synchronized Forceable claim() {
        if (failure != null || next == logs.size()) {
            return null;
        }
        underWay++;
        return logs.get(next++);
    }

    private synchronized void done(final Throwable causeOrNull) {
        if (failure == null) {
            failure = causeOrNull;
        }
        underWay--;
        if (underWay == 0) {
            notifyAll();
        }
    }

    /** Waits for the forces of helpers; no interrupt ends that, as the logs' state hangs on them. */
    private synchronized Throwable end() {
        boolean interrupted = false;
        while (underWay > 0) {
            try {
                wait();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        logs = List.of();
        next = 0;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }
}
