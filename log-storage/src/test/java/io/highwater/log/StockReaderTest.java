package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.FileDisk;
import io.highwater.records.Compression;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.record.internal.FileLogInputStream;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ecosystem's own classes read the files of a closed log, and its indexes point where they should. */
final class StockReaderTest {
    @TempDir
    Path directory;

    @Test
    void stockClassesReadOurSegments() throws Exception {
        final LogFixture fixture = new LogFixture(
                        FileDisk.open(),
                        directory.resolve("data"),
                        LogConfig.DEFAULT.withSegmentBytes(20_000).withIndexIntervalBytes(1000))
                .open();
        final Compression[] codecs = Compression.values();
        for (int i = 0; i < 300; i++) {
            fixture.append(LogFixture.batch(codecs[i % codecs.length], "record " + i, 3, 1000 + i), i / 100);
        }
        fixture.settle();
        fixture.directory.close();
        final Path partition = directory.resolve("data/orders-0");
        long offset = 0;
        int segments = 0;
        for (final String name : FileDisk.open().list(partition)) {
            if (!name.endsWith(".log")) {
                continue;
            }
            segments++;
            final long base = Long.parseLong(name.substring(0, 20));
            assertEquals(offset, base);
            try (FileRecords records = FileRecords.open(partition.resolve(name).toFile(), false)) {
                long bytes = 0;
                for (final FileLogInputStream.FileChannelRecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    bytes += batch.sizeInBytes();
                    for (final Record record : batch) {
                        assertEquals(offset++, record.offset());
                    }
                }
                assertEquals(Files.size(partition.resolve(name)), bytes, "nothing after the last batch");
                checkIndexes(partition, name, base, records);
            }
        }
        assertEquals(900, offset);
        assertTrue(segments > 1);
        assertEquals("0\n3\n0 0\n1 300\n2 600\n", Files.readString(partition.resolve("leader-epoch-checkpoint")));
        assertEquals(
                "version: 0\ntopic_id: EjRWeJq8Te-BI0VniavN7w\n",
                Files.readString(partition.resolve("partition.metadata")));
    }

    /** What the stock dump tool checks of each entry. */
    private static void checkIndexes(
            final Path partition, final String name, final long base, final FileRecords records) throws Exception {
        final ByteBuffer index = ByteBuffer.wrap(Files.readAllBytes(partition.resolve(name.replace(".log", ".index"))));
        assertTrue(index.remaining() > 8 && index.remaining() % 8 == 0);
        while (index.hasRemaining()) {
            final int relative = index.getInt();
            final var first = records.slice(index.getInt(), Integer.MAX_VALUE)
                    .batches()
                    .iterator()
                    .next();
            assertEquals(base + relative, first.lastOffset());
        }
        final ByteBuffer times =
                ByteBuffer.wrap(Files.readAllBytes(partition.resolve(name.replace(".log", ".timeindex"))));
        assertTrue(times.remaining() > 12 && times.remaining() % 12 == 0);
        long previous = -1;
        while (times.hasRemaining()) {
            final long timestamp = times.getLong();
            final long at = base + times.getInt();
            assertTrue(timestamp > previous);
            previous = timestamp;
            long greatest = -1;
            for (final var batch : records.batches()) {
                if (batch.lastOffset() >= at) {
                    greatest = batch.maxTimestamp();
                    break;
                }
            }
            assertEquals(timestamp, greatest);
        }
    }
}
