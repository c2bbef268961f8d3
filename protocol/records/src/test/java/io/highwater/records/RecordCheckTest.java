package io.highwater.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.highwater.port.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a producer may not put into a batch, under every codec. */
class RecordCheckTest {
    private static final long BYTES_MAX = 4 << 20;

    private final RecordCheck check = RecordCheck.ofThread();

    /** One record each, in hexadecimal: length, attributes, timestamp delta, offset delta, key, value, header count. */
    static Stream<Arguments> badRecords() {
        final List<String[]> bad = List.of(
                new String[] {"a length below that of any record", "0a 00 00 00 01 01"},
                new String[] {"a negative length", "01 00 00 00 01 01 00"},
                new String[] {"a length beyond the records", "0e 00 00 00 01 01 00"},
                new String[] {"a length of six bytes", "80 80 80 80 80 00 00 00 00 01 01 00"},
                new String[] {"a length beyond 32 bits", "8c 80 80 80 10 00 00 00 01 01 00"},
                new String[] {"a byte of the record after its headers", "0e 00 00 00 01 01 00 00"},
                new String[] {"an offset delta that is not its place", "0c 00 00 02 01 01 00"},
                new String[] {"a negative offset delta", "0c 00 00 01 01 01 00"},
                new String[] {"an offset delta beyond 32 bits", "14 00 00 80 80 80 80 10 01 01 00"},
                new String[] {"a timestamp delta of eleven bytes", "20 00 80 80 80 80 80 80 80 80 80 80 00 00 01 01 00"
                },
                new String[] {"a timestamp delta beyond 64 bits", "1e 00 80 80 80 80 80 80 80 80 80 02 00 01 01 00"},
                new String[] {"a key length below -1", "0c 00 00 00 03 01 00"},
                new String[] {"a key beyond the record", "0e 00 00 00 06 61 01 00"},
                new String[] {"a value length below -1", "0c 00 00 00 01 03 00"},
                new String[] {"a value beyond the record", "0e 00 00 00 01 06 61 00"},
                new String[] {"a negative header count", "0c 00 00 00 01 01 01"},
                new String[] {"more headers than there are bytes", "0c 00 00 00 01 01 08"},
                new String[] {"a header without a key", "10 00 00 00 01 01 02 01 01"},
                new String[] {"a header value length below -1", "10 00 00 00 01 01 02 00 03"},
                new String[] {"a header beyond the record", "10 00 00 00 01 01 02 00 08"});
        return Stream.of(Compression.values())
                .flatMap(codec -> bad.stream().map(row -> Arguments.of(codec, row[0], row[1])));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("badRecords")
    void aRecordWhoseFieldsDoNotFitIsRefusedWithItsPlace(
            final Compression codec, final String what, final String record) throws IOException {
        final byte[] good = hex("0c 00 00 00 01 01 00");
        assertEquals(BatchProblem.NONE, checkRecords(codec, 1, good), what);
        assertEquals(BatchProblem.BAD_RECORD, checkRecords(codec, 1, hex(record)), what);
        assertEquals(0, check.recordIndex());
        final byte[] second = hex("0c 00 00 02 01 01 00");
        assertEquals(BatchProblem.NONE, checkRecords(codec, 2, join(good, second)), what);
        assertEquals(BatchProblem.BAD_RECORD, checkRecords(codec, 3, join(good, second, hex(record))), what);
        assertEquals(2, check.recordIndex());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void theCountOfTheHeaderIsThatOfTheRecords(final Compression codec) throws IOException {
        final byte[] two = join(hex("0c 00 00 00 01 01 00"), hex("0c 00 00 02 01 01 00"));
        assertEquals(BatchProblem.NONE, checkRecords(codec, 2, two));
        assertEquals(BatchProblem.BAD_COUNT, checkRecords(codec, 1, two));
        assertEquals(1, check.recordIndex());
        assertEquals(BatchProblem.BAD_RECORD, checkRecords(codec, 3, two));
        assertEquals(2, check.recordIndex());
        assertEquals(BatchProblem.BAD_COUNT, checkRecords(codec, 2, join(two, new byte[1])));
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void whatIsNoStreamOfTheCodecIsRefused(final Compression codec) {
        final byte[] garbage = "garbage!".repeat(10).getBytes(StandardCharsets.US_ASCII);
        assertEquals(BatchProblem.BAD_COMPRESSION, checkStream(codec, 1, garbage));
        assertNotEquals(BatchProblem.NONE, checkStream(codec, 1, new byte[] {0}));
        assertNotEquals(BatchProblem.NONE, checkStream(codec, 1, new byte[0]));
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void aStreamThatIsCutAnywhereOrGoesOnIsRefused(final Compression codec) throws IOException {
        final List<LogRecord> records = Sample.records();
        final byte[] stream = compress(codec, Sample.plainRecords(records));
        assertEquals(BatchProblem.NONE, checkStream(codec, records.size(), stream));
        for (int length = 0; length < stream.length; length++) {
            final byte[] cut = java.util.Arrays.copyOf(stream, length);
            assertNotEquals(BatchProblem.NONE, checkStream(codec, records.size(), cut), "cut at " + length);
        }
        assertEquals(BatchProblem.BAD_COMPRESSION, checkStream(codec, records.size(), join(stream, new byte[] {1, 2, 3
        })));
        assertEquals(BatchProblem.BAD_COMPRESSION, checkStream(codec, records.size(), join(stream, new byte[1])));
    }

    /** Aim: what is taken can be read. Method: random damage under a good sum; whoever passes is read by the cursor. */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatPassesCanBeRead(final Compression codec) throws IOException {
        final SeededRandom random = new SeededRandom(17);
        final byte[] plain = Sample.plainRecords(Sample.records());
        final byte[] stream = compress(codec, plain);
        int passed = 0;
        int refused = 0;
        for (int round = 0; round < 8_000; round++) {
            final byte[] payload =
                    round % 2 == 0 ? damaged(random, stream.clone()) : compress(codec, damaged(random, plain.clone()));
            final ByteBuffer batch = Sample.withPayload(codec, Sample.records(), payload);
            final BatchProblem problem = check(batch);
            assertEquals(problem, check(Sample.direct(batch)));
            if (problem == BatchProblem.NONE) {
                passed++;
                assertEquals(maxTimestamp(Sample.read(batch)), check.maxTimestamp());
            } else {
                refused++;
            }
        }
        assertTrue(passed > 200, "passed " + passed);
        assertTrue(refused > 2_000, "refused " + refused);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void theExtremesOfTheTimestampsAreFound(final Compression codec) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().compression(codec);
        for (final long timestamp : new long[] {50, -1, 90, 20, 90, 20, 60}) {
            builder.append(timestamp, null, ByteBuffer.allocate(70_000));
        }
        assertEquals(BatchProblem.NONE, check(builder.build()));
        assertEquals(90, check.maxTimestamp());
        assertEquals(2, check.maxTimestampIndex());
        assertEquals(20, check.minTimestamp());
        assertEquals(3, check.minTimestampIndex());
        assertEquals(
                BatchProblem.NONE,
                check(new RecordBatchBuilder().append(-1, null, null).build()));
        assertEquals(RecordBatch.NO_TIMESTAMP, check.maxTimestamp());
        assertEquals(-1, check.maxTimestampIndex());
        assertEquals(-1, check.minTimestampIndex());
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void theBoundsOnUnpackedBytesHold(final Compression codec) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().compression(codec);
        for (int i = 0; i < 5; i++) {
            builder.append(0, null, ByteBuffer.allocate(1 << 20));
        }
        final ByteBuffer batch = builder.build();
        final int plain = builder.sizeInBytes() - RecordBatch.HEADER_BYTES;
        assertEquals(BatchProblem.NONE, check.check(batch, 0, plain, 2 << 20));
        assertEquals(BatchProblem.DECOMPRESSED_TOO_LARGE, check.check(batch, 0, plain - 1, 2 << 20));
        assertEquals(BatchProblem.DECOMPRESSED_TOO_LARGE, check.check(batch, 0, 1_000, 2 << 20));
        assertEquals(BatchProblem.RECORD_TOO_LARGE, check.check(batch, 0, plain, 1 << 20));
        assertEquals(0, check.recordIndex());
        assertEquals(BatchProblem.NONE, check.check(batch, 0, plain, (1 << 20) + 20));
    }

    @Test
    void aPlainRecordIsBoundByTheBatchAlone() {
        final ByteBuffer batch = Sample.batch(Compression.NONE, Sample.manyRecords(1, 60));
        assertEquals(BatchProblem.NONE, check.check(batch, 0, 10, 10));
    }

    /** Aim: a record is passed by, not held. */
    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "LZ4", "ZSTD"})
    void aRecordOfAnySizeCostsNoMemory(final Compression codec) {
        final int valueBytes = 48 << 20;
        final ByteBuffer bomb = Sample.direct(new RecordBatchBuilder()
                .compression(codec)
                .append(7, null, ByteBuffer.allocate(valueBytes))
                .build());
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long before = threads.getCurrentThreadAllocatedBytes();
        assertEquals(BatchProblem.NONE, check.check(bomb, 0, 1L << 30, Integer.MAX_VALUE));
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < valueBytes / 8, "allocated " + allocated + " bytes");
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aCheckAllocatesNothingOnceTheCodecWasUsed(final Compression codec) {
        final ByteBuffer batch = Sample.direct(Sample.batch(codec, Sample.manyRecords(1, 100)));
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                assertEquals(BatchProblem.NONE, check(batch));
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(allocated < 1_000, "100 checks allocated " + allocated + " bytes");
        assertEquals(0, batch.position());
        assertEquals(RecordBatch.sizeInBytes(batch, 0), batch.limit());
    }

    /**
     * Aim: a check in pieces finds what one in one go finds. Method: pieces of every size, of batches that are good and bad in
     * many ways, and somebody else's batch is checked between any two.
     */
    @ParameterizedTest
    @EnumSource(Compression.class)
    void aCheckInPiecesFindsWhatOneInOneGoFinds(final Compression codec) throws IOException {
        final List<ByteBuffer> batches = goodAndBad(codec);
        final ByteBuffer other = Sample.batch(codec, Sample.manyRecords(5, 3));
        int pieces = 0;
        for (final ByteBuffer batch : batches) {
            final String whole = findings(batch, check(batch));
            for (int pieceBytes = 1; pieceBytes < 1_500; pieceBytes += pieceBytes < 400 ? 1 : 100) {
                final RecordCheck own = RecordCheck.ofThread();
                boolean isDone = own.begin(batch, 0, BYTES_MAX, Integer.MAX_VALUE, pieceBytes);
                while (!isDone) {
                    pieces++;
                    own.keep();
                    assertNotEquals(own, RecordCheck.ofThread());
                    final BatchProblem found = RecordCheck.ofThread().check(other, 0, BYTES_MAX, Integer.MAX_VALUE);
                    assertEquals(BatchProblem.NONE, found);
                    isDone = own.proceed(pieceBytes);
                }
                own.end();
                assertEquals(whole, findings(own, batch, own.problem()), "pieces of " + pieceBytes);
            }
        }
        assertTrue(codec == Compression.NONE ? pieces == 0 : pieces > 10_000, pieces + " pieces");
    }

    @Test
    void aPieceIsNoMoreThanItsBytesAndARecord() {
        final ByteBuffer batch = Sample.batch(Compression.GZIP, Sample.manyRecords(3, 40));
        for (int i = 0; i < 39; i++) {
            assertEquals(false, i == 0 ? check.begin(batch, 0, BYTES_MAX, Integer.MAX_VALUE, 1) : check.proceed(1));
            assertEquals(i + 1, check.recordIndex());
        }
        assertTrue(check.proceed(1));
        check.end();
        assertEquals(BatchProblem.NONE, check.problem());
        assertEquals(0, batch.position());
        assertEquals(RecordBatch.sizeInBytes(batch, 0), batch.limit());
    }

    /** Aim: neither are checks made for each batch, nor are all kept that were ever needed at one time. */
    @Test
    void aThreadHasFewChecksReadyAndUsesThemAgain() {
        final ByteBuffer batch = Sample.batch(Compression.GZIP, Sample.manyRecords(3, 40));
        final Set<RecordCheck> seen = new HashSet<>();
        for (int round = 0; round < 10; round++) {
            final List<RecordCheck> kept = keep(batch, 3);
            kept.forEach(RecordCheck::end);
            seen.addAll(kept);
        }
        assertEquals(4, seen.size());
        keep(batch, 9).forEach(RecordCheck::end);
        final List<RecordCheck> again = keep(batch, 9);
        assertEquals(3, again.stream().filter(seen::contains).count());
        again.forEach(RecordCheck::end);
        assertEquals(BatchProblem.NONE, RecordCheck.ofThread().check(batch, 0, BYTES_MAX, Integer.MAX_VALUE));
    }

    /** Aim: what is kept is no more than it says, whatever batches came before. */
    @Test
    void theMemoryOfOtherCodecsIsNotKept() {
        final ByteBuffer large = Sample.batch(Compression.SNAPPY, Sample.manyRecords(3, 400));
        final ByteBuffer small = Sample.batch(Compression.SNAPPY, Sample.manyRecords(3, 2));
        assertEquals(BatchProblem.NONE, check(large));
        final long held = keptBytesMax(check, small);
        assertTrue(held > RecordBatch.sizeInBytes(large, 0), "the piece of the large batch is there: " + held);
        final RecordCheck kept = keep(Sample.batch(Compression.GZIP, Sample.manyRecords(3, 2)), 1)
                .get(0);
        assertTrue(kept.keptBytesMax() < 1 << 20, "kept " + kept.keptBytesMax());
        assertEquals(held, keptBytesMax(RecordCheck.ofThread(), small));
        kept.end();
        assertTrue(keptBytesMax(kept, small) < held);
    }

    private static long keptBytesMax(final RecordCheck check, final ByteBuffer batch) {
        check.begin(batch, 0, BYTES_MAX, Integer.MAX_VALUE, 1);
        final long bytes = check.keptBytesMax();
        check.end();
        return bytes;
    }

    /** Checks of the batch that are begun and kept, all at the same time. */
    private static List<RecordCheck> keep(final ByteBuffer batch, final int count) {
        final List<RecordCheck> kept = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final RecordCheck each = RecordCheck.ofThread();
            assertEquals(false, each.begin(Sample.direct(batch), 0, BYTES_MAX, Integer.MAX_VALUE, 1));
            each.keep();
            kept.add(each);
        }
        return kept;
    }

    private static List<ByteBuffer> goodAndBad(final Compression codec) throws IOException {
        final List<LogRecord> records = Sample.manyRecords(4, 30);
        final byte[] plain = Sample.plainRecords(records);
        final byte[] stream = compress(codec, plain);
        final SeededRandom random = new SeededRandom(19);
        final List<ByteBuffer> batches = new ArrayList<>();
        batches.add(Sample.withPayload(codec, records, stream));
        batches.add(Sample.withPayload(codec, records.subList(0, 29), stream));
        batches.add(Sample.withPayload(codec, records, java.util.Arrays.copyOf(stream, stream.length - 1)));
        batches.add(Sample.withPayload(codec, records, join(stream, new byte[] {0})));
        for (int i = 0; i < 10; i++) {
            batches.add(Sample.withPayload(codec, records, compress(codec, damaged(random, plain.clone()))));
            batches.add(Sample.withPayload(codec, records, damaged(random, stream.clone())));
        }
        batches.addAll(batches.stream().map(Sample::direct).toList());
        return batches;
    }

    private String findings(final ByteBuffer batch, final BatchProblem problem) {
        return findings(check, batch, problem);
    }

    private static String findings(final RecordCheck check, final ByteBuffer batch, final BatchProblem problem) {
        return problem + " at " + check.recordIndex() + ", times " + check.minTimestamp() + " at "
                + check.minTimestampIndex() + " to " + check.maxTimestamp() + " at " + check.maxTimestampIndex()
                + ", buffer " + batch.position() + " to " + batch.limit();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aBatchBetweenOthersIsCheckedWhereItLies(final Compression codec) {
        final ByteBuffer one = Sample.batch(codec, Sample.manyRecords(2, 60));
        final ByteBuffer three =
                ByteBuffer.allocateDirect(3 * one.limit()).position(one.limit()).put(one.duplicate());
        three.position(5).limit(3 * one.limit() - 5);
        assertEquals(BatchProblem.NONE, check.check(three, one.limit(), BYTES_MAX, Integer.MAX_VALUE));
        assertEquals(5, three.position());
        assertEquals(3 * one.limit() - 5, three.limit());
    }

    private BatchProblem check(final ByteBuffer batch) {
        return check.check(batch, 0, BYTES_MAX, Integer.MAX_VALUE);
    }

    private BatchProblem checkRecords(final Compression codec, final int count, final byte[] records)
            throws IOException {
        return checkStream(codec, count, compress(codec, records));
    }

    private BatchProblem checkStream(final Compression codec, final int count, final byte[] stream) {
        final ByteBuffer batch = Sample.withPayload(codec, Sample.records(), stream);
        batch.putInt(RecordBatch.RECORD_COUNT, count);
        batch.putInt(RecordBatch.LAST_OFFSET_DELTA, count - 1);
        Sample.renewCrc(batch);
        assertEquals(BatchProblem.NONE, BatchValidation.checkProducedHeader(batch));
        return check(batch);
    }

    private static long maxTimestamp(final List<LogRecord> records) {
        return records.stream().mapToLong(LogRecord::timestamp).reduce(-1, Math::max);
    }

    private static byte[] damaged(final SeededRandom random, final byte[] bytes) {
        for (int i = random.nextInt(2); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextLong();
        }
        return bytes;
    }

    private static byte[] compress(final Compression codec, final byte[] plain) throws IOException {
        final BatchOutput out = new BatchOutput(100);
        try (OutputStream stream = codec.compress(out)) {
            stream.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] join(final byte[]... parts) {
        final ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (final byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static byte[] hex(final String bytes) {
        return java.util.HexFormat.ofDelimiter(" ").parseHex(bytes);
    }
}
