package io.highwater.port;

import java.util.concurrent.TimeUnit;

/** The simulated twin of a shard: a queue with one worker, and timers that run as tasks of it. */
final class SimulatedShard implements Shard {
    private final SimulatedScheduler scheduler;
    private final SimulatedPool queue;
    private final String timerName;

    SimulatedShard(final SimulatedScheduler scheduler, final SimulatedPool queue) {
        this.scheduler = scheduler;
        this.queue = queue;
        this.timerName = queue.name() + " timer";
    }

    @Override
    public void execute(final Runnable task) {
        queue.execute(task);
    }

    @Override
    public Timer schedule(final Runnable task, final long delayMs) {
        return scheduler.schedule(queue.process(), queue, TimeUnit.MILLISECONDS.toNanos(delayMs), timerName, task);
    }

    @Override
    public boolean isCurrent() {
        return scheduler.isCurrent(queue);
    }

    @Override
    public String toString() {
        return queue.name();
    }
}
