package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.datajournal.DataJournal;
import io.highwater.log.disk.SimulatedDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a log of many segments keeps open. Aim: descriptors and mappings are a process's, shared by ten thousand logs, so
 * what is asked of a log must not decide how many it holds.
 */
final class LogDescriptorsTest {
    private static final int SEGMENTS = 60;
    /** The active segment and, until a force has passed it, the one sealed last. */
    private static final int SEGMENT_FILES_MAX = 2;

    private final SimulatedDisk disk = new SimulatedDisk(5);
    private LogFixture fixture;
    /** What the directory itself has open. */
    private int filesBefore;

    @BeforeEach
    void writeManySegments() throws Exception {
        fixture = new LogFixture(disk, Path.of("/data"), LogConfig.DEFAULT.withSegmentBytes(2000));
        fixture.directory = fixture.openDirectory(fixture.flushes);
        // The data journal's files are made with the first force.
        filesBefore = disk.openFiles() + DataJournal.FILES.size();
        fixture.directory.close();
        fixture.open();
        for (int i = 0; i < SEGMENTS; i++) {
            fixture.append(LogFixture.batch("a".repeat(700), 2, 1000 + 10L * i));
            fixture.settle();
        }
    }

    private void assertBounded(final LogFixture opened) {
        assertTrue(
                disk.openFiles() - filesBefore <= SEGMENT_FILES_MAX,
                () -> disk.openFiles() - filesBefore + " segment files are open");
        // The active segment, the sealed one that is read, the one sealed last.
        assertTrue(disk.mappedRegions() <= 3, () -> disk.mappedRegions() + " mappings");
        assertEquals(2 * SEGMENTS, opened.log.endOffset());
    }

    @Test
    void aReadOfTheWholeLogLeavesNoFileOpenBehindIt() throws Exception {
        fixture.readAll(1 << 20);
        assertBounded(fixture);
    }

    @Test
    void readsThatReturnNothingAreBoundedToo() throws Exception {
        for (long offset = 0; offset < fixture.log.endOffset(); offset++) {
            assertEquals(
                    0,
                    fixture.log.read(offset, 10, fixture.log.endOffset(), false).sizeBytes());
        }
        assertBounded(fixture);
    }

    @Test
    void searchesByTimeShareTheBoundOfTheReads() throws Exception {
        final OffsetAtTime last = new OffsetAtTime(2 * SEGMENTS - 1, 1001 + 10L * (SEGMENTS - 1), 0);
        assertEquals(last, fixture.log.maxTimestamp(fixture.log.endOffset()));
        assertBounded(fixture);
        for (int i = 0; i < SEGMENTS; i++) {
            assertEquals(
                    new OffsetAtTime(2L * i, 1000 + 10L * i, 0), fixture.log.offsetForTimestamp(1000 + 10L * i, 1000));
            assertEquals(new OffsetAtTime(2L * i + 1, 1001 + 10L * i, 0), fixture.log.maxTimestamp(2L * i + 2));
            assertBounded(fixture);
        }
    }

    @Test
    void searchesOfALogWhoseTimesAreUnknownShareItToo() throws Exception {
        disk.kill();
        final LogFixture next = fixture.reopen();
        assertEquals(
                new OffsetAtTime(2 * SEGMENTS - 1, 1001 + 10L * (SEGMENTS - 1), 0),
                next.log.maxTimestamp(next.log.endOffset()));
        assertBounded(next);
    }

    @Test
    void recoveryLeavesNoFileOpen() throws Exception {
        // Nothing of this run's writes was noted but the names: all of it is checked, and the producers are replayed.
        fixture.append(LogFixture.idempotent(1, 0, 0, 1));
        disk.kill();
        final LogFixture next = fixture.reopen();
        assertEquals(2 * SEGMENTS + 1, next.log.endOffset());
        assertEquals(filesBefore, disk.openFiles());
        // The greatest timestamp of each sealed segment was looked for, in one after the other.
        assertTrue(disk.mappedRegions() <= 1, () -> disk.mappedRegions() + " mappings");
    }

    @Test
    void aClosedDirectoryHoldsNothing() throws Exception {
        fixture.readAll(1 << 20);
        fixture.log.maxTimestamp(fixture.log.endOffset());
        fixture.directory.close();
        assertEquals(0, disk.openFiles());
        assertEquals(0, disk.mappedRegions());
    }
}
