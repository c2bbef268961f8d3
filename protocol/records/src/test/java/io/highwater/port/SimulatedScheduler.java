package io.highwater.port;

import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * The one queue of events that a simulated world runs on, in one thread, from one seed. Virtual time jumps from event to
 * event. Events of the same instant run in an order drawn from the seed, so that other seeds find other interleavings;
 * a {@link Shard} keeps its own order as its contract says.
 *
 * <p>Every event that runs is traced with its time and number, so two runs that differ anywhere in their schedule differ
 * in the hash. Confined to the thread that made it: a call from any other thread is a bug and throws.
 */
public final class SimulatedScheduler {
    private static final long NS_PER_MS = 1_000_000L;
    /** Far from zero, so that code which takes 0 for "never" is found out. */
    private static final long MONOTONIC_ORIGIN_NS = 3_600L * 1_000 * NS_PER_MS;
    /** 2026-01-01T00:00:00Z. */
    private static final long WALL_ORIGIN_MS = 1_767_225_600_000L;
    /** Between a task's hand-over and its start. */
    private static final int SHARD_DELAY_NS_MAX = 20_000;
    /** How long a blocking task takes. */
    private static final int POOL_DELAY_NS_MAX = 2_000_000;

    private static final int POOL_WORKERS = 4;

    private final Thread owner = Thread.currentThread();
    private final PriorityQueue<SimulatedEvent> events = new PriorityQueue<>();
    private final SeededRandom random;
    private final Trace trace;
    private final SimulatedProcess world;
    private long nowNs = MONOTONIC_ORIGIN_NS;
    private long nextSequence;
    private long executed;
    /** The serial pool whose task is running, null between tasks and in tasks of no shard. */
    private SimulatedPool current;

    /** A world at its first instant. */
    public SimulatedScheduler(final long seed, final Trace trace) {
        this.random = new SeededRandom(seed);
        this.trace = trace;
        this.world = new SimulatedProcess("world", this);
    }

    /** True time of the world; a process may see another ({@link SimulatedProcess#clock}). */
    public Clock clock() {
        return world.clock();
    }

    /** Where this world's events are told. */
    public Trace trace() {
        return trace;
    }

    /** A source of chance of the caller's own, drawn from the seed. */
    public RandomSource newRandom() {
        requireOwner();
        return random.fork();
    }

    /** A process that can be paused and killed with all that runs in it. */
    public SimulatedProcess newProcess(final String name) {
        return new SimulatedProcess(name, this);
    }

    /** A shard that belongs to no process. */
    public Shard newShard(final String name) {
        return world.newShard(name);
    }

    /** A pool of blocking threads that belongs to no process. */
    public Executor newPool(final String name) {
        return world.newPool(name);
    }

    /** One event of no process, after the delay. */
    public Shard.Timer after(final long delayNs, final String what, final Runnable task) {
        return schedule(world, null, delayNs, what, task);
    }

    /** Runs the earliest event; false when there is none. */
    public boolean runNext() {
        requireOwner();
        final SimulatedEvent event = events.poll();
        if (event == null) {
            return false;
        }
        nowNs = Math.max(nowNs, event.timeNs);
        if (event.cancelled || event.process.defers(event)) {
            return true;
        }
        executed++;
        trace.event(event.what, nowNs, event.sequence);
        final SimulatedPool before = current;
        current = event.pool;
        try {
            event.task.run();
        } catch (final ProcessKilled e) {
            if (event.process.isAlive()) {
                throw e;
            }
        } finally {
            current = before;
        }
        return true;
    }

    /** Runs all events of the next {@code ms} milliseconds and leaves the clock at their end. */
    public void runFor(final long ms) {
        runUntil(nowNs + ms * NS_PER_MS);
    }

    /** Runs all events up to this monotonic time, inclusive, and leaves the clock there. */
    public void runUntil(final long monotonicNs) {
        requireOwner();
        while (!events.isEmpty() && events.peek().timeNs <= monotonicNs) {
            runNext();
        }
        nowNs = Math.max(nowNs, monotonicNs);
    }

    /** Runs events until the condition holds (true) or nothing is left to run within {@code limitMs}, which then have passed (false). */
    public boolean runUntil(final BooleanSupplier condition, final long limitMs) {
        requireOwner();
        final long endNs = nowNs + limitMs * NS_PER_MS;
        while (!condition.getAsBoolean()) {
            if (events.isEmpty() || events.peek().timeNs > endNs) {
                nowNs = Math.max(nowNs, endNs);
                return false;
            }
            runNext();
        }
        return true;
    }

    /** Runs events until none is left; a world with a repeating timer never is, hence the bound. */
    public void runUntilIdle(final int eventsMax) {
        for (int i = 0; i < eventsMax; i++) {
            if (!runNext()) {
                return;
            }
        }
        throw new IllegalStateException("not idle after " + eventsMax + " events; next: " + events.peek());
    }

    /** How many events have run. */
    public long executed() {
        return executed;
    }

    /** How many events wait, cancelled ones included. */
    public int pending() {
        return events.size();
    }

    SimulatedEvent schedule(
            final SimulatedProcess process,
            final SimulatedPool pool,
            final long delayNs,
            final String what,
            final Runnable task) {
        requireOwner();
        final SimulatedEvent event = new SimulatedEvent(
                nowNs + Math.min(Math.max(0, delayNs), Long.MAX_VALUE - nowNs),
                random.nextLong(),
                nextSequence++,
                process,
                pool,
                what,
                task);
        if (process.isAlive()) {
            events.add(event);
        }
        return event;
    }

    /** Back into the queue, now and in the given order: the process was paused when its time came. */
    void reschedule(final SimulatedEvent event, final int order) {
        event.timeNs = nowNs + order;
        events.add(event);
    }

    long nowNs() {
        return nowNs;
    }

    long wallMs() {
        return WALL_ORIGIN_MS + (nowNs - MONOTONIC_ORIGIN_NS) / NS_PER_MS;
    }

    SimulatedPool shardQueue(final SimulatedProcess process, final String name) {
        return new SimulatedPool(this, process, name, 1, SHARD_DELAY_NS_MAX);
    }

    SimulatedPool pool(final SimulatedProcess process, final String name) {
        return new SimulatedPool(this, process, name, POOL_WORKERS, POOL_DELAY_NS_MAX);
    }

    SimulatedPool thread(final SimulatedProcess process, final String name) {
        return new SimulatedPool(this, process, name, 1, POOL_DELAY_NS_MAX);
    }

    boolean isCurrent(final SimulatedPool pool) {
        return current == pool;
    }

    int delayNs(final int maxNs) {
        return random.nextInt(maxNs);
    }

    private void requireOwner() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "the simulation runs in " + owner.getName() + ", called from " + Thread.currentThread());
        }
    }
}
