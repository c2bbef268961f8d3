package io.highwater.log.flush;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.datajournal.DataFrame;
import io.highwater.log.datajournal.DataGroup;
import io.highwater.log.datajournal.DataJournal;
import io.highwater.log.datajournal.DataJournalConfig;
import io.highwater.log.datajournal.FoundFrames;
import io.highwater.log.disk.FileDisk;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.PartitionId;
import io.highwater.port.SeededRandom;
import io.highwater.port.SystemClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Groups, helpers and checkpoints on threads of their own: whoever asks is told, and never of what is not durable. */
final class FlusherThreadsTest {
    private static final int LOGS = 4;
    private static final int ROUNDS = 5_000;

    @TempDir
    Path directory;

    private final ExecutorService flushThreads = Executors.newFixedThreadPool(5);
    private final ExecutorService shards = Executors.newFixedThreadPool(LOGS);

    @AfterEach
    void stopThreads() {
        flushThreads.shutdownNow();
        shards.shutdownNow();
    }

    /** A counter in place of a log: every round appends one. */
    private static final class CountingLog implements Forceable {
        private final PartitionId id;
        private final boolean isLarge;
        private final long[] staged = new long[DataGroup.COUNT];
        /** Written by its shard. */
        private volatile long appended;

        private long inFrames;
        private volatile long durable;
        private volatile String failure;
        /** Where its forces meet those of other logs, null when they don't. */
        private CyclicBarrier together;

        private final AtomicBoolean isForced = new AtomicBoolean();

        CountingLog(final int number) {
            this.id = new PartitionId(new UUID(1, 1), number);
            this.isLarge = number % 2 == 1;
        }

        @Override
        public synchronized Staging stage(final DataFrame frame, final int group) {
            final long end = appended;
            if (isLarge && end % 3 == 0) {
                return Staging.OWN_FORCE;
            }
            if (end > inFrames) {
                if (frame.add(id, 0, 0, end, 100) == null) {
                    return Staging.NO_ROOM;
                }
                inFrames = end;
                staged[group] = end;
            }
            return Staging.DONE;
        }

        @Override
        public synchronized void onJournaled(final int group) {
            durable = Math.max(durable, staged[group]);
            notifyAll();
        }

        @Override
        public boolean isInFiles(final long sequence) {
            return false;
        }

        @Override
        public void force() {
            if (together != null) {
                forceBesideOthers();
            }
            makeDurable();
        }

        private void forceBesideOthers() {
            if (!isForced.compareAndSet(false, true)) {
                failure = "two forces at once";
            }
            try {
                together.await(20, TimeUnit.SECONDS);
            } catch (final InterruptedException | BrokenBarrierException | TimeoutException e) {
                failure = "the others did not come: " + e;
            }
            isForced.set(false);
        }

        private synchronized void makeDurable() {
            durable = Math.max(durable, appended);
            inFrames = Math.max(inFrames, durable);
        }

        /** Now and then, so that a force of the files comes beside the groups. */
        @Override
        public boolean isFarBehindInFiles() {
            return appended % 7 == 0;
        }

        @Override
        public synchronized void onForced() {
            notifyAll();
        }

        @Override
        public void noteRecoveryPoint(final Journal journal) {
            // It has none.
        }

        @Override
        public void onDirectoryFailed(final IOException cause) {
            failure = cause.toString();
        }

        synchronized boolean awaitDurable(final long end) throws InterruptedException {
            final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (durable < end && failure == null) {
                final long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (leftMs <= 0) {
                    return false;
                }
                wait(leftMs);
            }
            return true;
        }
    }

    /** Forces that end only when as many are under way as may be, and never two of one log. */
    @Test
    void forcesFilesOfSeveralLogsBesideEachOther() throws Exception {
        final FileDisk disk = FileDisk.open();
        final Journal journal = Journal.open(disk, directory, true);
        final DataJournal dataJournal = DataJournal.open(
                disk,
                directory,
                journal,
                SystemClock.INSTANCE,
                flushThreads,
                DataJournalConfig.DEFAULT,
                cause -> {},
                FoundFrames.read(disk, directory, journal.recovered(), new SeededRandom(5)));
        final Flusher flusher = new Flusher(flushThreads, SystemClock.INSTANCE, journal, dataJournal, 1000);
        final CyclicBarrier together = new CyclicBarrier(ForceCrew.THREADS_MIN);
        final List<Future<Boolean>> ends = new ArrayList<>();
        for (int i = 0; i < ForceCrew.THREADS_MIN; i++) {
            final CountingLog log = new CountingLog(i);
            log.together = together;
            final Flusher.Ticket ticket = flusher.register(log);
            ends.add(shards.submit(() -> {
                for (int round = 0; round < 200 && log.failure == null; round++) {
                    log.appended++;
                    ticket.requestOwn();
                    log.awaitDurable(log.appended);
                }
                return log.failure == null;
            }));
        }
        for (final Future<Boolean> end : ends) {
            assertTrue(end.get());
        }
        flusher.close();
        dataJournal.close();
        journal.close();
    }

    @Test
    void whoeverAsksIsTold() throws Exception {
        final FileDisk disk = FileDisk.open();
        final SystemClock clock = SystemClock.INSTANCE;
        final Journal journal = Journal.open(disk, directory, true);
        final List<IOException> failures = new ArrayList<>();
        final DataJournal dataJournal = DataJournal.open(
                disk,
                directory,
                journal,
                clock,
                flushThreads,
                new DataJournalConfig(64 << 10, 64 << 10, 5_000, 1 << 10),
                failures::add,
                FoundFrames.read(disk, directory, journal.recovered(), new SeededRandom(5)));
        dataJournal.enable();
        final Flusher flusher = new Flusher(flushThreads, clock, journal, dataJournal, 10);
        final List<Future<Boolean>> ends = new ArrayList<>();
        for (int i = 0; i < LOGS; i++) {
            final CountingLog log = new CountingLog(i);
            final Flusher.Ticket ticket = flusher.register(log);
            ends.add(shards.submit(() -> {
                for (int round = 1; round <= ROUNDS; round++) {
                    // So that a log asks again while its group gathers.
                    for (int more = round % 7; more >= 0; more--) {
                        log.appended++;
                        if (log.isLarge && more % 2 == 1) {
                            ticket.requestOwn();
                        } else {
                            ticket.request();
                        }
                    }
                    if (!log.awaitDurable(log.appended)) {
                        return false;
                    }
                }
                return true;
            }));
        }
        for (final Future<Boolean> end : ends) {
            assertTrue(end.get(), "a log was not told for 20 s");
        }
        flusher.close();
        dataJournal.stop();
        assertNull(flusher.failure());
        assertTrue(failures.isEmpty(), failures.toString());
        assertTrue(dataJournal.checkpoints() > 10, dataJournal.checkpoints() + " checkpoints");
        dataJournal.close();
        journal.close();
    }
}
