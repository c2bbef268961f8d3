package io.highwater.log.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.FileDisk;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import io.highwater.log.journal.JournalEntry.EpochStart;
import io.highwater.log.journal.JournalEntry.EpochStarts;
import io.highwater.log.journal.JournalEntry.LogStart;
import io.highwater.log.journal.JournalEntry.PartitionAdded;
import io.highwater.log.journal.JournalEntry.PartitionRemoved;
import io.highwater.log.journal.JournalEntry.ProducerSnapshot;
import io.highwater.log.journal.JournalEntry.RecoveryPoint;
import io.highwater.log.journal.JournalEntry.Segment;
import io.highwater.log.journal.JournalEntry.SegmentDropped;
import io.highwater.log.journal.JournalEntry.SegmentKept;
import io.highwater.port.ProcessKilled;
import io.highwater.port.SeededRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the journal remembers over clean stops, crashes and damage. */
class JournalTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FIRST = DIRECTORY.resolve("journal.0");
    private static final Path SECOND = DIRECTORY.resolve("journal.1");
    private static final PartitionId P0 = new PartitionId(new UUID(1, 2), 0);
    private static final PartitionId P1 = new PartitionId(new UUID(1, 2), 1);

    @Test
    void aNewDirectoryHasAnEmptyJournal() throws IOException {
        final JournalState state = reopen(newDisk(1)).recovered();
        assertTrue(state.fresh());
        assertFalse(state.cleanStop());
        assertEquals(new TreeMap<>(), state.partitions());
    }

    @Test
    void remembersEveryKindOfEntry() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "tøpic"));
        journal.append(new RecoveryPoint(P0, 100, 4096, 77));
        journal.append(new LogStart(P0, 7));
        journal.append(new EpochStarts(P0, List.of(new EpochStart(1, 0), new EpochStart(3, 50))));
        journal.append(new ProducerSnapshot(P0, 99, ByteBuffer.wrap(new byte[] {1, 2, 3})));
        journal.append(new SegmentKept(P0, new Segment(0, 1000, 5)));
        journal.append(new SegmentKept(P0, new Segment(60, -1, -1)));
        journal.force();
        final PartitionState expected = new PartitionState(
                P0,
                "tøpic",
                7,
                100,
                4096,
                77,
                List.of(new EpochStart(1, 0), new EpochStart(3, 50)),
                99,
                ByteBuffer.wrap(new byte[] {1, 2, 3}),
                List.of(new Segment(0, 1000, 5), new Segment(60, -1, -1)));
        for (int i = 0; i < 4; i++) {
            disk.crash();
            // From the entries first, then from the snapshots that each opening writes.
            assertEquals(expected, reopen(disk).recovered().partitions().get(P0));
        }
    }

    @Test
    void remembersTheHighestIndexOfAWitness() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.witness("core", 7);
        journal.witness("core", 5);
        journal.force();
        journal.witness("core", 9);
        for (int i = 0; i < 4; i++) {
            disk.crash();
            // From the entry first, then from the snapshots that each opening writes.
            assertEquals(Map.of("core", 7L), reopen(disk).recovered().witnesses());
        }
        reopen(disk).markCleanStop();
        final Journal last = reopen(disk);
        last.witness("core", 9);
        last.witness("other", 1);
        last.markCleanStop();
        disk.crash();
        assertEquals(Map.of("core", 9L, "other", 1L), reopen(disk).recovered().witnesses());
    }

    @Test
    void theLastEntryOfAFieldWins() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        journal.append(new SegmentKept(P0, new Segment(0, -1, -1)));
        journal.append(new SegmentKept(P0, new Segment(10, -1, -1)));
        journal.append(new RecoveryPoint(P0, 1, 1, 0));
        journal.append(new RecoveryPoint(P0, 2, 2, 0));
        journal.append(new SegmentDropped(P0, 0));
        journal.force();
        journal.append(new RecoveryPoint(P0, 1, 1, 0));
        journal.force();
        disk.crash();
        final PartitionState state = reopen(disk).recovered().partitions().get(P0);
        assertEquals(1, state.recoveryPoint());
        assertEquals(List.of(new Segment(10, -1, -1)), state.segments());
    }

    @Test
    void aPartitionRemovedAndAddedAgainStartsAnew() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        journal.append(new LogStart(P0, 7));
        journal.append(new PartitionAdded(P1, "t"));
        journal.append(new PartitionRemoved(P1));
        journal.force();
        journal.append(new PartitionRemoved(P0));
        journal.append(new PartitionAdded(P0, "t"));
        journal.force();
        disk.crash();
        final JournalState state = reopen(disk).recovered();
        assertEquals(1, state.partitions().size());
        assertEquals(0, state.partitions().get(P0).logStart());
    }

    @Test
    void refusesEntriesOfUnknownPartitionsAndTwoAdditions() throws IOException {
        final Journal journal = reopen(newDisk(1));
        assertThrows(IllegalStateException.class, () -> journal.append(new LogStart(P0, 1)));
        journal.append(new PartitionAdded(P0, "t"));
        assertThrows(IllegalStateException.class, () -> journal.append(new PartitionAdded(P0, "t")));
        assertThrows(
                IllegalArgumentException.class,
                () -> journal.append(new ProducerSnapshot(P0, 1, ByteBuffer.allocate(9 << 20))));
    }

    @Test
    void tellsACleanStopFromACrashOnce() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        journal.markCleanStop();
        assertThrows(IOException.class, () -> journal.append(new LogStart(P0, 1)));
        journal.close();
        disk.crash();
        assertTrue(reopen(disk).recovered().cleanStop());
        disk.kill();
        final JournalState after = reopen(disk).recovered();
        assertFalse(after.cleanStop());
        assertEquals(1, after.partitions().size());
    }

    @Test
    void namesTheFormerBootUntilRecoveryIsDone() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final String firstBoot = disk.bootId();
        reopen(disk);
        disk.crash();
        assertEquals(firstBoot, reopen(disk).recovered().bootId());
        disk.kill();
        final Journal journal = reopen(disk);
        assertEquals(firstBoot, journal.recovered().bootId());
        journal.markRecovered();
        disk.kill();
        assertEquals(disk.bootId(), reopen(disk).recovered().bootId());
    }

    @Test
    void oneForceServesManyPartitions() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        for (int i = 0; i < 1000; i++) {
            journal.append(new PartitionAdded(new PartitionId(new UUID(1, 2), i), "t"));
        }
        final int[] forces = new int[1];
        disk.beforeEach((operation, path) -> forces[0] += operation == DiskOperation.FORCE ? 1 : 0);
        journal.force();
        assertEquals(1, forces[0]);
        journal.force();
        assertEquals(1, forces[0]);
        disk.crash();
        assertEquals(1000, reopen(disk).recovered().partitions().size());
    }

    @Test
    void takesTurnsBetweenTheFilesAndGrowsThemWithTheState() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        for (int i = 1; i <= 100; i++) {
            journal.append(
                    new ProducerSnapshot(P0, i, ByteBuffer.allocate(300_000).put(0, (byte) i)));
            journal.append(new RecoveryPoint(P0, i, i, 0));
            journal.force();
        }
        try (DiskFile file = disk.open(FIRST, false)) {
            assertTrue(file.sizeBytes() > 1 << 20, () -> "still small");
            assertTrue(file.sizeBytes() < 4 << 20, () -> "too large");
        }
        disk.crash();
        final PartitionState state = reopen(disk).recovered().partitions().get(P0);
        assertEquals(100, state.recoveryPoint());
        assertEquals(100, state.producers().get(0));
        assertEquals(300_000, state.producers().remaining());
    }

    /** Crash at each disk operation of a run that also switches files: what a force promised is there, nothing else is. */
    @Test
    void aCrashAtAnyOperationKeepsWhatWasForced() throws IOException {
        for (int crashAt = 0; crashAt < 140; crashAt++) {
            final SimulatedDisk disk = newDisk(crashAt);
            final long[] forced = {-1};
            final long[] appended = {-1};
            final long last = disk.operations() + crashAt;
            disk.beforeEach((operation, path) -> {
                if (disk.operations() > last) {
                    disk.beforeEach((o, p) -> {});
                    disk.crash();
                }
            });
            try {
                runUntilKilled(disk, forced, appended);
            } catch (final ProcessKilled e) {
                assertTrue(e.getMessage().contains("disk"));
            }
            disk.beforeEach((operation, path) -> {});
            final Journal journal = Journal.open(disk, DIRECTORY, true);
            final PartitionState state = journal.recovered().partitions().get(P0);
            final long found = state == null ? -1 : state.recoveryPoint();
            final String what = "crash at " + crashAt + ": forced " + forced[0] + ", appended " + appended[0];
            assertTrue(found >= forced[0] && found <= appended[0], () -> what + ", found " + found);
        }
    }

    /** The page cache shows what a failed force did not write; the next process must not build on it. */
    @Test
    void aFailedForceAndAPowerCutWhileTheNextProcessOpensLoseNothing() throws IOException {
        int cuts = 0;
        for (int failAt = 1; failAt <= 35; failAt++) {
            for (int cutAt = 1 + failAt % 2; cutAt <= 12; cutAt += 2) {
                final SimulatedDisk disk = newDisk(100 * failAt + cutAt);
                final long[] forced = {-1};
                final long[] appended = {-1};
                final int[] forcesLeft = {failAt};
                disk.beforeEach((operation, path) -> {
                    if (operation == DiskOperation.FORCE && --forcesLeft[0] == 0) {
                        disk.fail(DiskOperation.FORCE, "journal", 1);
                    }
                });
                assertThrows(IOException.class, () -> runUntilKilled(disk, forced, appended));
                disk.kill();
                final int[] changesLeft = {cutAt};
                disk.beforeEach((operation, path) -> {
                    if (operation != DiskOperation.READ && --changesLeft[0] == 0) {
                        disk.crash();
                    }
                });
                try {
                    Journal.open(disk, DIRECTORY, true).close();
                } catch (final ProcessKilled e) {
                    cuts++;
                }
                disk.beforeEach((operation, path) -> {});
                final PartitionState state = Journal.open(disk, DIRECTORY, true)
                        .recovered()
                        .partitions()
                        .get(P0);
                final long found = state == null ? -1 : state.recoveryPoint();
                final String what =
                        "force " + failAt + " failed, cut at " + cutAt + ": forced " + forced[0] + ", found ";
                assertTrue(found >= forced[0] && found <= appended[0], () -> what + found);
            }
        }
        assertTrue(cuts > 150, "only " + cuts + " power cuts");
    }

    private static void runUntilKilled(final SimulatedDisk disk, final long[] forced, final long[] appended)
            throws IOException {
        Journal journal = Journal.open(disk, DIRECTORY, true);
        journal.append(new PartitionAdded(P0, "t"));
        for (int i = 1; i < 30; i++) {
            journal.append(new RecoveryPoint(P0, i, i, 0));
            journal.append(new ProducerSnapshot(P0, i, ByteBuffer.allocate(200_000)));
            appended[0] = i;
            journal.force();
            forced[0] = i;
            if (i == 15) {
                journal.close();
                journal = Journal.open(disk, DIRECTORY, false);
            }
        }
        disk.crash();
    }

    @Test
    void isDoneForAfterAFailedForce() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        disk.fail(DiskOperation.FORCE, "journal", 1);
        assertThrows(IOException.class, journal::force);
        assertThrows(IOException.class, journal::force);
        assertThrows(IOException.class, () -> journal.append(new LogStart(P0, 1)));
        assertThrows(IOException.class, journal::markCleanStop);
    }

    @Test
    void opensWithNoByteFree() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        journal.force();
        disk.setCapacityBytes(0);
        disk.kill();
        assertEquals(1, reopen(disk).recovered().partitions().size());
    }

    @Test
    void aTornLastFrameIsNormal() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        journal.force();
        journal.append(new LogStart(P0, 5));
        journal.force();
        // Header, snapshot, first frame, second frame: journal.0 is the live one of a new journal.
        disk.flipBit(FIRST, 3 * 512 + 40, 0);
        disk.kill();
        assertEquals(0, reopen(disk).recovered().partitions().get(P0).logStart());
    }

    @Test
    void aFrameThatRottedAfterItsForceIsRefused() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        journal.force();
        journal.append(new LogStart(P0, 5));
        journal.force();
        disk.flipBit(FIRST, 2 * 512 + 40, 0);
        disk.kill();
        assertRefused(Reason.DAMAGED, disk);
    }

    @Test
    void aRottenSnapshotOrHeaderIsRefusedAsTheOtherFileIsRetired() throws IOException {
        for (final int position : new int[] {0, 10, 512 + 40}) {
            final SimulatedDisk disk = newDisk(1);
            reopen(disk);
            disk.kill();
            reopen(disk);
            disk.kill();
            disk.flipBit(SECOND, position, 3);
            assertRefused(Reason.DAMAGED, disk);
        }
    }

    @Test
    void aLostFileIsRefusedWhenItWasTheLiveOne() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        reopen(disk);
        disk.kill();
        reopen(disk);
        disk.kill();
        disk.delete(SECOND);
        assertRefused(Reason.DAMAGED, disk);
    }

    @Test
    void aLostRetiredFileIsMadeAnew() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final Journal journal = reopen(disk);
        journal.append(new PartitionAdded(P0, "t"));
        journal.markCleanStop();
        disk.kill();
        reopen(disk);
        disk.kill();
        disk.delete(FIRST);
        assertEquals(1, reopen(disk).recovered().partitions().size());
    }

    @Test
    void aDirectoryInUseWithoutAJournalIsRefused() throws IOException {
        final SimulatedDisk disk = newDisk(1);
        final DirectoryRefusedException e =
                assertThrows(DirectoryRefusedException.class, () -> Journal.open(disk, DIRECTORY, false));
        assertEquals(Reason.JOURNAL_MISSING, e.reason());
        assertEquals("/data was in use before and has lost its journal", e.getMessage());
    }

    @Test
    void olderAndNewerFormatsAreTwoErrors() throws IOException {
        for (final int version : new int[] {0, 1, 3, 40_000}) {
            final SimulatedDisk disk = newDisk(1);
            reopen(disk).close();
            try (DiskFile file = disk.open(FIRST, false)) {
                file.write(ByteBuffer.allocate(2).putShort(0, (short) version), 4);
            }
            assertRefused(version < JournalFormat.VERSION ? Reason.OLDER_FORMAT : Reason.NEWER_FORMAT, disk);
        }
    }

    @Test
    void worksOnTheRealFileSystem(@TempDir final Path directory) throws IOException {
        final SeededRandom random = new SeededRandom(1);
        try (Journal journal = Journal.open(FileDisk.open(), directory, true)) {
            journal.append(new PartitionAdded(P0, "t"));
            for (int i = 1; i <= 50; i++) {
                journal.append(new RecoveryPoint(P0, i, random.nextInt(1000), i));
                journal.force();
            }
            journal.markCleanStop();
        }
        try (Journal journal = Journal.open(FileDisk.open(), directory, false)) {
            assertTrue(journal.recovered().cleanStop());
            assertEquals(50, journal.recovered().partitions().get(P0).recoveryPoint());
        }
    }

    static SimulatedDisk newDisk(final long seed) throws IOException {
        final SimulatedDisk disk = new SimulatedDisk(seed);
        disk.createDirectories(DIRECTORY);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    private static Journal reopen(final SimulatedDisk disk) throws IOException {
        return Journal.open(disk, DIRECTORY, true);
    }

    private static void assertRefused(final Reason reason, final SimulatedDisk disk) {
        final DirectoryRefusedException e =
                assertThrows(DirectoryRefusedException.class, () -> Journal.open(disk, DIRECTORY, false));
        assertEquals(reason, e.reason(), e.getMessage());
        assertTrue(e.getMessage().contains("/data"), e.getMessage());
        assertEquals(-1, e.getMessage().indexOf('\n'));
    }
}
