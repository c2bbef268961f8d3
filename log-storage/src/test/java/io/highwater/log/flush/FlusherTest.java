package io.highwater.log.flush;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.highwater.log.datajournal.DataFrame;
import io.highwater.log.datajournal.DataJournal;
import io.highwater.log.datajournal.DataJournalConfig;
import io.highwater.log.datajournal.FoundFrames;
import io.highwater.log.datajournal.Journaled.Staging;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.Journal;
import io.highwater.port.Clock;
import io.highwater.port.SeededRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FlusherTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> events = new ArrayList<>();
    private final SimulatedDisk disk = new SimulatedDisk(1);
    private long nowMs = 5_000;
    private Journal journal;
    private DataJournal dataJournal;
    private Flusher flusher;

    private final class CountingLog implements Forceable {
        private final String name;
        private Runnable duringForce = () -> {};
        private Staging staging = Staging.OWN_FORCE;
        private boolean isFarBehind;
        private boolean fails;
        private RuntimeException noteFault;
        private RuntimeException offlineFault;

        CountingLog(final String name) {
            this.name = name;
        }

        @Override
        public void force() throws IOException {
            events.add("force " + name);
            duringForce.run();
            if (fails) {
                throw new IOException("broken device");
            }
        }

        @Override
        public boolean isFarBehindInFiles() {
            return isFarBehind;
        }

        @Override
        public void onForced() {
            events.add("forced " + name);
        }

        @Override
        public Staging stage(final DataFrame frame, final int group) {
            return staging;
        }

        @Override
        public void onJournaled(final int group) {
            events.add("journaled " + name);
        }

        @Override
        public boolean isInFiles(final long sequence) {
            return true;
        }

        @Override
        public void noteRecoveryPoint(final Journal journal) {
            events.add("note " + name);
            if (noteFault != null) {
                throw noteFault;
            }
        }

        @Override
        public void onDirectoryFailed(final IOException cause) {
            events.add("offline " + name);
            if (offlineFault != null) {
                throw offlineFault;
            }
        }
    }

    @BeforeEach
    void open() throws IOException {
        disk.createDirectories(Path.of("/d"));
        final Clock clock = new Clock() {
            @Override
            public long wallMs() {
                return nowMs;
            }

            @Override
            public long monotonicNs() {
                return nowMs * 1_000_000;
            }
        };
        journal = Journal.open(disk, Path.of("/d"), true);
        // It takes nothing until it is enabled.
        dataJournal = DataJournal.open(
                disk,
                Path.of("/d"),
                journal,
                clock,
                tasks::add,
                DataJournalConfig.DEFAULT,
                cause -> {},
                FoundFrames.read(disk, Path.of("/d"), journal.recovered(), new SeededRandom(5)));
        flusher = new Flusher(tasks::add, clock, journal, dataJournal, 1000);
    }

    /** From here on the data journal takes what is staged. */
    private void enableDataJournal() throws IOException {
        dataJournal.noteRecovered();
        journal.force();
        dataJournal.enable();
        flusher.register(new CountingLog("first")).request();
        while (!tasks.isEmpty()) {
            runTask();
        }
        events.clear();
    }

    /** A log that goes into frames, and is far behind in its files until they are forced. */
    private CountingLog behind(final String name) {
        final CountingLog log = new CountingLog(name);
        log.staging = Staging.DONE;
        log.isFarBehind = true;
        log.duringForce = () -> log.isFarBehind = false;
        return log;
    }

    private void runTask() {
        tasks.remove().run();
    }

    /** A group for the data journal, which passes all on to the forces of files, and these. */
    private void runGroup() {
        runTask();
        runTask();
    }

    /** Helpers of groups that have ended may be left, and find nothing. */
    private void assertNothingLeftToDo() {
        final List<String> before = List.copyOf(events);
        while (!tasks.isEmpty()) {
            runTask();
        }
        assertEquals(before, events);
    }

    @Test
    void forcesALogOnceForAllWhoAskedBefore() {
        final Flusher.Ticket a = flusher.register(new CountingLog("a"));
        final Flusher.Ticket b = flusher.register(new CountingLog("b"));
        for (int i = 0; i < 10; i++) {
            a.request();
            b.request();
        }
        assertEquals(1, tasks.size());
        runGroup();
        assertEquals(List.of("force a", "forced a", "note a", "force b", "forced b"), events);
        assertNothingLeftToDo();
    }

    @Test
    void gathersTheNextGroupWhileTheDeviceWorks() {
        final CountingLog log = new CountingLog("a");
        final Flusher.Ticket ticket = flusher.register(log);
        log.duringForce = () -> {
            log.duringForce = () -> {};
            ticket.request();
            ticket.request();
        };
        ticket.request();
        runGroup();
        assertEquals(1, tasks.size());
        runGroup();
        assertEquals(List.of("force a", "forced a", "note a", "force a", "forced a"), events);
        assertNothingLeftToDo();
    }

    @Test
    void whoAsksWhileItsFilesAreForcedIsForcedOnceMoreBehindTheOthers() {
        final CountingLog first = new CountingLog("a");
        final Flusher.Ticket a = flusher.register(first);
        final Flusher.Ticket b = flusher.register(new CountingLog("b"));
        first.duringForce = () -> {
            first.duringForce = () -> {};
            a.requestOwn();
            a.requestOwn();
            b.requestOwn();
        };
        a.requestOwn();
        assertEquals(1, tasks.size());
        runTask();
        assertEquals(List.of("force a", "forced a", "note a", "force b", "forced b", "force a", "forced a"), events);
        assertNothingLeftToDo();
        b.requestOwn();
        runTask();
        assertEquals(List.of("force b", "forced b"), events.subList(7, events.size()));
    }

    @Test
    void moreThreadsForceFilesWhereManyLogsWait() {
        final List<Flusher.Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            tickets.add(flusher.register(new CountingLog("log" + i)));
        }
        for (int round = 0; round < 3; round++) {
            tickets.subList(0, 7).forEach(Flusher.Ticket::requestOwn);
            assertEquals(2, tasks.size());
            tickets.subList(7, 30).forEach(Flusher.Ticket::requestOwn);
            assertEquals(4, tasks.size());
            while (!tasks.isEmpty()) {
                runTask();
            }
        }
        assertEquals(
                3 * 30,
                events.stream().filter(event -> event.startsWith("forced ")).count());
    }

    /** Both threads are at forces that take long when four others ask: a third one is done with these, and with what they ask then. */
    @Test
    void logsThatAskDuringSlowForcesDontWaitForThem() {
        final List<Flusher.Ticket> others = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            others.add(flusher.register(new CountingLog("other" + i)));
        }
        final CountingLog first = new CountingLog("first");
        final CountingLog second = new CountingLog("second");
        first.duringForce = this::runTask;
        second.duringForce = () -> {
            nowMs += 3;
            for (int round = 0; round < 3; round++) {
                others.forEach(Flusher.Ticket::requestOwn);
                assertEquals(1, tasks.size());
                runTask();
                events.add("round");
            }
        };
        flusher.register(first).requestOwn();
        flusher.register(second).requestOwn();
        runTask();
        final List<String> forced = events.stream()
                .filter(event -> event.startsWith("forced ") || event.equals("round"))
                .toList();
        assertEquals(List.of("round", "forced second", "forced first"), forced.subList(14, 17));
        assertEquals("round", forced.get(4));
    }

    /** It asked when nobody could know, and asks again. */
    @Test
    void aLogThatWaitsBehindSlowForcesBringsAThread() {
        final Flusher.Ticket waiting = flusher.register(new CountingLog("waiting"));
        final CountingLog first = new CountingLog("first");
        final CountingLog second = new CountingLog("second");
        first.duringForce = this::runTask;
        second.duringForce = () -> {
            waiting.requestOwn();
            assertEquals(0, tasks.size());
            nowMs += 3;
            waiting.requestOwn();
            assertEquals(1, tasks.size());
        };
        flusher.register(first).requestOwn();
        flusher.register(second).requestOwn();
        runTask();
    }

    @Test
    void manyQuickForcesAreNoSlowOne() {
        final CountingLog slow = new CountingLog("slow");
        slow.duringForce = this::runTask;
        flusher.register(slow).requestOwn();
        final CountingLog busy = new CountingLog("busy");
        final Flusher.Ticket ticket = flusher.register(busy);
        final Flusher.Ticket third = flusher.register(new CountingLog("third"));
        final int[] left = {10};
        busy.duringForce = () -> {
            nowMs += 1;
            if (--left[0] > 0) {
                ticket.requestOwn();
            } else {
                third.requestOwn();
                assertEquals(0, tasks.size());
            }
        };
        ticket.requestOwn();
        runTask();
        assertEquals(
                List.of("forced third", "forced slow"),
                events.stream()
                        .filter(event -> event.equals("forced third") || event.equals("forced slow"))
                        .toList());
    }

    @Test
    void whoAsksDuringItsForceIsCountedAmongThoseThatWait() {
        final CountingLog busy = new CountingLog("busy");
        final Flusher.Ticket ticket = flusher.register(busy);
        final int[] left = {10};
        busy.duringForce = () -> {
            if (--left[0] > 0) {
                ticket.requestOwn();
            }
        };
        ticket.requestOwn();
        runTask();
        for (int i = 0; i < 8; i++) {
            flusher.register(new CountingLog("log" + i)).requestOwn();
        }
        assertEquals(3, tasks.size());
    }

    /** As long as one asks again during each of its forces, it never is that nobody waits. */
    @Test
    void writeBacksHaveTheirTurnAlthoughSomebodyAlwaysWaits() throws IOException {
        enableDataJournal();
        flusher.register(behind("a")).request();
        runTask();
        final CountingLog busy = new CountingLog("busy");
        final Flusher.Ticket ticket = flusher.register(busy);
        busy.duringForce = ticket::requestOwn;
        ticket.requestOwn();
        runTask();
        assertEquals(63, events.stream().filter("force busy"::equals).count());
        assertEquals(1, events.stream().filter("force a"::equals).count());
    }

    @Test
    void aLogThatIsFarBehindIsWrittenBackAfterItsGroup() throws IOException {
        enableDataJournal();
        final Flusher.Ticket ticket = flusher.register(behind("a"));
        ticket.request();
        runTask();
        assertEquals(List.of("journaled a"), events);
        runTask();
        // Without a note: a checkpoint will, and nobody waits.
        assertEquals(List.of("journaled a", "force a", "forced a"), events);
        ticket.request();
        runTask();
        assertNothingLeftToDo();
    }

    @Test
    void aLogThatIsBeingWrittenBackIsNotAskedAgain() throws IOException {
        enableDataJournal();
        final CountingLog log = behind("a");
        final Flusher.Ticket ticket = flusher.register(log);
        log.duringForce = () -> {
            ticket.request();
            runTask();
            log.isFarBehind = false;
        };
        ticket.request();
        runTask();
        runTask();
        assertEquals(List.of("journaled a", "force a", "journaled a", "forced a"), events);
        assertNothingLeftToDo();
    }

    @Test
    void forcesThatSomebodyWaitsForComeBeforeWriteBacks() throws IOException {
        enableDataJournal();
        nowMs += 1_000;
        flusher.register(behind("a")).request();
        runTask();
        flusher.register(new CountingLog("b")).requestOwn();
        runTask();
        assertEquals(
                List.of("journaled a", "force b", "forced b", "note b", "force a", "forced a"),
                events.stream().filter(event -> !event.equals("note first")).toList());
        assertNothingLeftToDo();
    }

    @Test
    void aLogThatIsForcedForSomebodyIsNotWrittenBackToo() throws IOException {
        enableDataJournal();
        final Flusher.Ticket ticket = flusher.register(behind("a"));
        ticket.request();
        runTask();
        ticket.requestOwn();
        runTask();
        assertEquals(1, events.stream().filter("force a"::equals).count());
        assertNothingLeftToDo();
    }

    @Test
    void aWriteBackThatFailsEndsTheDirectory() throws IOException {
        enableDataJournal();
        final CountingLog log = behind("a");
        log.fails = true;
        flusher.register(log).request();
        runTask();
        runTask();
        assertEquals(List.of("journaled a", "force a", "offline first", "offline a"), events);
        assertNotNull(flusher.failure());
    }

    @Test
    void notesRecoveryPointsOnceInAnInterval() {
        final Flusher.Ticket ticket = flusher.register(new CountingLog("a"));
        for (int i = 0; i < 30; i++) {
            ticket.request();
            runGroup();
            nowMs += 100;
        }
        assertEquals(3, events.stream().filter("note a"::equals).count());
    }

    @Test
    void aFailedForceIsNeverTriedAgainAndTakesAllLogsOffline() {
        final CountingLog broken = new CountingLog("a");
        broken.fails = true;
        final Flusher.Ticket a = flusher.register(broken);
        final Flusher.Ticket b = flusher.register(new CountingLog("b"));
        a.request();
        b.request();
        runGroup();
        assertEquals(List.of("force a", "offline a", "offline b"), events);
        assertNotNull(flusher.failure());
        a.request();
        b.request();
        assertNothingLeftToDo();
    }

    @Test
    void aWithdrawnLogIsNotNoted() {
        final CountingLog log = new CountingLog("a");
        final Flusher.Ticket ticket = flusher.register(log);
        log.duringForce = ticket::withdraw;
        ticket.request();
        runGroup();
        assertEquals(List.of("force a", "forced a"), events);
    }

    @Test
    void aFaultInAGroupTakesTheDirectoryOfflineInsteadOfLeavingLogsToWait() {
        final CountingLog broken = new CountingLog("a");
        broken.noteFault = new IllegalArgumentException("too large");
        final Flusher.Ticket a = flusher.register(broken);
        final Flusher.Ticket b = flusher.register(new CountingLog("b"));
        a.request();
        b.request();
        runGroup();
        assertEquals(List.of("force a", "forced a", "note a", "offline a", "offline b"), events);
        assertSame(broken.noteFault, flusher.failure().getCause());
        b.request();
        assertNothingLeftToDo();
    }

    @Test
    void anErrorDoesSoTooAndGoesOn() {
        final CountingLog broken = new CountingLog("a");
        broken.duringForce = () -> {
            throw new LinkageError("of a test");
        };
        flusher.register(broken).request();
        final Flusher.Ticket b = flusher.register(new CountingLog("b"));
        b.request();
        runTask();
        assertThrows(LinkageError.class, this::runTask);
        assertEquals(List.of("force a", "offline a", "offline b"), events);
        assertNotNull(flusher.failure());
    }

    @Test
    void aLogThatCanNotBeToldKeepsNobodyElseFromIt() {
        final CountingLog broken = new CountingLog("a");
        broken.fails = true;
        broken.offlineFault = new IllegalStateException("shard is gone");
        flusher.register(broken).request();
        flusher.register(new CountingLog("b"));
        runGroup();
        assertEquals(List.of("force a", "offline a", "offline b"), events);
    }

    @Test
    void aLogThatComesAfterTheFailureIsToldAtOnce() {
        flusher.fail(new IOException("broken device"));
        flusher.register(new CountingLog("late"));
        assertEquals(List.of("offline late"), events);
    }

    /** Aim: a stop that waits for the group finds the failure as soon as it is its turn. By chance, so many times. */
    @Test
    void aStopThatWaitsForAGroupSeesItsFailure() throws Exception {
        for (int round = 0; round < 200; round++) {
            open();
            final Thread[] stop = new Thread[1];
            final IOException[] seen = new IOException[1];
            final CountingLog broken = new CountingLog("a");
            broken.fails = true;
            broken.duringForce = () -> {
                stop[0] = new Thread(() -> {
                    flusher.close();
                    seen[0] = flusher.failure();
                });
                stop[0].start();
                while (stop[0].getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            };
            flusher.register(broken).request();
            runGroup();
            stop[0].join();
            assertNotNull(seen[0], "round " + round);
        }
    }

    @Test
    void aRequestAfterTheStopStartsNothing() {
        final Flusher.Ticket ticket = flusher.register(new CountingLog("a"));
        flusher.close();
        ticket.request();
        assertNothingLeftToDo();
        assertEquals(List.of(), events);
    }
}
