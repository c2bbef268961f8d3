package io.highwater.log;

import static io.highwater.log.LogFixture.KEY;
import static io.highwater.log.LogFixture.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.ProcessKilled;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of a directory's partitions when an opening, a creation or a deletion does not go through. */
final class LogDirectoryTest {
    private static final Path DATA = Path.of("/data");
    private static final TopicPartitionKey OTHER = new TopicPartitionKey("other", 0, new UUID(5, 6));

    private final SimulatedDisk disk = new SimulatedDisk(1);

    private LogFixture started() throws Exception {
        return new LogFixture(disk, DATA, LogConfig.DEFAULT).start();
    }

    /** A log whose last five records are acknowledged, the recovery point before them; then the process dies. */
    private void killWithARecoveryPointBehind() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.append(batch("a", 5, 1000));
        fixture.settle();
        fixture.append(batch("b", 5, 2000));
        fixture.settle();
        assertEquals(10, fixture.log.stableEnd());
        disk.kill();
    }

    private void assertTenRecords() throws Exception {
        final LogFixture next = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        assertEquals(10, next.log.endOffset());
        for (final TopicPartitionKey key : next.directory.knownPartitions()) {
            if (!key.equals(KEY)) {
                next.directory.openPartition(key, LogConfig.DEFAULT, next.shard);
            }
        }
        next.directory.close();
        assertTrue(next.reopen().directory.wasCleanlyStopped());
    }

    @Test
    void aStopBeforeAnyPartitionWasRecoveredIsNotAClean() throws Exception {
        killWithARecoveryPointBehind();
        started().directory.close();
        assertTenRecords();
    }

    @Test
    void aStopWithAPartitionThatCouldNotBeOpenedIsNotAClean() throws Exception {
        killWithARecoveryPointBehind();
        final LogFixture fixture = started();
        disk.fail(DiskOperation.READ, "orders-0", 1);
        assertThrows(
                LogStorageException.class,
                () -> fixture.directory.openPartition(KEY, LogConfig.DEFAULT, fixture.shard));
        fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard);
        fixture.directory.close();
        assertTenRecords();
    }

    /** Somebody has mixed up the directories of two topics; put back, both are what they were. */
    @Test
    void aDirectoryOfAnotherTopicIsNotAttached() throws Exception {
        final LogFixture mixed = startedMixedUp();
        final LogStorageException refusal = assertThrows(
                LogStorageException.class, () -> mixed.directory.openPartition(KEY, LogConfig.DEFAULT, mixed.shard));
        assertTrue(refusal.getMessage().contains("is of topic id " + OTHER.topicId()), refusal.getMessage());
        mixed.directory.close();
        swapDirectories();
        assertEquals(5, mixed.reopen().log.endOffset());
    }

    /** Deleting the one must not take the other's records, nor must a new topic of its name. */
    @Test
    void aDeletionLeavesADirectoryOfAnotherTopic() throws Exception {
        final LogFixture mixed = startedMixedUp();
        mixed.directory.deletePartition(OTHER);
        final TopicPartitionKey anew = new TopicPartitionKey(OTHER.topic(), 0, new UUID(7, 8));
        assertThrows(
                LogStorageException.class, () -> mixed.directory.openPartition(anew, LogConfig.DEFAULT, mixed.shard));
        mixed.settle();
        disk.rename(DATA.resolve(KEY.directoryName()), DATA.resolve("gone"));
        disk.rename(DATA.resolve(OTHER.directoryName()), DATA.resolve(KEY.directoryName()));
        disk.forceDirectory(DATA);
        assertEquals(
                5,
                mixed.directory
                        .openPartition(KEY, LogConfig.DEFAULT, mixed.shard)
                        .endOffset());
    }

    /** The newest frame of a journal looks torn when it went bad: what it knew of must not go for nobody's. */
    @Test
    void aPartitionThatTheJournalHasLostIsAdopted() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).start();
        final Path journal = DATA.resolve("journal.0");
        final int before = disk.lastByteOf(journal);
        fixture.directory.addPartitions(List.of(KEY));
        final PartitionLog log = fixture.directory.openPartition(KEY, LogConfig.DEFAULT, fixture.shard);
        log.append(batch("a", 5, 1000), 3, -1);
        log.append(batch("b", 5, 2000), 3, -1);
        disk.forceDirectory(DATA);
        disk.kill();
        for (int at = before + 1; at <= disk.lastByteOf(journal); at++) {
            if (at % 512 == 4) {
                disk.flipBit(journal, at, 0);
            }
        }
        final LogFixture next = started();
        assertTrue(next.directory.knownPartitions().isEmpty());
        final PartitionLog adopted = next.directory.openPartition(KEY, LogConfig.DEFAULT, next.shard);
        assertEquals(10, adopted.endOffset());
        assertEquals(0, adopted.startOffset());
        next.directory.close();
        assertEquals(10, next.reopen().log.endOffset());
    }

    /** In every place, after a clean stop and after a crash; put back, the log is what it was. */
    @Test
    void aLogThatHasLostADurableSegmentIsRefused() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT.withSegmentBytes(2_000)).open();
        for (int i = 0; i < 10; i++) {
            fixture.append(batch("a".repeat(700), 2, 1000));
            fixture.settle();
        }
        fixture.directory.noteProgress();
        final long end = fixture.log.endOffset();
        fixture.directory.close();
        final Path partition = DATA.resolve(KEY.directoryName());
        final List<String> logs = disk.list(partition).stream()
                .filter(name -> name.endsWith(".log"))
                .toList();
        assertTrue(logs.size() >= 4, logs.toString());
        for (final boolean isClean : new boolean[] {true, false}) {
            for (final String name : logs) {
                disk.rename(partition.resolve(name), partition.resolve("lost"));
                final LogFixture next = started();
                final LogStorageException refusal = assertThrows(
                        LogStorageException.class,
                        () -> next.directory.openPartition(KEY, LogConfig.DEFAULT, next.shard));
                assertTrue(refusal.getMessage().contains("has lost " + name), refusal.getMessage());
                if (isClean) {
                    next.directory.close();
                } else {
                    disk.kill();
                }
                disk.rename(partition.resolve("lost"), partition.resolve(name));
            }
        }
        assertEquals(end, fixture.reopen().log.endOffset());
    }

    /** The journal may hear of a segment, with another partition's force, before anything of the segment is durable. */
    @Test
    void aSegmentThatACrashTookIsNotMissedLater() throws Exception {
        int taken = 0;
        for (int seed = 1; seed <= 50; seed++) {
            final SimulatedDisk unlucky = new SimulatedDisk(seed);
            final LogFixture fixture = new LogFixture(unlucky, DATA, LogConfig.DEFAULT.withSegmentBytes(2_000)).open();
            fixture.append(batch("a".repeat(300), 2, 1000));
            fixture.settle();
            fixture.directory.noteProgress();
            for (int i = 0; i < 3; i++) {
                fixture.append(batch("b".repeat(300), 2, 1000));
            }
            final Path lost = DATA.resolve(KEY.directoryName()).resolve("00000000000000000004.log");
            assertTrue(unlucky.exists(lost));
            fixture.directory.addPartitions(List.of(OTHER));
            unlucky.crash();
            taken += unlucky.exists(lost) ? 0 : 1;
            final LogFixture after = fixture.reopen();
            while (after.log.endOffset() < 9) {
                after.append(batch("c".repeat(500), 3, 1000));
                after.settle();
            }
            after.directory.noteProgress();
            final long end = after.log.endOffset();
            unlucky.kill();
            assertEquals(end, after.reopen().log.endOffset());
        }
        assertTrue(taken > 10, "of 50 crashes " + taken + " took the segment");
    }

    /** The journal still has the size that the segment had before the recovery that the process did not outlive. */
    @Test
    void aSegmentThatARecoveryCutIsNotMissedByTheNextOne() throws Exception {
        int cut = 0;
        for (int seed = 1; seed <= 50; seed++) {
            final SimulatedDisk unlucky = new SimulatedDisk(seed);
            final LogFixture fixture = new LogFixture(unlucky, DATA, LogConfig.DEFAULT.withSegmentBytes(2_000)).open();
            fixture.append(batch("a".repeat(300), 2, 1000));
            fixture.settle();
            fixture.directory.noteProgress();
            for (int i = 0; i < 3; i++) {
                fixture.append(batch("b".repeat(300), 2, 1000));
            }
            fixture.directory.addPartitions(List.of(OTHER));
            unlucky.crash();
            final LogFixture recovered = fixture.reopen();
            cut += recovered.log.endOffset() == 2 ? 1 : 0;
            // Rolls; the journal has it in memory only.
            recovered.append(batch("c".repeat(1_500), 1, 1000));
            unlucky.kill();
            final LogFixture next = recovered.reopen();
            assertEquals(recovered.log.endOffset(), next.log.endOffset());
        }
        assertTrue(cut > 10, "of 50 recoveries " + cut + " cut the segment");
    }

    /** The journal knows nothing of what is acknowledged from the data journal alone; the frames do. */
    @Test
    void aLogWhoseOnlyFileIsGoneIsRefused() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.append(batch("a", 5, 1000));
        fixture.settle();
        final PartitionLog other = fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard);
        other.append(batch("b", 5, 1000), 3, -1);
        fixture.settle();
        assertEquals(5, other.stableEnd());
        disk.kill();
        disk.delete(DATA.resolve(OTHER.directoryName()).resolve("00000000000000000000.log"));
        for (int start = 0; start < 3; start++) {
            final LogFixture next = started();
            final LogStorageException refusal = assertThrows(
                    LogStorageException.class,
                    () -> next.directory.openPartition(OTHER, LogConfig.DEFAULT, next.shard));
            assertTrue(refusal.getMessage().contains("durable"), refusal.getMessage());
            disk.kill();
        }
    }

    /** Five records in the one partition, none in the other, and each in the other's directory. */
    private LogFixture startedMixedUp() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.append(batch("a", 5, 1000));
        fixture.settle();
        fixture.directory.addPartitions(List.of(OTHER));
        fixture.directory.close();
        swapDirectories();
        return started();
    }

    private void swapDirectories() throws Exception {
        final Path one = DATA.resolve(KEY.directoryName());
        final Path other = DATA.resolve(OTHER.directoryName());
        disk.rename(one, DATA.resolve("between"));
        disk.rename(other, one);
        disk.rename(DATA.resolve("between"), other);
        disk.forceDirectory(DATA);
    }

    /** What a loss of power leaves of a file that is never forced. */
    @Test
    void aTopicIdThatCantBeReadIsWrittenAnew() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.directory.close();
        final Path metadata = DATA.resolve(KEY.directoryName()).resolve(DerivedFiles.PARTITION_METADATA);
        try (DiskFile file = disk.open(metadata, false)) {
            file.truncate(20);
        }
        fixture.reopen().directory.close();
        assertEquals(KEY.topicId(), DerivedFiles.topicIdOrNull(DerivedFiles.readMetadata(disk, metadata.getParent())));
    }

    @Test
    void aPartitionThatWasNotOpenedStaysCleanAfterACleanStop() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.append(batch("a", 5, 1000));
        fixture.settle();
        fixture.directory.close();
        started().directory.close();
        final LogFixture next = fixture.reopen();
        assertTrue(next.directory.wasCleanlyStopped());
        assertEquals(5, next.log.endOffset());
    }

    @Test
    void anOpeningThatFailsAfterACleanStopIsCheckedWhenItIsTriedAgain() throws Exception {
        for (int fault = 1; ; fault++) {
            final SimulatedDisk fresh = new SimulatedDisk(fault);
            LogFixture fixture = new LogFixture(fresh, DATA, LogConfig.DEFAULT).start();
            fixture.directory.addPartitions(List.of(OTHER));
            fixture.directory.close();
            fixture = fixture.restart();
            assertTrue(fixture.directory.wasCleanlyStopped());
            final boolean failed = failsAt(fresh, fault, fixture, OTHER);
            final PartitionLog log = failed
                    ? fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard)
                    : List.copyOf(fixture.directory.partitions()).get(0);
            log.append(batch("a", 5, 1000), 0, -1);
            fixture.settle();
            assertEquals(5, log.stableEnd());
            fresh.crash();
            fixture = fixture.restart();
            assertEquals(
                    5,
                    fixture.directory
                            .openPartition(OTHER, LogConfig.DEFAULT, fixture.shard)
                            .endOffset());
            if (!failed) {
                assertTrue(fault > 3, "the opening has hardly an operation that could fail");
                return;
            }
        }
    }

    /** Creation that fails at any operation: afterwards it works, or is deleted, in this run and in the next. */
    @Test
    void aHalfCreatedPartitionCanBeOpenedOrDeleted() throws Exception {
        int failures = 0;
        for (int fault = 1; ; fault++) {
            for (int way = 0; way < 4; way++) {
                final SimulatedDisk fresh = new SimulatedDisk(fault);
                LogFixture fixture = new LogFixture(fresh, DATA, LogConfig.DEFAULT).open();
                fixture.settle();
                if (!failsAt(fresh, fault, fixture, OTHER)) {
                    assertTrue(failures > 20, "only " + failures + " creations failed");
                    return;
                }
                failures++;
                if ((way & 1) == 1 || fixture.directory.failure() != null) {
                    fresh.kill();
                    fixture = fixture.restart();
                }
                if (way >= 2) {
                    fixture.directory.deletePartition(OTHER);
                    assertFalse(fixture.directory.knownPartitions().contains(OTHER));
                    fixture.settle();
                    assertFalse(fresh.exists(DATA.resolve("other-0")), "fault " + fault);
                }
                final PartitionLog log = fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard);
                assertTrue(fresh.exists(DATA.resolve("other-0").resolve(DerivedFiles.PARTITION_METADATA)));
                log.append(batch("a", 5, 1000), 0, -1);
                fixture.settle();
                assertEquals(5, log.stableEnd());
                fresh.crash();
                fixture = fixture.restart();
                assertEquals(
                        5,
                        fixture.directory
                                .openPartition(OTHER, LogConfig.DEFAULT, fixture.shard)
                                .endOffset());
            }
        }
    }

    /** Whether the opening met the fault: its operation of this number, from 1, fails. */
    private static boolean failsAt(
            final SimulatedDisk disk, final int fault, final LogFixture fixture, final TopicPartitionKey key) {
        final long at = disk.operations() + fault;
        disk.beforeEach((operation, path) -> {
            if (disk.operations() == at) {
                disk.fail(operation, path.toString(), 1);
            }
        });
        try {
            fixture.directory.openPartition(key, LogConfig.DEFAULT, fixture.shard);
            return false;
        } catch (final LogStorageException e) {
            return true;
        } finally {
            disk.beforeEach((operation, path) -> {});
            disk.heal();
        }
    }

    @Test
    void aDirectoryOfNobodysIsNeverTakenForThePartitions() throws Exception {
        for (int death = 1; ; death++) {
            final SimulatedDisk fresh = new SimulatedDisk(death);
            LogFixture fixture = new LogFixture(fresh, DATA, LogConfig.DEFAULT).open();
            fixture.append(batch("a", 5, 1000));
            fixture.settle();
            fixture.directory.close();
            fresh.rename(DATA.resolve("orders-0"), DATA.resolve("other-0"));
            DerivedFiles.write(
                    fresh,
                    DATA.resolve("other-0"),
                    DerivedFiles.PARTITION_METADATA,
                    DerivedFiles.partitionMetadata(new UUID(9, 9)));
            fresh.forceDirectory(DATA);
            fixture = fixture.restart();
            final long at = fresh.operations() + death;
            final boolean powerLoss = death % 2 == 0;
            fresh.beforeEach((operation, path) -> {
                if (fresh.operations() == at) {
                    if (powerLoss) {
                        fresh.crash();
                    } else {
                        fresh.kill();
                    }
                }
            });
            boolean died = false;
            try {
                fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard);
            } catch (final ProcessKilled e) {
                died = true;
            }
            fresh.beforeEach((operation, path) -> {});
            if (!died) {
                assertTrue(death > 10, "the opening has hardly an operation to die at");
                return;
            }
            fixture = fixture.restart();
            final PartitionLog log = fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard);
            assertEquals(0, log.endOffset(), "death " + death);
        }
    }

    @Test
    void aDeletionThatFailedIsFinishedByTheNextRun() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.append(batch("a", 5, 1000));
        fixture.settle();
        disk.fail(DiskOperation.RENAME, "orders-0", 1);
        assertThrows(LogStorageException.class, () -> fixture.directory.deletePartition(KEY));
        fixture.directory.close();
        final LogFixture next = fixture.restart();
        assertFalse(next.directory.wasCleanlyStopped());
        next.directory.deletePartition(KEY);
        next.directory.close();
        assertTrue(next.restart().directory.wasCleanlyStopped());
    }

    @Test
    void aPartitionThatComesBackIsNotTakenForItsOwnDeletion() throws Exception {
        LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.directory.deletePartition(KEY);
        // The files are still there when it is created again.
        fixture.log = fixture.directory.openPartition(KEY, LogConfig.DEFAULT, fixture.shard);
        fixture.append(batch("a", 5, 1000));
        fixture.flushes.runAll();
        disk.crash();
        fixture = fixture.reopen();
        assertEquals(5, fixture.log.endOffset());
    }

    @Test
    void aFailedDirectoryTakesNoPartition() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.append(batch("a", 5, 1000));
        disk.fail(DiskOperation.FORCE, "orders-0", 1);
        fixture.settle();
        assertThrows(LogOfflineException.class, () -> fixture.directory.addPartitions(List.of(OTHER)));
        assertThrows(
                LogOfflineException.class,
                () -> fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard));
        assertFalse(fixture.directory.knownPartitions().contains(OTHER));
    }

    @Test
    void aDirectoryThatFailsDuringAnOpeningKeepsTheLogClosed() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        fixture.directory.addPartitions(List.of(OTHER));
        fixture.append(batch("a", 5, 1000));
        disk.fail(DiskOperation.FORCE, "orders-0", 1);
        disk.beforeEach((operation, path) -> {
            if (path.endsWith("other-0")) {
                disk.beforeEach((o, p) -> {});
                fixture.settle();
            }
        });
        assertThrows(
                LogStorageException.class,
                () -> fixture.directory.openPartition(OTHER, LogConfig.DEFAULT, fixture.shard));
        assertEquals(1, fixture.directory.partitions().size());
    }

    @Test
    void aFailedJournalEndsTheDirectory() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, LogConfig.DEFAULT).open();
        assertNull(fixture.directory.failure());
        disk.fail(DiskOperation.FORCE, "journal", 1);
        assertThrows(LogStorageException.class, () -> fixture.directory.addPartitions(List.of(OTHER)));
        fixture.settle();
        assertEquals(1, fixture.offline.size());
        assertThrows(LogOfflineException.class, () -> fixture.append(batch("a", 1, 1)));
    }
}
