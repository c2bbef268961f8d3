package io.highwater.log;

import static io.highwater.log.LogFixture.KEY;
import static io.highwater.log.LogFixture.batch;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.PartitionId;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A raised start, and crashes after it. */
final class LogTrimTest {
    private static final Path DATA = Path.of("/data");
    private static final LogConfig SMALL = LogConfig.DEFAULT.withSegmentBytes(1000);

    private static LogFixture opened(final SimulatedDisk disk) throws Exception {
        return new LogFixture(disk, DATA, SMALL).open();
    }

    /** They are noted once in a while: what comes next is behind the recovery point for a while. */
    private static void noteRecoveryPoints(final LogFixture fixture) throws Exception {
        fixture.directory
                .openPartition(new TopicPartitionKey("other", 0, new UUID(5, 6)), SMALL, fixture.shard)
                .append(batch("o", 1, 1), 0, -1);
        fixture.settle();
    }

    @Test
    void aStartBeyondTheForcedEndLosesNothingThatComesLater() throws Exception {
        for (int seed = 1; seed <= 30; seed++) {
            final SimulatedDisk disk = new SimulatedDisk(seed);
            LogFixture fixture = opened(disk);
            fixture.append(batch("a", 5, 1000));
            fixture.settle();
            fixture.append(batch("b".repeat(300), 5, 2000));
            fixture.log.trimTo(10);
            disk.crash();
            fixture = fixture.reopen();
            assertEquals(10, fixture.log.startOffset());
            assertEquals(10, fixture.log.endOffset());
            noteRecoveryPoints(fixture);
            fixture.append(batch("c", 5, 3000));
            fixture.settle();
            assertEquals(15, fixture.log.stableEnd());
            final byte[] stable = fixture.readAll(1000);
            disk.crash();
            fixture = fixture.reopen();
            assertEquals(10, fixture.log.startOffset());
            assertEquals(15, fixture.log.endOffset());
            assertArrayEquals(stable, fixture.readAll(1000));
        }
    }

    @Test
    void aTrimmedLogOpensThoughTheRecoveryPointWasFarBelow() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(1);
        final LogFixture fixture = opened(disk);
        for (int i = 0; i < 40; i++) {
            fixture.append(batch("some text", 5, 1000));
            fixture.settle();
        }
        fixture.log.trimTo(150);
        disk.crash();
        final LogFixture next = fixture.reopen();
        assertEquals(150, next.log.startOffset());
        assertEquals(200, next.log.endOffset());
    }

    @Test
    void aTrimWhoseForceFailsIsTheEndOfTheDirectory() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(1);
        final LogFixture fixture = opened(disk);
        fixture.append(batch("a", 5, 1000));
        disk.fail(DiskOperation.FORCE, ".log", 1);
        assertThrows(LogStorageException.class, () -> fixture.log.trimTo(5));
        assertThrows(LogOfflineException.class, () -> fixture.append(batch("b", 1, 1)));
        disk.kill();
        assertEquals(0, fixture.reopen().log.startOffset());
    }

    /** As versions left it that let the start pass the forced end, or that dropped segments above the recovery point. */
    @Test
    void aLogThatEndsBeforeItsStartBeginsAnewThere() throws Exception {
        for (int seed = 1; seed <= 30; seed++) {
            final SimulatedDisk disk = new SimulatedDisk(seed);
            LogFixture fixture = opened(disk);
            for (int i = 0; i < 40; i++) {
                fixture.append(batch("some text", 5, 1000));
            }
            fixture.settle();
            if (seed % 2 == 0) {
                fixture.directory.close();
            }
            disk.kill();
            try (Journal journal = Journal.open(disk, DATA, false)) {
                journal.append(new JournalEntry.LogStart(new PartitionId(KEY.topicId(), KEY.partition()), 300));
                if (seed % 4 < 2) {
                    journal.markCleanStop();
                } else {
                    journal.force();
                }
            }
            fixture = new LogFixture(disk, DATA, SMALL).open();
            assertEquals(300, fixture.log.startOffset());
            noteRecoveryPoints(fixture);
            assertEquals(300, fixture.append(batch("c", 5, 3000)));
            fixture.settle();
            assertEquals(305, fixture.log.stableEnd());
            disk.crash();
            fixture = fixture.reopen();
            assertEquals(305, fixture.log.endOffset());
            fixture.readAll(1000);
        }
    }

    @Test
    void segmentsDroppedAboveTheRecoveryPointAreNotMissed() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(1);
        final LogFixture fixture = opened(disk);
        for (int i = 0; i < 40; i++) {
            fixture.append(batch("some text", 5, 1000));
        }
        fixture.settle();
        fixture.log.trimTo(150);
        disk.kill();
        try (Journal journal = Journal.open(disk, DATA, false)) {
            journal.append(new JournalEntry.RecoveryPoint(new PartitionId(KEY.topicId(), KEY.partition()), 5, 111, 0));
            journal.force();
        }
        final LogFixture next = fixture.reopen();
        assertEquals(150, next.log.startOffset());
        assertEquals(200, next.log.endOffset());
    }
}
