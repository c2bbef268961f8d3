package io.highwater.broker.simulation;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Blocking threads whose disk hangs: while it does, what they are given waits. */
final class HeldExecutor implements Executor {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final Executor executor;
    private boolean isHeld;

    HeldExecutor(final Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(final Runnable task) {
        if (isHeld) {
            waiting.add(task);
        } else {
            executor.execute(task);
        }
    }

    void hold() {
        isHeld = true;
    }

    void release() {
        isHeld = false;
        while (!waiting.isEmpty()) {
            executor.execute(waiting.remove());
        }
    }
}
