package io.highwater.broker.server;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs steps one after the other, in the order they were given: each begins on the executor, may go on elsewhere, and is
 * over when it says so, so that no thread waits for it. A step that throws is over, and the next one begins: its fault is
 * logged.
 *
 * <p>Safe for any thread.
 */
final class SerialSteps {
    private static final Logger LOG = LoggerFactory.getLogger(SerialSteps.class);

    private final ArrayDeque<Step> waiting = new ArrayDeque<>();
    private boolean isRunning;

    private final Executor executor;

    SerialSteps(final Executor executor) {
        this.executor = executor;
    }

    /** One step. */
    @FunctionalInterface
    interface Step {
        /** Calls {@code done}, on any thread, when the next step may begin; further calls do nothing. */
        void run(Runnable done);
    }

    void add(final Step step) {
        synchronized (this) {
            waiting.add(step);
            if (isRunning) {
                return;
            }
            isRunning = true;
        }
        executor.execute(this::runNext);
    }

    private void runNext() {
        final Step step;
        synchronized (this) {
            step = waiting.remove();
        }
        final AtomicBoolean isOver = new AtomicBoolean();
        final Runnable done = () -> {
            if (isOver.compareAndSet(false, true)) {
                goOn();
            }
        };
        boolean hasReturned = false;
        try {
            step.run(done);
            hasReturned = true;
        } catch (final RuntimeException e) {
            LOG.error("a step met a fault, the next one goes on", e);
        } finally {
            if (!hasReturned) {
                done.run();
            }
        }
    }

    private void goOn() {
        synchronized (this) {
            isRunning = !waiting.isEmpty();
            if (!isRunning) {
                return;
            }
        }
        executor.execute(this::runNext);
    }
}
