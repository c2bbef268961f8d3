package io.highwater.port;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * A fixed number of workers over one queue. A worker takes the oldest task, and the task's effects happen in one instant a
 * seeded delay later: one worker keeps the order of hand-over, several don't.
 */
final class SimulatedPool implements Executor {
    private final SimulatedScheduler scheduler;
    private final SimulatedProcess process;
    private final String name;
    private final int workers;
    private final int delayNsMax;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int busy;

    SimulatedPool(
            final SimulatedScheduler scheduler,
            final SimulatedProcess process,
            final String name,
            final int workers,
            final int delayNsMax) {
        this.scheduler = scheduler;
        this.process = process;
        this.name = process.name() + '/' + name;
        this.workers = workers;
        this.delayNsMax = delayNsMax;
    }

    @Override
    public void execute(final Runnable task) {
        if (task == null) {
            throw new NullPointerException("task");
        }
        if (busy < workers) {
            start(task);
        } else {
            waiting.add(task);
        }
    }

    String name() {
        return name;
    }

    SimulatedProcess process() {
        return process;
    }

    private void start(final Runnable task) {
        busy++;
        scheduler.schedule(process, this, scheduler.delayNs(delayNsMax), name, () -> {
            try {
                task.run();
            } finally {
                busy--;
                final Runnable next = waiting.poll();
                if (next != null) {
                    start(next);
                }
            }
        });
    }
}
