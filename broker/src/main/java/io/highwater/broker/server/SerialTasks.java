package io.highwater.broker.server;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Runs tasks on an executor of many threads one at a time, in the order they were given. Safe for any thread. */
final class SerialTasks implements Executor {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean isRunning;

    private final Executor executor;

    SerialTasks(final Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(final Runnable task) {
        synchronized (this) {
            waiting.add(task);
            if (isRunning) {
                return;
            }
            isRunning = true;
        }
        executor.execute(this::runNext);
    }

    private void runNext() {
        final Runnable task;
        synchronized (this) {
            task = waiting.remove();
        }
        try {
            task.run();
        } finally {
            final boolean goesOn;
            synchronized (this) {
                goesOn = !waiting.isEmpty();
                isRunning = goesOn;
            }
            if (goesOn) {
                executor.execute(this::runNext);
            }
        }
    }
}
