package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.SimulatedDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The disk fails while the indexes are completed, once, at any of the operations. Aim: the caller gets an error then, and
 * the right answer ever after. Method: each operation in turn, on a log that was opened anew and knows no timestamps yet.
 */
final class IndexFaultTest {
    /** So many that the indexes have blocks in their files. */
    private static final int BATCHES = 300;

    private static final LogConfig CONFIG = LogConfig.DEFAULT.withIndexIntervalBytes(1);

    @FunctionalInterface
    private interface Use {
        void of(PartitionLog log) throws Exception;
    }

    /** Errors that there were over all operations. */
    private static int failEachOperationOf(final LogConfig config, final Use use) throws Exception {
        int errors = 0;
        boolean isThrough = false;
        for (int at = 0; !isThrough; at++) {
            final SimulatedDisk disk = new SimulatedDisk(51);
            final LogFixture fixture = new LogFixture(disk, Path.of("/data"), config).open();
            for (int i = 0; i < BATCHES; i++) {
                fixture.append(LogFixture.batch("r" + i, 1, 1000 + i));
            }
            final LogFixture opened = fixture.reopenCleanly();
            final int[] left = {at};
            disk.beforeEach((operation, path) -> {
                if (left[0]-- == 0) {
                    disk.fail(operation, path.toString(), 1);
                }
            });
            try {
                use.of(opened.log);
            } catch (final LogStorageException e) {
                errors++;
            }
            isThrough = left[0] >= 0;
            disk.beforeEach((operation, path) -> {});
            disk.heal();
            final long end = opened.log.endOffset();
            final String after = "after a fault at operation " + at;
            final long newest = end <= BATCHES ? 1000 + end - 1 : 2000 + end - 1 - BATCHES;
            assertEquals(new OffsetAtTime(end - 1, newest, 0), opened.log.maxTimestamp(end), after);
            assertEquals(OffsetAtTime.NONE, opened.log.offsetForTimestamp(newest + 1, end), after);
            for (int i = 0; i < BATCHES; i += 50) {
                assertEquals(new OffsetAtTime(i, 1000 + i, 0), opened.log.offsetForTimestamp(1000 + i, end), after);
            }
            opened.readAll(1000);
            opened.settle();
            opened.directory.close();
            assertEquals(0, disk.openFiles(), after);
        }
        return errors;
    }

    @Test
    void aSearchForTheGreatestTimestampThatFailedLeavesNoWrongAnswer() throws Exception {
        assertTrue(failEachOperationOf(CONFIG, log -> log.maxTimestamp(log.endOffset())) > 2);
    }

    @Test
    void aReadThatFailedLeavesNoWrongAnswer() throws Exception {
        assertTrue(failEachOperationOf(
                        CONFIG,
                        log -> log.read(200, 100, log.endOffset(), true)
                                .lifetime()
                                .release())
                > 2);
    }

    @Test
    void anAppendThatFailedLeavesNoWrongAnswer() throws Exception {
        assertTrue(failEachOperationOf(CONFIG, log -> {
                    for (int i = 0; i < 300; i++) {
                        log.append(LogFixture.batch("s" + i, 1, 2000 + i), 0, -1);
                    }
                })
                > 2);
    }

    @Test
    void aRollThatFailedLosesNeitherFilesNorRecords() throws Exception {
        assertTrue(failEachOperationOf(CONFIG.withSegmentBytes(25_000), log -> {
                    for (int i = 0; i < 300; i++) {
                        log.append(LogFixture.batch("s" + i, 1, 2000 + i), 0, -1);
                    }
                })
                > 2);
    }
}
