package io.highwater.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SimulatedSchedulerTest {
    private final SimulatedScheduler scheduler = new SimulatedScheduler(7, new Trace());
    private final List<Object> ran = new ArrayList<>();

    @Test
    void aShardRunsItsTasksInTheOrderTheyWereGiven() {
        final Shard shard = scheduler.newShard("shard");
        final List<Object> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            final int number = i;
            expected.add(number);
            shard.execute(() -> ran.add(number));
        }
        scheduler.runUntilIdle(1_000);
        assertEquals(expected, ran);
    }

    @Test
    void aPoolEndsItsTasksInAnyOrder() {
        final Executor pool = scheduler.newPool("pool");
        final List<Object> given = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            final int number = i;
            given.add(number);
            pool.execute(() -> ran.add(number));
        }
        scheduler.runUntilIdle(1_000);
        assertNotEquals(given, ran);
        assertEquals(100, ran.size());
    }

    @Test
    void aTaskKnowsItsShard() {
        final Shard one = scheduler.newShard("one");
        final Shard two = scheduler.newShard("two");
        one.execute(() -> ran.add(one.isCurrent() && !two.isCurrent()));
        one.schedule(() -> ran.add(one.isCurrent() && !two.isCurrent()), 5);
        scheduler.runUntilIdle(10);
        assertEquals(List.of(true, true), ran);
        assertFalse(one.isCurrent());
    }

    @Test
    void timersFireAtTheirTimeAndNotWhenCancelled() {
        final Shard shard = scheduler.newShard("shard");
        final long start = scheduler.clock().monotonicMs();
        shard.schedule(() -> ran.add(scheduler.clock().monotonicMs() - start), 30);
        shard.schedule(() -> ran.add("never"), 20).cancel();
        scheduler.runFor(29);
        assertEquals(List.of(), ran);
        scheduler.runFor(1);
        assertEquals(List.of(30L), ran);
        assertEquals(start + 30, scheduler.clock().monotonicMs());
    }

    @Test
    void theSameSeedGivesTheSameTraceAndAnotherSeedAnother() {
        assertEquals(traceOf(1), traceOf(1));
        assertNotEquals(traceOf(1), traceOf(2));
    }

    @Test
    void aKilledProcessRunsNothingMore() {
        final SimulatedProcess process = scheduler.newProcess("victim");
        final Shard shard = process.newShard("shard");
        shard.execute(() -> ran.add("before"));
        scheduler.runUntilIdle(10);
        shard.execute(() -> ran.add("queued"));
        shard.schedule(() -> ran.add("timer"), 5);
        process.newPool("pool").execute(() -> ran.add("pool"));
        process.kill();
        shard.execute(() -> ran.add("late"));
        scheduler.runUntilIdle(10);
        assertEquals(List.of("before"), ran);
        assertThrows(ProcessKilled.class, process::requireAlive);
    }

    @Test
    void aTaskEndsWhereItsProcessIsKilledUnderIt() {
        final SimulatedProcess process = scheduler.newProcess("victim");
        process.newShard("shard").execute(() -> {
            ran.add("before");
            process.kill();
            process.requireAlive();
            ran.add("after");
        });
        scheduler.runUntilIdle(10);
        assertEquals(List.of("before"), ran);
    }

    @Test
    void aPausedProcessCatchesUpInOrderAndItsCancelledTimersStayCancelled() {
        final SimulatedProcess process = scheduler.newProcess("sleeper");
        final Shard shard = process.newShard("shard");
        final AtomicReference<Shard.Timer> cancelled = new AtomicReference<>();
        shard.schedule(() -> ran.add(1), 1);
        shard.schedule(
                () -> {
                    ran.add(2);
                    cancelled.get().cancel();
                },
                2);
        cancelled.set(shard.schedule(() -> ran.add(3), 3));
        process.pause();
        scheduler.runFor(10);
        assertEquals(List.of(), ran);
        process.resume();
        scheduler.runFor(1);
        assertEquals(List.of(1, 2), ran);
    }

    @Test
    void aClockJumpIsSeenByOneProcessOnly() {
        final SimulatedProcess process = scheduler.newProcess("jumper");
        process.jumpWallClock(-5_000);
        assertEquals(scheduler.clock().wallMs() - 5_000, process.clock().wallMs());
        assertEquals(scheduler.clock().monotonicNs(), process.clock().monotonicNs());
    }

    @Test
    void waitingForAConditionEndsAtItsLimit() {
        final Shard shard = scheduler.newShard("shard");
        shard.schedule(() -> ran.add("done"), 10);
        assertFalse(scheduler.runUntil(() -> !ran.isEmpty(), 5));
        assertTrue(scheduler.runUntil(() -> !ran.isEmpty(), 5));
    }

    @Test
    void anotherThreadIsRefused() throws InterruptedException {
        final AtomicReference<Object> seen = new AtomicReference<>();
        final Thread thread = new Thread(() -> {
            try {
                scheduler.newShard("shard").execute(() -> ran.add("never"));
            } catch (final IllegalStateException e) {
                seen.set(e);
            }
        });
        thread.start();
        thread.join();
        assertTrue(seen.get() instanceof IllegalStateException);
    }

    /** Forty tasks on two shards and a pool that hand work to each other. */
    private static String traceOf(final long seed) {
        final Trace trace = new Trace();
        final SimulatedScheduler world = new SimulatedScheduler(seed, trace);
        final Shard one = world.newShard("one");
        final Shard two = world.newShard("two");
        final Executor pool = world.newPool("pool");
        for (int i = 0; i < 10; i++) {
            final int number = i;
            one.execute(() -> two.schedule(() -> pool.execute(() -> trace.event("end", number)), number % 3));
        }
        world.runUntilIdle(1_000);
        return trace.toString();
    }
}
