package io.highwater.port;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * A group of shards and pools that live and die together. A killed process loses all its pending tasks and never runs
 * again (a restart is a new process); a paused one runs its overdue tasks, in their order, once resumed.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class SimulatedProcess {
    private final String name;
    private final SimulatedScheduler scheduler;
    private final Clock clock = new SkewedClock();
    private final ArrayDeque<SimulatedEvent> overdue = new ArrayDeque<>();
    private boolean alive = true;
    private boolean paused;
    private long wallSkewMs;

    SimulatedProcess(final String name, final SimulatedScheduler scheduler) {
        this.name = name;
        this.scheduler = scheduler;
    }

    /** For traces and failures. */
    public String name() {
        return name;
    }

    /** Time as this process sees it. */
    public Clock clock() {
        return clock;
    }

    /** A single-writer queue of this process. */
    public Shard newShard(final String shardName) {
        return new SimulatedShard(scheduler, scheduler.shardQueue(this, shardName));
    }

    /** Several blocking threads of this process: tasks start in order and end, each in one instant, in any order. */
    public Executor newPool(final String poolName) {
        return scheduler.pool(this, poolName);
    }

    /** One blocking thread of this process: tasks run in order. */
    public Executor newThread(final String threadName) {
        return scheduler.thread(this, threadName);
    }

    /** One event of this process after the delay; lost when the process is killed before. */
    public Shard.Timer after(final long delayNs, final String what, final Runnable task) {
        return scheduler.schedule(this, null, delayNs, what, task);
    }

    /** False once killed. */
    public boolean isAlive() {
        return alive;
    }

    /** True between pause and resume. */
    public boolean isPaused() {
        return paused;
    }

    /**
     * The process stops existing. A task that is running now goes on to its end unless it passes a
     * {@link #requireAlive()}, which ends it.
     */
    public void kill() {
        if (alive) {
            alive = false;
            overdue.clear();
            scheduler.trace().event("kill " + name);
        }
    }

    /** For simulated disks and networks: a dead process performs nothing. */
    public void requireAlive() {
        if (!alive) {
            throw new ProcessKilled(name);
        }
    }

    /** Nothing of this process runs until {@link #resume()}. */
    public void pause() {
        paused = true;
        scheduler.trace().event("pause " + name);
    }

    /** What became due in the meantime runs now. */
    public void resume() {
        paused = false;
        scheduler.trace().event("resume " + name);
        int order = 0;
        while (!overdue.isEmpty()) {
            final SimulatedEvent event = overdue.poll();
            if (!event.cancelled) {
                scheduler.reschedule(event, order++);
            }
        }
    }

    /** The wall clock of this process jumps; its monotonic clock does not. */
    public void jumpWallClock(final long ms) {
        wallSkewMs += ms;
        scheduler.trace().event("clock jump " + name, ms);
    }

    /** True when the event is not to run now: its process is dead, or paused and keeps it for later. */
    boolean defers(final SimulatedEvent event) {
        if (alive && paused) {
            overdue.add(event);
        }
        return !alive || paused;
    }

    private final class SkewedClock implements Clock {
        @Override
        public long wallMs() {
            return scheduler.wallMs() + wallSkewMs;
        }

        @Override
        public long monotonicNs() {
            return scheduler.nowNs();
        }
    }
}
