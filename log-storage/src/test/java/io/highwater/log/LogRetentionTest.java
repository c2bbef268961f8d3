package io.highwater.log;

import static io.highwater.log.LogFixture.KEY;
import static io.highwater.log.LogFixture.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.SimulatedDisk;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which segments may go, and a start that is raised in steps, with crashes between them. */
final class LogRetentionTest {
    private static final Path DATA = Path.of("/data");
    /** Some five batches of {@link #fill} fit one segment. */
    private static final LogConfig SMALL = LogConfig.DEFAULT.withSegmentBytes(1000);

    private static LogFixture opened(final SimulatedDisk disk, final long retentionMs, final long retentionBytes)
            throws Exception {
        return new LogFixture(disk, DATA, SMALL.withRetention(retentionMs, retentionBytes)).open();
    }

    /** Forty batches of five records, each batch a second younger than the one before. */
    private static void fill(final LogFixture fixture) throws Exception {
        for (int i = 0; i < 40; i++) {
            fixture.append(batch("some text", 5, 1_000_000 + 1_000 * i));
        }
        fixture.settle();
    }

    private static long segments(final SimulatedDisk disk) throws Exception {
        return disk.list(DATA.resolve(KEY.directoryName())).stream()
                .filter(name -> name.endsWith(".log"))
                .count();
    }

    @Test
    void nothingGoesWithoutABound() throws Exception {
        final LogFixture fixture = opened(new SimulatedDisk(1), -1, -1);
        fill(fixture);
        assertEquals(0, fixture.log.startByRetention(Long.MAX_VALUE, 200));
    }

    @Test
    void theOldestSegmentsGoWhileTheOthersHaveEnough() throws Exception {
        final LogFixture fixture = opened(new SimulatedDisk(1), -1, 2_000);
        fill(fixture);
        final long all = fixture.log.sizeBytes();
        assertTrue(all > 5_000, all + " bytes");
        final long start = fixture.log.startByRetention(0, 200);
        fixture.log.trimTo(start);
        assertTrue(
                fixture.log.sizeBytes() >= 2_000 && fixture.log.sizeBytes() < 3_000, fixture.log.sizeBytes() + " left");
        assertEquals(start, fixture.log.startByRetention(0, 200), "no more than that");
    }

    @Test
    void whatIsShownToNobodyStays() throws Exception {
        final LogFixture fixture = opened(new SimulatedDisk(1), -1, 0);
        fill(fixture);
        assertEquals(0, fixture.log.startByRetention(0, 10));
        final long start = fixture.log.startByRetention(0, 100);
        assertTrue(start > 50 && start <= 100, "start " + start);
    }

    @Test
    void segmentsGoByTheirNewestRecord() throws Exception {
        final LogFixture fixture = opened(new SimulatedDisk(1), 10_000, -1);
        fill(fixture);
        assertEquals(0, fixture.log.startByRetention(1_010_000, 200));
        final long start = fixture.log.startByRetention(1_030_000, 200);
        // Records up to the time 1,020,000 are old: those of 20 batches; the segment that has the last of them stays.
        assertTrue(start > 70 && start <= 100, "start " + start);
    }

    @Test
    void whenAllIsOldALogBeginsANewSegmentSoThatTheLastCanGo() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(1);
        LogFixture fixture = opened(disk, 10_000, -1);
        fill(fixture);
        final long wallMs = 2_000_000;
        assertEquals(200, fixture.log.startByRetention(wallMs, 200));
        fixture.log.trimTo(200);
        fixture.settle();
        assertEquals(0, fixture.log.sizeBytes());
        assertEquals(1, segments(disk));
        assertEquals(200, fixture.append(batch("next", 1, wallMs)));
        assertEquals(200, fixture.log.startByRetention(wallMs, 201));
        fixture.settle();
        disk.crash();
        fixture = fixture.reopen();
        assertEquals(200, fixture.log.startOffset());
        assertEquals(201, fixture.log.endOffset());
    }

    @Test
    void recordsWithoutATimeHaveNoAge() throws Exception {
        final LogFixture fixture = opened(new SimulatedDisk(1), 10_000, -1);
        fixture.append(batch("x", 1, -1));
        fixture.settle();
        assertEquals(0, fixture.log.startByRetention(Long.MAX_VALUE, 1));
    }

    /** Aim: whatever step a crash comes after, the start is the old one or the new one, never back, and no record above is gone. */
    @Test
    void aCrashAfterAnyStepOfATrimLosesNothingAboveTheStart() throws Exception {
        for (int seed = 1; seed <= 40; seed++) {
            final SimulatedDisk disk = new SimulatedDisk(seed);
            LogFixture fixture = opened(disk, -1, -1);
            fill(fixture);
            final int steps = seed % 4;
            if (steps > 0) {
                fixture.directory.makeStartsDurable(Map.of(fixture.log, 150L));
            }
            if (steps > 1) {
                final TrimmedSegments below = fixture.log.adoptStart(150);
                assertEquals(150, fixture.log.startOffset());
                if (steps > 2) {
                    below.delete();
                }
            }
            disk.crash();
            fixture = fixture.reopen();
            assertEquals(steps > 0 ? 150 : 0, fixture.log.startOffset(), "seed " + seed);
            assertEquals(200, fixture.log.endOffset());
            assertEquals(50, fixture.log.endOffset() - 150);
            fixture.readAll(1000);
        }
    }

    @Test
    void startsThatAreNotedLaterNeverGoBack() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(3);
        final LogFixture fixture = opened(disk, -1, -1);
        fill(fixture);
        fixture.directory.makeStartsDurable(Map.of(fixture.log, 150L));
        fixture.directory.makeStartsDurable(Map.of(fixture.log, 100L));
        fixture.log.adoptStart(150).delete();
        assertTrue(fixture.log.adoptStart(100).isEmpty());
        assertEquals(150, fixture.log.startOffset());
        disk.crash();
        assertEquals(150, fixture.reopen().log.startOffset());
    }

    /** Aim: a start that the journal was told of by somebody who then failed is not taken for durable. */
    @Test
    void aLogThatIsGoneKeepsNoOtherFromItsStart() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(5);
        LogFixture fixture = opened(disk, -1, -1);
        fill(fixture);
        final TopicPartitionKey gone = new TopicPartitionKey("gone", 0, new UUID(5, 6));
        final PartitionLog other = fixture.directory.openPartition(gone, SMALL, fixture.shard);
        other.append(batch("x", 5, 1), 0, -1);
        fixture.settle();
        fixture.directory.deletePartition(gone);
        final Map<PartitionLog, Long> starts = new LinkedHashMap<>();
        starts.put(other, 3L);
        starts.put(fixture.log, 150L);
        starts.put(other, 4L);
        fixture.directory.makeStartsDurable(starts);
        assertTrue(other.adoptStart(4).isEmpty());
        assertEquals(0, other.startOffset());
        fixture.log.noteStart(160);
        fixture.directory.makeStartsDurable(Map.of(fixture.log, 160L));
        disk.crash();
        fixture = fixture.reopen();
        assertEquals(160, fixture.log.startOffset(), "noted by one caller, forced by the other");
    }

    @Test
    void aStopBetweenStepsLeavesTheDeletionToTheNextOpen() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(3);
        LogFixture fixture = opened(disk, -1, -1);
        fill(fixture);
        final long before = segments(disk);
        fixture.directory.makeStartsDurable(Map.of(fixture.log, 150L));
        final TrimmedSegments below = fixture.log.adoptStart(150);
        fixture.settle();
        fixture.directory.close();
        below.delete();
        assertEquals(before, segments(disk));
        fixture = fixture.reopen();
        assertEquals(150, fixture.log.startOffset());
        assertTrue(segments(disk) < before, segments(disk) + " segments");
        assertEquals(200, fixture.append(batch("next", 1, 1)));
    }
}
