package io.highwater.log;

import static io.highwater.log.LogFixture.basesOf;
import static io.highwater.log.LogFixture.batch;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.Disk;
import io.highwater.log.epoch.EpochEnd;
import io.highwater.log.producer.SequenceCheck;
import io.highwater.port.SeededRandom;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.TimestampType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a log does on any disk. */
abstract class PartitionLogContract {
    static final LogConfig SMALL = LogConfig.DEFAULT.withSegmentBytes(4096).withIndexIntervalBytes(256);

    abstract Disk disk() throws IOException;

    abstract Path path();

    private LogFixture opened(final LogConfig config) throws Exception {
        return new LogFixture(disk(), path().resolve("data"), config).open();
    }

    @Test
    void givesOffsetsAndReturnsTheBytesOfEachBatch() throws Exception {
        final LogFixture fixture = opened(SMALL);
        final ByteArrayOutputStream expected = new ByteArrayOutputStream();
        long next = 0;
        for (int i = 0; i < 100; i++) {
            final ByteBuffer batch = batch("r" + i, 1 + i % 7, 1000 + i);
            assertEquals(next, fixture.append(batch, i / 10));
            next += 1 + i % 7;
            assertEquals(i / 10, RecordBatch.partitionLeaderEpoch(batch, 0));
            final byte[] bytes = new byte[batch.remaining()];
            batch.duplicate().get(bytes);
            expected.write(bytes);
        }
        assertEquals(next, fixture.log.endOffset());
        assertEquals(expected.size(), fixture.log.sizeBytes());
        for (final int maxBytes : new int[] {1, 200, 1000, 1 << 20}) {
            assertArrayEquals(expected.toByteArray(), fixture.readAll(maxBytes));
        }
        fixture.settle();
        assertArrayEquals(expected.toByteArray(), fixture.readAll(1 << 20));
        fixture.directory.close();
    }

    @Test
    void readsWholeBatchesWithinTheBoundsLikeANaiveScan() throws Exception {
        final LogFixture fixture = opened(SMALL);
        final SeededRandom random = new SeededRandom(1);
        final List<long[]> batches = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            final ByteBuffer batch = batch("x".repeat(random.nextInt(60)), 1 + random.nextInt(5), 1000);
            final int bytes = batch.remaining();
            final long base = fixture.append(batch);
            batches.add(new long[] {base, fixture.log.endOffset(), bytes});
        }
        for (int i = 0; i < 3000; i++) {
            final long offset = random.nextInt((int) fixture.log.endOffset());
            final long end = random.nextInt((int) fixture.log.endOffset() + 1);
            final int maxBytes = random.nextInt(1500);
            final boolean atLeastOne = random.nextInt(2) == 0;
            final LogSlice slice = fixture.log.read(offset, maxBytes, end, atLeastOne);
            int bytes = 0;
            long expectedNext = offset;
            for (final long base : basesOf(slice)) {
                final long[] batch = batches.stream()
                        .filter(each -> each[0] == base)
                        .findFirst()
                        .orElseThrow();
                assertTrue(batch[1] > offset && batch[1] <= end, "batch outside the offsets asked for");
                bytes += (int) batch[2];
                assertTrue(bytes <= maxBytes || (atLeastOne && bytes == batch[2]), "too many bytes");
                expectedNext = batch[1];
            }
            assertEquals(expectedNext, slice.nextOffset());
            if (bytes == 0) {
                final long[] first = batches.stream()
                        .filter(each -> each[1] > offset)
                        .findFirst()
                        .orElseThrow();
                assertTrue(first[1] > end || (first[2] > maxBytes && !atLeastOne), "a batch was there");
            }
        }
        fixture.directory.close();
    }

    @Test
    void refusesOffsetsOutsideTheLog() throws Exception {
        final LogFixture fixture = opened(SMALL);
        fixture.append(batch("a", 3, 1));
        assertThrows(OffsetOutOfRangeException.class, () -> fixture.log.read(4, 100, 3, true));
        assertThrows(OffsetOutOfRangeException.class, () -> fixture.log.read(-1, 100, 3, true));
        assertEquals(0, fixture.log.read(3, 100, 3, true).sizeBytes());
        fixture.directory.close();
    }

    @Test
    void opensAsItWasAfterACleanStop() throws Exception {
        final LogFixture fixture = opened(SMALL);
        for (int i = 0; i < 60; i++) {
            fixture.append(batch("r" + i, 3, 1000 + i), i / 20);
            fixture.settle();
        }
        fixture.append(LogFixture.idempotent(5, 0, 0, 4), 2);
        final byte[] before = fixture.readAll(1 << 20);
        final LogFixture next = fixture.reopenCleanly();
        assertTrue(next.directory.wasCleanlyStopped());
        assertEquals(184, next.log.endOffset());
        assertEquals(184, next.log.stableEnd());
        assertArrayEquals(before, next.readAll(777));
        assertEquals(2, next.log.epochs().latest());
        assertEquals(new EpochEnd(0, 60), next.log.epochs().endOffsetFor(0));
        assertEquals(SequenceCheck.DUPLICATE, next.log.producers().check(5, (short) 0, 0, 3));
        assertEquals(new OffsetAtTime(86, 1030, 1), next.log.offsetForTimestamp(1030, 500));
        assertEquals(184, next.append(batch("more", 1, 2000), 3));
        next.settle();
        next.directory.close();
    }

    @Test
    void stableEndFollowsForcesUnderCommitOnly() throws Exception {
        final LogFixture fixture = opened(LogConfig.DEFAULT);
        fixture.append(batch("a", 2, 1));
        fixture.append(batch("b", 2, 1));
        assertEquals(0, fixture.log.stableEnd());
        assertEquals(1, fixture.flushes.waiting.size());
        fixture.settle();
        assertEquals(4, fixture.log.stableEnd());
        assertEquals(List.of(4L), fixture.told);
        fixture.log.reconfigure(LogConfig.DEFAULT.withFlush(FlushPolicy.OS, 0));
        fixture.append(batch("c", 1, 1));
        assertEquals(5, fixture.log.stableEnd());
        fixture.settle();
        assertEquals(5L, fixture.told.get(fixture.told.size() - 1));
        fixture.directory.close();
        assertThrows(LogOfflineException.class, () -> fixture.append(batch("d", 1, 1)));
    }

    @Test
    void findsRecordsByTheirTimestamps() throws Exception {
        final LogFixture fixture = opened(SMALL);
        final SeededRandom random = new SeededRandom(3);
        final List<long[]> records = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            final long timestamp = 10_000L + i * 10L + random.nextInt(200) - 100;
            final Compression codec = i % 3 == 0 ? Compression.GZIP : Compression.NONE;
            final long base = fixture.append(batch(codec, "some text " + i, 4, timestamp), i / 50);
            for (int r = 0; r < 4; r++) {
                records.add(new long[] {base + r, timestamp + r, i / 50});
            }
        }
        for (int i = 0; i < 400; i++) {
            final long timestamp = 9_800L + random.nextInt(2_000);
            final long end = 4L * random.nextInt(151);
            final OffsetAtTime expected = records.stream()
                    .filter(each -> each[1] >= timestamp)
                    .findFirst()
                    .filter(each -> each[0] < end)
                    .map(each -> new OffsetAtTime(each[0], each[1], (int) each[2]))
                    .orElse(OffsetAtTime.NONE);
            assertEquals(expected, fixture.log.offsetForTimestamp(timestamp, end), timestamp + " below " + end);
            long[] greatest = null;
            for (final long[] each : records) {
                if (each[0] < end && (greatest == null || each[1] > greatest[1])) {
                    greatest = each;
                }
            }
            assertEquals(
                    greatest == null
                            ? OffsetAtTime.NONE
                            : new OffsetAtTime(greatest[0], greatest[1], (int) greatest[2]),
                    fixture.log.maxTimestamp(end));
        }
        fixture.directory.close();
    }

    @Test
    void stampsRecordsWithTheTimeOfAppend() throws Exception {
        final LogFixture fixture = opened(SMALL);
        final ByteBuffer batch = batch("a", 3, 1);
        fixture.log.append(batch, 0, 5000);
        assertEquals(TimestampType.LOG_APPEND_TIME, RecordBatch.timestampType(batch, 0));
        assertEquals(new OffsetAtTime(0, 5000, 0), fixture.log.offsetForTimestamp(4000, 3));
        assertEquals(RecordBatch.crc(batch, 0), RecordBatch.computeCrc(batch, 0));
        fixture.directory.close();
    }

    @Test
    void closesASegmentWhenItsRecordsSpanTooLong() throws Exception {
        final LogFixture fixture = opened(LogConfig.DEFAULT.withSegmentMs(1000));
        fixture.append(batch("a", 1, 10_000));
        fixture.append(batch("b", 1, 11_000));
        fixture.append(batch("c", 1, 11_001));
        fixture.settle();
        final List<String> names = fixture.disk.list(fixture.path.resolve("orders-0"));
        assertTrue(names.contains("00000000000000000000.log"), names::toString);
        assertTrue(names.contains("00000000000000000002.log"), names::toString);
        fixture.directory.close();
    }

    @Test
    void trimsWholeSegmentsAndRemembersItsStart() throws Exception {
        final LogFixture fixture = opened(SMALL);
        for (int i = 0; i < 100; i++) {
            fixture.append(batch("some more text " + i, 3, 1000 + i), i / 50);
        }
        fixture.settle();
        final LogSlice held = fixture.log.read(0, 1000, 300, true);
        final byte first = held.records().get(60);
        fixture.log.trimTo(200);
        assertEquals(200, fixture.log.startOffset());
        assertThrows(OffsetOutOfRangeException.class, () -> fixture.log.read(199, 100, 300, true));
        assertThrows(OffsetOutOfRangeException.class, () -> fixture.log.trimTo(301));
        assertEquals(List.of(198L), basesOf(fixture.log.read(200, 10, 300, true)));
        assertEquals(first, held.records().get(60));
        held.lifetime().release();
        assertFalse(fixture.disk.exists(fixture.path.resolve("orders-0").resolve("00000000000000000000.log")));
        final LogFixture next = fixture.reopenCleanly();
        assertEquals(200, next.log.startOffset());
        assertEquals(300, next.log.endOffset());
        next.log.trimTo(300);
        final LogFixture last = next.reopenCleanly();
        assertEquals(300, last.log.startOffset());
        assertEquals(300, last.append(batch("x", 1, 1), 2));
        last.settle();
        last.directory.close();
    }

    @Test
    void truncatesToABatchAndGoesOnFromThere() throws Exception {
        final LogFixture fixture = opened(SMALL);
        for (int i = 0; i < 100; i++) {
            fixture.append(batch("text " + i, 3, 1000 + i), i / 10);
            fixture.append(LogFixture.idempotent(9, 0, i, 1), i / 10);
        }
        fixture.settle();
        fixture.readAll(500);
        fixture.log.truncateTo(202);
        assertEquals(200, fixture.log.endOffset());
        assertEquals(4, fixture.log.epochs().latest());
        assertEquals(200, fixture.log.stableEnd());
        assertEquals(SequenceCheck.DUPLICATE, fixture.log.producers().check(9, (short) 0, 49, 49));
        assertEquals(SequenceCheck.NEW, fixture.log.producers().check(9, (short) 0, 50, 50));
        assertEquals(200, fixture.append(batch("other", 5, 5000), 20));
        fixture.settle();
        assertEquals(205, fixture.log.stableEnd());
        assertEquals(new OffsetAtTime(200, 5000, 20), fixture.log.offsetForTimestamp(1052, 300));
        final byte[] all = fixture.readAll(500);
        final LogFixture next = fixture.reopenCleanly();
        assertArrayEquals(all, next.readAll(1 << 20));
        next.directory.close();
    }

    @Test
    void aTopicCreatedAnewNeverSeesTheFilesOfTheFormerOne() throws Exception {
        final LogFixture fixture = opened(SMALL);
        fixture.append(batch("old", 3, 1));
        fixture.settle();
        final TopicPartitionKey anew = new TopicPartitionKey("orders", 0, new UUID(1, 2));
        final PartitionLog log = fixture.directory.openPartition(anew, SMALL, fixture.shard);
        assertEquals(0, log.endOffset());
        assertEquals(List.of(anew), fixture.directory.knownPartitions());
        fixture.settle();
        fixture.directory.deletePartition(anew);
        fixture.settle();
        assertEquals(List.of(), fixture.directory.knownPartitions());
        assertEquals(
                List.of(".lock", "data-journal.0", "data-journal.1", "journal.0", "journal.1", "meta.properties"),
                fixture.disk.list(fixture.path));
        fixture.directory.close();
    }

    @Test
    void aDirectoryIsUsedByOneProcessOfOneNode() throws Exception {
        final LogFixture fixture = opened(SMALL);
        assertThrows(LogDirectoryException.class, () -> fixture.reopen());
        fixture.directory.setClusterId("c1");
        final UUID id = fixture.directory.directoryId();
        final LogFixture next = fixture.reopenCleanly();
        assertEquals(id, next.directory.directoryId());
        assertEquals("c1", next.directory.clusterIdOrNull());
        next.directory.close();
    }
}
