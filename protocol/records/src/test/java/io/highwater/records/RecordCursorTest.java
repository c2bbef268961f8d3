package io.highwater.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SeededRandom;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

class RecordCursorTest {
    @ParameterizedTest
    @EnumSource(Compression.class)
    void recordsAreReadBack(final Compression compression) {
        assertEquals(Sample.records(), Sample.read(Sample.batch(compression, Sample.records())));
        final List<LogRecord> many = Sample.manyRecords(11, 300);
        assertEquals(many, Sample.read(Sample.batch(compression, many)));
        assertEquals(many, Sample.read(Sample.direct(Sample.batch(compression, many))));
    }

    @Test
    void aRawSnappyBlockIsReadLikeAFramedOne() throws IOException {
        final byte[] plain = Sample.plainRecords(Sample.records());
        final ByteBuffer raw = Sample.withPayload(Compression.SNAPPY, Sample.records(), Snappy.compress(plain));
        assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(raw));
        assertEquals(Sample.records(), Sample.read(raw));
    }

    @Test
    void joinedSnappyStreamsAreReadAsOne() throws IOException {
        final byte[] plain = Sample.plainRecords(Sample.records());
        final BatchOutput out = new BatchOutput(100);
        for (int half = 0; half < 2; half++) {
            try (OutputStream stream = Compression.SNAPPY.compress(out)) {
                stream.write(plain, half * 20, half == 0 ? 20 : plain.length - 20);
            }
        }
        assertEquals(
                Sample.records(),
                Sample.read(Sample.withPayload(Compression.SNAPPY, Sample.records(), out.toByteArray())));
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void aBombIsStoppedAtTheLimit(final Compression compression) {
        final ByteBuffer bomb = new RecordBatchBuilder()
                .compression(compression)
                .append(0, null, ByteBuffer.allocate(20 << 20))
                .build();
        assertTrue(bomb.limit() < 2 << 20);
        try (RecordCursor cursor = RecordCursor.open(bomb, 0, 1 << 20)) {
            final CorruptBatchException e = assertThrows(CorruptBatchException.class, cursor::next);
            assertEquals(BatchProblem.DECOMPRESSED_TOO_LARGE, e.problem());
        }
        assertEquals(1, Sample.read(bomb).size());
    }

    /** Aim: whatever is in a compressed stream, reading ends with records or with a named problem, in bounded memory. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void randomDamageGivesRecordsOrANamedProblem(final Compression compression) {
        final ByteBuffer batch = Sample.batch(compression, Sample.records());
        final SeededRandom random = new SeededRandom(5);
        int refused = 0;
        for (int round = 0; round < 5_000; round++) {
            final ByteBuffer damaged =
                    ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
            for (int i = random.nextInt(3); i >= 0; i--) {
                final int span = batch.limit() - RecordBatch.HEADER_BYTES;
                damaged.put(RecordBatch.HEADER_BYTES + random.nextInt(span), (byte) random.nextLong());
            }
            if (random.nextInt(4) == 0) {
                final int size = RecordBatch.HEADER_BYTES + random.nextInt(batch.limit() - RecordBatch.HEADER_BYTES);
                damaged.limit(size).putInt(RecordBatch.LENGTH, size - RecordBatch.LOG_OVERHEAD);
            }
            refused += isRefused(damaged) ? 1 : 0;
        }
        assertTrue(refused > 1_000, "refused " + refused);
    }

    /** Aim: as above, with the damage inside the records and not in the codec's stream. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void randomDamageBelowTheCodecGivesRecordsOrANamedProblem(final Compression compression) throws IOException {
        final byte[] plain = Sample.plainRecords(Sample.records());
        final SeededRandom random = new SeededRandom(6);
        int refused = 0;
        for (int round = 0; round < 2_000; round++) {
            final byte[] damaged = plain.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextLong();
            }
            final BatchOutput out = new BatchOutput(100);
            try (OutputStream stream = compression.compress(out)) {
                stream.write(damaged);
            }
            refused += isRefused(Sample.withPayload(compression, Sample.records(), out.toByteArray())) ? 1 : 0;
        }
        assertTrue(refused > 500, "refused " + refused);
    }

    @Test
    void bytesAfterTheLastRecordAreRefused() throws IOException {
        for (final Compression compression : Compression.values()) {
            final BatchOutput out = new BatchOutput(100);
            try (OutputStream stream = compression.compress(out)) {
                stream.write(Sample.plainRecords(Sample.records()));
                stream.write(1);
            }
            final ByteBuffer batch = Sample.withPayload(compression, Sample.records(), out.toByteArray());
            final CorruptBatchException e = assertThrows(CorruptBatchException.class, () -> Sample.read(batch));
            assertEquals(BatchProblem.BAD_COUNT, e.problem());
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void recordsAreFoundByTimestamp(final Compression compression) {
        final RecordBatchBuilder builder =
                new RecordBatchBuilder().compression(compression).baseOffset(100);
        for (final long timestamp : new long[] {10, 40, 20, 40, 30}) {
            builder.append(timestamp, null, null);
        }
        final ByteBuffer batch = builder.build();
        assertEquals(new RecordSearch.Found(100, 10), first(batch, 0, 0));
        assertEquals(new RecordSearch.Found(101, 40), first(batch, 11, 0));
        assertEquals(new RecordSearch.Found(102, 20), first(batch, 11, 102));
        assertEquals(new RecordSearch.Found(103, 40), first(batch, 40, 102));
        assertNull(first(batch, 41, 0));
        assertNull(first(batch, 10, 105));
        assertEquals(new RecordSearch.Found(101, 40), new RecordSearch(Sample.BYTES_MAX).maxTimestamp(batch, 0));
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aSearchBeyondItsBoundAnswersTheBatch(final Compression compression) {
        final RecordBatchBuilder builder =
                new RecordBatchBuilder().compression(compression).baseOffset(100);
        for (int i = 0; i < 10; i++) {
            builder.append(1000 + i, null, ByteBuffer.allocate(100_000));
        }
        final ByteBuffer batch = builder.build();
        final int recordBytes = sizeOfFirst(batch);
        assertEquals(10 * recordBytes, unpackedBytes(batch));
        assertEquals(
                new RecordSearch.Found(105, 1005),
                new RecordSearch(7L * recordBytes).firstAtOrAfter(batch, 0, 1005, 0));
        assertEquals(
                new RecordSearch.Found(100, 1009),
                new RecordSearch(5L * recordBytes).firstAtOrAfter(batch, 0, 1005, 0));
        assertEquals(
                new RecordSearch.Found(103, 1009),
                new RecordSearch(5L * recordBytes).firstAtOrAfter(batch, 0, 1005, 103));
        assertEquals(new RecordSearch.Found(100, 1009), new RecordSearch(5L * recordBytes).maxTimestamp(batch, 0));
        // The bound is one for all batches of a search.
        final RecordSearch search = new RecordSearch(15L * recordBytes);
        assertNull(search.firstAtOrAfter(batch, 0, 1000, 200));
        assertNull(search.firstAtOrAfter(batch, 0, 1010, 0));
        assertEquals(new RecordSearch.Found(109, 1009), search.maxTimestamp(batch, 0));
        assertEquals(new RecordSearch.Found(100, 1009), search.maxTimestamp(batch, 0));
    }

    @Test
    void anOldFormatIsRefusedByName() {
        final ByteBuffer batch =
                Sample.batch(Compression.NONE, Sample.records()).put(RecordBatch.MAGIC, (byte) 1);
        final BatchCursor cursor = new BatchCursor().wrap(batch);
        assertEquals(
                BatchProblem.BAD_MAGIC,
                assertThrows(CorruptBatchException.class, cursor::next).problem());
    }

    @Test
    void aBuilderIsUsedAgain() {
        final RecordBatchBuilder builder = new RecordBatchBuilder();
        final ByteBuffer first =
                builder.append(1, Sample.utf8("a"), Sample.utf8("b")).build();
        assertEquals(builder.build(), first);
        builder.producer(1, (short) 1, 1)
                .transactional()
                .compression(Compression.ZSTD)
                .reset();
        assertThrows(IllegalStateException.class, builder::build);
        assertEquals(
                first, builder.append(1, Sample.utf8("a"), Sample.utf8("b")).build());
    }

    @Test
    void theBoundOfARecordsSizeHolds() {
        for (final LogRecord record : Sample.records()) {
            final RecordBatchBuilder builder = new RecordBatchBuilder();
            builder.append(Long.MIN_VALUE, null, null);
            final int before = builder.sizeInBytes();
            builder.append(Long.MAX_VALUE, record.key(), record.value(), record.headers());
            assertTrue(builder.sizeInBytes() - before
                    <= RecordBatchBuilder.recordBytesMax(record.key(), record.value(), record.headers()));
        }
    }

    private static int sizeOfFirst(final ByteBuffer batch) {
        try (RecordCursor records = RecordCursor.open(batch, 0, Sample.BYTES_MAX)) {
            assertTrue(records.next());
            return records.sizeInBytes();
        }
    }

    private static int unpackedBytes(final ByteBuffer batch) {
        int bytes = 0;
        try (RecordCursor records = RecordCursor.open(batch, 0, Sample.BYTES_MAX)) {
            while (records.next()) {
                bytes += records.sizeInBytes();
            }
        }
        return bytes;
    }

    private static RecordSearch.Found first(final ByteBuffer batch, final long timestamp, final long startOffset) {
        return new RecordSearch(Sample.BYTES_MAX).firstAtOrAfter(batch, 0, timestamp, startOffset);
    }

    private static boolean isRefused(final ByteBuffer batch) {
        try {
            Sample.read(batch);
            return false;
        } catch (final CorruptBatchException e) {
            return true;
        }
    }
}
