package io.highwater.log.datajournal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.DirectoryRefusedException;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.PartitionId;
import io.highwater.port.Clock;
import io.highwater.port.ProcessKilled;
import io.highwater.port.SeededRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which logs go into a frame, when the files change places, and what becomes of a disk that does not play along. */
final class DataJournalTest {
    private static final Path DATA = Path.of("/data");
    private static final int FILE_BYTES = 16 << 10;
    private static final long MAX_AGE_MS = 5_000;

    private final SimulatedDisk disk = new SimulatedDisk(3);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<IOException> failures = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    /** On its files. */
    private final List<DiskOperation> operations = new ArrayList<>();

    private final List<FakeLog> rest = new ArrayList<>();
    private long nowMs = 1_000;
    private final DataGroup group = new DataGroup(0);
    private Journal journal;
    private DataJournal dataJournal;

    /** A log of which some bytes are not durable whenever a group comes. */
    private final class FakeLog implements Journaled {
        private final String name;
        private final int bytes;
        private final PartitionId id;
        private long inFiles;
        private boolean isBroken;

        FakeLog(final int number, final int bytes) {
            this.name = "log" + number;
            this.bytes = bytes;
            this.id = new PartitionId(new UUID(1, 1), number);
        }

        @Override
        public Staging stage(final DataFrame frame, final int group) throws IOException {
            if (isBroken) {
                throw new IOException("a force has failed before");
            }
            if (bytes < 0) {
                return Staging.OWN_FORCE;
            }
            return frame.add(id, 0, 0, 1, bytes) == null ? Staging.NO_ROOM : Staging.DONE;
        }

        @Override
        public void onJournaled(final int group) {
            events.add(name + " told");
        }

        @Override
        public boolean isInFiles(final long sequence) {
            return inFiles >= sequence;
        }

        @Override
        public void force() {
            events.add(name + " forced");
            inFiles = Long.MAX_VALUE;
        }

        @Override
        public void noteRecoveryPoint(final Journal to) {
            events.add(name + " noted");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeEach
    void open() throws IOException {
        disk.createDirectories(DATA);
        disk.forceDirectory(Path.of("/"));
        journal = Journal.open(disk, DATA, true);
        dataJournal = opened(FILE_BYTES);
        disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.FORCE || operation == DiskOperation.WRITE_THROUGH) {
                events.add("force " + path.getFileName());
            }
            if (path.toString().contains("data-journal")) {
                operations.add(operation);
            }
        });
    }

    private DataJournal opened(final int fileBytes) throws IOException {
        return opened(fileBytes, fileBytes);
    }

    private DataJournal opened(final int fileBytesMin, final int fileBytes) throws IOException {
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
        final DataJournal opened = DataJournal.open(
                disk,
                DATA,
                journal,
                clock,
                tasks::add,
                new DataJournalConfig(fileBytesMin, fileBytes, MAX_AGE_MS, 1 << 10),
                failures::add,
                FoundFrames.read(disk, DATA, journal.recovered(), new SeededRandom(5)));
        opened.noteRecovered();
        journal.force();
        opened.enable();
        return opened;
    }

    /** As after the first group of a new directory, and what it started. */
    private void ready() throws IOException {
        commit(new FakeLog(0, 1));
        runTasks();
        events.clear();
        operations.clear();
    }

    private void commit(final FakeLog... logs) throws IOException {
        rest.clear();
        dataJournal.write(group, List.of(logs), rest);
        dataJournal.force(group, new ArrayList<>());
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    /** The directory after the process died; the power too, perhaps. */
    private void reopenAfter(final Runnable death) throws IOException {
        disk.beforeEach((operation, path) -> {});
        death.run();
        tasks.clear();
        journal = Journal.open(disk, DATA, false);
        dataJournal = opened(FILE_BYTES);
    }

    @Test
    void itsFilesAreMadeWhenTheFirstGroupComes() throws IOException {
        assertFalse(disk.exists(DATA.resolve("data-journal.0")));
        final FakeLog log = new FakeLog(1, 100);
        commit(log);
        assertEquals(List.of(log), rest);
        runTasks();
        commit(log);
        assertEquals(List.of(), rest);
        assertTrue(events.contains("log1 told"), events.toString());
    }

    @Test
    void oneForceIsForAllLogsOfAGroup() throws IOException {
        ready();
        final FakeLog large = new FakeLog(2, -1);
        commit(new FakeLog(1, 100), large, new FakeLog(3, 100));
        assertEquals(List.of("force data-journal.0", "log1 told", "log3 told"), events);
        assertEquals(List.of(large), rest);
        assertEquals(1, dataJournal.forces());
        assertEquals(4096, dataJournal.bytesWritten());
    }

    @Test
    void theOnlyFrameOfAGroupGoesPastThePageCache() throws IOException {
        ready();
        commit(new FakeLog(1, 100), new FakeLog(2, 100));
        assertEquals(List.of(DiskOperation.WRITE_THROUGH), operations);
    }

    @Test
    void framesAreWrittenAndForcedWhereThereIsNoWayPastThePageCache() throws IOException {
        disk.refuseWriteThrough();
        ready();
        commit(new FakeLog(1, 100));
        assertEquals(List.of(DiskOperation.WRITE, DiskOperation.FORCE), operations);
        assertEquals(List.of("force data-journal.0", "log1 told"), events);
    }

    @Test
    void soAreThoseThatAStartFinds() throws IOException {
        ready();
        reopenAfter(disk::kill);
        disk.beforeEach((operation, path) -> operations.add(operation));
        commit(new FakeLog(1, 100));
        assertEquals(List.of(DiskOperation.WRITE_THROUGH), operations);
    }

    /** A frame that comes late would be written over one of the next round. */
    @Test
    void aFileIsNotUsedAgainWhileAFrameIsOnItsWayThere() throws IOException {
        ready();
        rest.clear();
        final FakeLog slow = new FakeLog(1, 14_000);
        dataJournal.write(group, List.of(slow), rest);
        final DataGroup second = new DataGroup(1);
        final FakeLog large = new FakeLog(2, 14_000);
        dataJournal.write(second, List.of(large), rest);
        assertEquals(List.of(), rest);
        // The second file is full; the first one has a checkpoint behind it, and a frame that is not written.
        runTasks();
        assertEquals(1, dataJournal.checkpoints());
        dataJournal.write(new DataGroup(2), List.of(large), rest);
        assertEquals(List.of(large), rest);
        rest.clear();
        dataJournal.force(group, new ArrayList<>());
        dataJournal.write(new DataGroup(3), List.of(large), rest);
        assertEquals(List.of(), rest);
    }

    @Test
    void aGroupThatNeedsTwoFramesIsForcedOnce() throws IOException {
        ready();
        dataJournal = opened(1 << 20);
        commit(new FakeLog(0, 1));
        runTasks();
        events.clear();
        commit(new FakeLog(1, 200_000), new FakeLog(2, 200_000));
        assertEquals(List.of("force data-journal.0", "log1 told", "log2 told"), events);
        assertEquals(List.of(), rest);
    }

    @Test
    void aFullFileIsUsedAgainOnlyAfterItsLogsAreForcedAndNoted() throws IOException {
        ready();
        final FakeLog one = new FakeLog(1, 6_000);
        commit(one);
        commit(one);
        commit(one);
        assertEquals(
                List.of(
                        "force data-journal.0",
                        "log1 told",
                        "force data-journal.0",
                        "log1 told",
                        "force data-journal.1",
                        "log1 told"),
                events);
        events.clear();
        runTasks();
        assertEquals(List.of("log1 forced", "log1 noted", "force journal.0"), events);
        assertEquals(1, dataJournal.checkpoints());
    }

    @Test
    void aLogThatIsInItsFilesIsNotForcedByACheckpoint() throws IOException {
        ready();
        final FakeLog one = new FakeLog(1, 14_000);
        one.inFiles = Long.MAX_VALUE;
        commit(one);
        commit(one);
        events.clear();
        runTasks();
        assertEquals(List.of("log1 noted", "force journal.0"), events);
    }

    @Test
    void eachLogIsForcedOnItsOwnWhileCheckpointsDontKeepUp() throws IOException {
        ready();
        final FakeLog one = new FakeLog(1, 14_000);
        commit(one);
        commit(one);
        assertEquals(List.of(), rest);
        commit(one);
        assertEquals(List.of(one), rest);
        runTasks();
        commit(one);
        assertEquals(List.of(), rest);
    }

    @Test
    void oldFramesGoToTheLogsFilesAlthoughNoGroupComes() throws IOException {
        ready();
        commit(new FakeLog(1, 100));
        nowMs += MAX_AGE_MS;
        assertFalse(dataJournal.isCheckpointDue());
        nowMs++;
        assertTrue(dataJournal.isCheckpointDue());
        events.clear();
        dataJournal.checkpointIfDue();
        runTasks();
        assertEquals(List.of("log1 forced", "log1 noted", "force journal.0"), events);
        assertFalse(dataJournal.isCheckpointDue());
    }

    @Test
    void aForceThatFailsIsToldAndNoLogIs() throws IOException {
        ready();
        disk.fail(DiskOperation.WRITE_THROUGH, "data-journal", 1);
        assertThrows(IOException.class, () -> commit(new FakeLog(1, 100)));
        assertFalse(events.contains("log1 told"), events.toString());
    }

    @Test
    void soIsOneOfThePageCache() throws IOException {
        disk.refuseWriteThrough();
        ready();
        disk.fail(DiskOperation.FORCE, "data-journal", 1);
        assertThrows(IOException.class, () -> commit(new FakeLog(1, 100)));
        assertFalse(events.contains("log1 told"), events.toString());
    }

    @Test
    void aGroupThatIsForcedFirstIsToldAfterTheOneBefore() throws IOException {
        ready();
        final DataGroup second = new DataGroup(1);
        final List<DataGroup> told = new ArrayList<>();
        dataJournal.write(group, List.of(new FakeLog(1, 100)), rest);
        dataJournal.write(second, List.of(new FakeLog(2, 100)), rest);
        dataJournal.force(second, told);
        assertEquals(List.of("force data-journal.0"), events);
        assertEquals(List.of(), told);
        dataJournal.force(group, told);
        assertEquals(List.of("force data-journal.0", "force data-journal.0", "log1 told", "log2 told"), events);
        assertEquals(List.of(group, second), told);
    }

    @Test
    void noGroupIsToldAfterAForceThatFailed() throws IOException {
        ready();
        final DataGroup second = new DataGroup(1);
        final List<DataGroup> told = new ArrayList<>();
        dataJournal.write(group, List.of(new FakeLog(1, 100)), rest);
        dataJournal.write(second, List.of(new FakeLog(2, 100)), rest);
        disk.fail(DiskOperation.WRITE_THROUGH, "data-journal", 1);
        assertThrows(IOException.class, () -> dataJournal.force(group, told));
        dataJournal.force(second, told);
        assertEquals(List.of(), told);
        assertFalse(events.contains("log2 told"), events.toString());
    }

    /** A start would not look at them. */
    @Test
    void filesThatTheJournalDoesNotKnowAreNotUsed() throws IOException {
        commit(new FakeLog(1, 100));
        disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.WRITE && path.endsWith("journal.0")) {
                disk.kill();
            }
        });
        assertThrows(ProcessKilled.class, this::runTasks);
        reopenAfter(() -> {});
        assertTrue(disk.exists(DATA.resolve("data-journal.1")));
        final FakeLog log = new FakeLog(2, 100);
        commit(log);
        assertEquals(List.of(log), rest);
    }

    /** Its pieces are in no frame, though their logs count them as written. */
    @Test
    void nothingFollowsAGroupThatFailedHalfWay() throws IOException {
        ready();
        final FakeLog one = new FakeLog(1, 100);
        final FakeLog broken = new FakeLog(2, 100);
        broken.isBroken = true;
        assertThrows(IOException.class, () -> dataJournal.write(group, List.of(one, broken), rest));
        rest.clear();
        dataJournal.write(new DataGroup(1), List.of(one), rest);
        assertEquals(List.of(one), rest);
    }

    @Test
    void nothingFollowsAWriteThatFailed() throws IOException {
        disk.refuseWriteThrough();
        ready();
        final FakeLog one = new FakeLog(1, 100);
        disk.fail(DiskOperation.WRITE, "data-journal", 1);
        commit(one);
        assertEquals(List.of(one), rest);
        commit(one);
        assertEquals(List.of(one), rest);
        assertEquals(List.of(), events);
    }

    @Test
    void aCheckpointThatFailsEndsTheDirectory() throws IOException {
        ready();
        commit(new FakeLog(1, 14_000));
        commit(new FakeLog(1, 100));
        disk.fail(DiskOperation.FORCE, "journal.0", 1);
        runTasks();
        assertEquals(1, failures.size());
        assertEquals(0, dataJournal.checkpoints());
    }

    @Test
    void aFullDiskHasNoDataJournalUntilThereIsRoom() throws IOException {
        final FakeLog one = new FakeLog(1, 100);
        disk.setCapacityBytes(10_000);
        commit(one);
        runTasks();
        commit(one);
        assertEquals(List.of(one), rest);
        assertEquals(0, tasks.size());
        assertReadyOnceThereIsRoom();
    }

    /** Each force of somebody else waits for what the device was given before it. */
    @Test
    void spaceIsMadeRealALittleAtATime() throws IOException {
        dataJournal = opened(4 << 20);
        commit(new FakeLog(1, 100));
        events.clear();
        operations.clear();
        runTasks();
        assertEquals(List.of("force data-journal.0", "force data-journal.0"), events.subList(0, 2));
        assertEquals(
                4, operations.stream().filter(DiskOperation.ALLOCATE::equals).count() / 2);
        assertEquals(8, operations.stream().filter(DiskOperation.FORCE::equals).count());
    }

    @Test
    void spaceThatIsNotEnoughIsGivenBack() throws IOException {
        final int size = 3 << 20;
        dataJournal = opened(size);
        disk.setCapacityBytes(2_500_000);
        commit(new FakeLog(1, 100));
        runTasks();
        assertEquals(List.of(), failures);
        assertEquals(0, bytesOf("data-journal.0"));
        assertReadyOnceThereIsRoom();
        assertEquals(size, bytesOf("data-journal.0"));
    }

    /** Space that a process did not live to force would be lost with the frames in it. */
    @Test
    void whatAFileHadGrownByIsForcedBeforeItIsUsed() throws IOException {
        dataJournal = opened(FILE_BYTES, 4 * FILE_BYTES);
        ready();
        disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.FORCE && path.toString().contains("data-journal")) {
                disk.kill();
            }
        });
        // The first file is full, and comes back larger.
        assertThrows(ProcessKilled.class, () -> {
            for (int i = 0; i < 10; i++) {
                commit(new FakeLog(1, 5_000));
                runTasks();
            }
        });
        reopenAfter(() -> {});
        assertEquals(2 * FILE_BYTES, bytesOf("data-journal.0"));
        assertEquals(0, disk.dirtySectors(DATA.resolve("data-journal.0")));
        disk.crash();
        assertEquals(2 * FILE_BYTES, bytesOf("data-journal.0"));
    }

    /** It stays what it was, and is asked for more only after a while. */
    @Test
    void aFileThatCantGrowIsUsedAsItIs() throws IOException {
        final int size = 2 << 20;
        dataJournal = opened(size, 4 * size);
        ready();
        final FakeLog one = new FakeLog(1, 100_000);
        disk.setCapacityBytes(2 * size + (1 << 20) + 500_000);
        for (int i = 0; i < 60; i++) {
            commit(one);
            runTasks();
            assertEquals(List.of(), rest);
        }
        assertEquals(List.of(), failures);
        assertEquals(size, bytesOf("data-journal.0"));
        assertEquals(size, bytesOf("data-journal.1"));
        disk.setCapacityBytes(Long.MAX_VALUE);
        fillAFile(one, size);
        assertEquals(2 * size, bytesOf("data-journal.0") + bytesOf("data-journal.1"));
        nowMs += 10_000;
        fillAFile(one, size);
        assertTrue(bytesOf("data-journal.0") + bytesOf("data-journal.1") > 2 * size);
    }

    @Test
    void spaceThatCantBeGivenBackEitherHurtsNobody() throws IOException {
        dataJournal = opened(3 << 20);
        disk.setCapacityBytes(2_500_000);
        disk.fail(DiskOperation.TRUNCATE, "data-journal", 1);
        commit(new FakeLog(1, 100));
        runTasks();
        assertEquals(List.of(), failures);
        assertReadyOnceThereIsRoom();
    }

    private void assertReadyOnceThereIsRoom() throws IOException {
        disk.setCapacityBytes(Long.MAX_VALUE);
        nowMs += 10_000;
        ready();
        commit(new FakeLog(1, 100));
        assertEquals(List.of(), rest);
        assertEquals(List.of(), failures);
    }

    private void fillAFile(final FakeLog log, final int size) throws IOException {
        for (int bytes = 0; bytes < 2 * size; bytes += 100_000) {
            commit(log);
            runTasks();
        }
    }

    private long bytesOf(final String file) throws IOException {
        return disk.open(DATA.resolve(file), false).sizeBytes();
    }

    @Test
    void noFileIsMadeWhenItIsOff() throws IOException {
        dataJournal = opened(0);
        final FakeLog one = new FakeLog(1, 100);
        commit(one);
        runTasks();
        commit(one);
        assertEquals(List.of(one), rest);
        assertFalse(disk.exists(DATA.resolve("data-journal.0")));
    }

    @Test
    void framesOfTwoRunsHaveNoNumberInCommon() throws IOException {
        ready();
        commit(new FakeLog(1, 100));
        final long first = dataJournal.firstSequence();
        reopenAfter(disk::kill);
        assertTrue(dataJournal.firstSequence() > first + 1);
        final long second = dataJournal.firstSequence();
        reopenAfter(disk::crash);
        assertTrue(dataJournal.firstSequence() > second);
    }

    @Test
    void aFileThatWasLostIsMissed() throws IOException {
        ready();
        commit(new FakeLog(1, 100));
        final DirectoryRefusedException refusal = assertThrows(
                DirectoryRefusedException.class,
                () -> reopenAfter(() -> {
                    disk.kill();
                    delete("data-journal.1");
                }));
        assertEquals(Reason.DAMAGED, refusal.reason());
        assertEquals("/data has lost data-journal.1, which may have had acknowledged records", refusal.getMessage());
    }

    @Test
    void aFileThatWasRemovedAfterACleanStopIsMadeAnew() throws IOException {
        ready();
        commit(new FakeLog(1, 100));
        dataJournal.stop();
        dataJournal.noteStopped();
        journal.markCleanStop();
        reopenAfter(() -> {
            disk.kill();
            delete("data-journal.1");
        });
        commit(new FakeLog(1, 100));
        assertEquals(List.of(), rest);
        reopenAfter(disk::crash);
        assertTrue(disk.exists(DATA.resolve("data-journal.1")));
    }

    private void delete(final String name) {
        try {
            disk.delete(DATA.resolve(name));
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The newest frame may be torn; an older one was forced, as the newer one says. */
    @Test
    void aBadFrameIsDamageWhenALaterOneFollows() throws IOException {
        ready();
        commit(new FakeLog(1, 100));
        commit(new FakeLog(1, 100));
        flip(4096 + 60);
        reopenAfter(disk::kill);

        commit(new FakeLog(1, 100));
        commit(new FakeLog(1, 100));
        commit(new FakeLog(1, 100));
        flip(4096 + 60);
        final DirectoryRefusedException refusal =
                assertThrows(DirectoryRefusedException.class, () -> reopenAfter(disk::kill));
        assertEquals(Reason.DAMAGED, refusal.reason());
        assertTrue(refusal.getMessage().contains("was durable and is bad now"), refusal.getMessage());
    }

    private void flip(final long position) throws IOException {
        disk.flipBit(DATA.resolve("data-journal.0"), position, 3);
    }
}
