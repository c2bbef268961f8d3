package io.highwater.log.flush;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.highwater.log.datajournal.DataFrame;
import io.highwater.log.journal.Journal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The forces of one group: beside each other, each log told once, none begun after a failure. */
class GroupForceTest {
    private static final int HELPERS = 3;

    private final ExecutorService helpers = Executors.newFixedThreadPool(HELPERS);

    @AfterEach
    void stop() {
        helpers.shutdown();
    }

    /** Four logs whose forces end only when all four are under way. */
    @Test
    void forcesLogsBesideEachOther() throws Exception {
        final CyclicBarrier together = new CyclicBarrier(HELPERS + 1);
        final GroupForce group = new GroupForce(helpers, HELPERS);
        for (int round = 0; round < 50; round++) {
            final List<Log> logs = new ArrayList<>();
            for (int i = 0; i <= HELPERS; i++) {
                logs.add(new Log(() -> meet(together)));
            }
            group.run(logs);
            logs.forEach(log -> assertEquals(1, log.told.get()));
        }
    }

    @Test
    void forcesEachLogOnceInManyGroups() throws Exception {
        final GroupForce group = new GroupForce(helpers, HELPERS);
        for (int round = 0; round < 2_000; round++) {
            final List<Log> logs = new ArrayList<>();
            for (int i = 0; i < round % 11; i++) {
                logs.add(new Log(() -> null));
            }
            group.run(logs);
            for (final Log log : logs) {
                assertEquals(1, log.forced.get());
                assertEquals(1, log.told.get());
            }
        }
    }

    /** Helpers that come when all is done, as on an executor of one thread. */
    @Test
    void needsNoHelper() throws IOException {
        final List<Runnable> late = new ArrayList<>();
        final GroupForce group = new GroupForce(late::add, HELPERS);
        final List<Log> logs = List.of(new Log(() -> null), new Log(() -> null));
        group.run(logs);
        late.forEach(Runnable::run);
        logs.forEach(log -> assertEquals(1, log.told.get()));
        assertEquals(1, late.size());
    }

    /** The forces that were under way have ended when the failure is known, and theirs are told; the others never began. */
    @Test
    void beginsNothingAfterAFailure() {
        final CyclicBarrier together = new CyclicBarrier(HELPERS + 1);
        final IOException cause = new IOException("the device is gone");
        final List<Log> logs = new ArrayList<>();
        logs.add(new Log(() -> {
            meet(together);
            return cause;
        }));
        for (int i = 0; i < HELPERS; i++) {
            logs.add(new Log(() -> meet(together)));
        }
        final Log never = new Log(() -> null);
        final GroupForce group = new GroupForce(helpers, HELPERS);
        final List<Log> failing = new ArrayList<>(logs);
        failing.addAll(List.of(new Log(() -> cause), new Log(() -> cause), new Log(() -> cause), new Log(() -> cause)));
        failing.add(never);
        assertSame(cause, assertThrows(IOException.class, () -> group.run(failing)));
        assertEquals(0, logs.get(0).told.get());
        for (final Log log : logs.subList(1, logs.size())) {
            assertEquals(1, log.told.get());
        }
        assertEquals(0, never.forced.get());
    }

    @Test
    void passesOnAFaultOfAHelper() {
        final CyclicBarrier both = new CyclicBarrier(2);
        final GroupForce group = new GroupForce(helpers, 1);
        final List<Log> logs = List.of(
                new Log(() -> {
                    meet(both);
                    throw new IllegalStateException("planted");
                }),
                new Log(() -> {
                    meet(both);
                    throw new IllegalStateException("planted");
                }));
        assertEquals(
                "planted",
                assertThrows(IllegalStateException.class, () -> group.run(logs)).getMessage());
    }

    private static IOException meet(final CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
            return null;
        } catch (final InterruptedException | BrokenBarrierException | TimeoutException e) {
            return new IOException("the others did not come", e);
        }
    }

    /** What a force does; null when it went well. */
    private interface Outcome {
        IOException get();
    }

    private static final class Log implements Forceable {
        private final AtomicInteger forced = new AtomicInteger();
        private final AtomicInteger told = new AtomicInteger();
        private final Outcome outcome;

        Log(final Outcome outcome) {
            this.outcome = outcome;
        }

        @Override
        public void force() throws IOException {
            forced.incrementAndGet();
            final IOException failure = outcome.get();
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public void onForced() {
            assertEquals(1, forced.get());
            told.incrementAndGet();
        }

        @Override
        public Staging stage(final DataFrame frame, final int group) {
            return Staging.OWN_FORCE;
        }

        @Override
        public void onJournaled(final int group) {
            throw new AssertionError("never staged");
        }

        @Override
        public boolean isInFiles(final long sequence) {
            return true;
        }

        @Override
        public void noteRecoveryPoint(final Journal journal) {
            assertNull(journal);
        }

        @Override
        public void onDirectoryFailed(final IOException cause) {
            throw new AssertionError(cause);
        }
    }
}
