package io.highwater.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.highwater.port.SeededRandom;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BatchValidationTest {
    private final ByteBuffer batch = Sample.batch(Compression.NONE, Sample.records());

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aGoodBatchIsValidOnHeapAndOff(final Compression compression) {
        final ByteBuffer good = Sample.batch(compression, Sample.manyRecords(1, 60));
        assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(good));
        assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(Sample.direct(good)));
        assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(good.asReadOnlyBuffer()));
    }

    @Test
    void aBatchCutAnywhereIsTruncated() {
        assertEquals(
                BatchProblem.EMPTY,
                BatchValidation.checkProduced(batch.duplicate().limit(0)));
        for (int limit = 1; limit < batch.limit(); limit++) {
            assertEquals(
                    BatchProblem.TRUNCATED,
                    BatchValidation.checkProduced(batch.duplicate().limit(limit)));
        }
    }

    @Test
    void everySingleFlippedBitIsFound() {
        for (int bit = 0; bit < batch.limit() * 8; bit++) {
            flip(bit);
            final boolean isUncovered = bit < 64 || (bit / 8 >= 12 && bit / 8 < 16);
            final BatchProblem problem = BatchValidation.checkProduced(batch);
            assertEquals(isUncovered, problem == BatchProblem.NONE, () -> "with " + problem);
            flip(bit);
        }
        assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(batch));
    }

    @Test
    void eachKindOfMistakeHasItsName() {
        assertEquals(BatchProblem.BAD_MAGIC, with(() -> batch.put(RecordBatch.MAGIC, (byte) 1)));
        assertEquals(BatchProblem.BAD_LENGTH, with(() -> batch.putInt(RecordBatch.LENGTH, 48)));
        assertEquals(BatchProblem.BAD_LENGTH, with(() -> batch.putInt(RecordBatch.LENGTH, -5)));
        assertEquals(BatchProblem.BAD_LENGTH, with(() -> batch.putInt(RecordBatch.LENGTH, Integer.MAX_VALUE)));
        assertEquals(BatchProblem.TRUNCATED, with(() -> batch.putInt(RecordBatch.LENGTH, 1_000_000)));
        assertEquals(BatchProblem.BAD_CRC, with(() -> batch.putInt(RecordBatch.CRC, 1)));
        assertEquals(BatchProblem.UNKNOWN_CODEC, summed(() -> batch.putShort(RecordBatch.ATTRIBUTES, (short) 5)));
        assertEquals(BatchProblem.BAD_COUNT, summed(() -> batch.putInt(RecordBatch.RECORD_COUNT, 4)));
        assertEquals(BatchProblem.BAD_COUNT, summed(() -> batch.putInt(RecordBatch.RECORD_COUNT, 0)));
        assertEquals(BatchProblem.BAD_COUNT, summed(() -> batch.putInt(RecordBatch.RECORD_COUNT, -1)));
        assertEquals(BatchProblem.BAD_COUNT, summed(() -> batch.putInt(RecordBatch.LAST_OFFSET_DELTA, -1)));
        assertEquals(BatchProblem.BAD_COUNT, summed(() -> batch.putInt(RecordBatch.LAST_OFFSET_DELTA, 9)));
        assertEquals(BatchProblem.BAD_PRODUCER, summed(() -> batch.putLong(RecordBatch.PRODUCER_ID, 4)));
    }

    @Test
    void aBatchMustBeAlone() {
        final ByteBuffer two = ByteBuffer.allocate(2 * batch.limit());
        two.put(batch.duplicate()).put(batch.duplicate()).flip();
        assertEquals(BatchProblem.MORE_THAN_ONE_BATCH, BatchValidation.checkProduced(two));
        assertEquals(BatchProblem.NONE, BatchValidation.checkStored(two, 0, two.limit()));
    }

    @Test
    void recordsMustBeNumberedFromZeroWithoutGaps() {
        final ByteBuffer gap = new RecordBatchBuilder()
                .appendAt(0, 0, null, null, List.of())
                .appendAt(2, 0, null, null, List.of())
                .build();
        assertEquals(BatchProblem.BAD_COUNT, BatchValidation.checkProduced(gap));
        assertEquals(BatchProblem.NONE, BatchValidation.checkStored(gap, 0, gap.limit()));
        gap.putInt(RecordBatch.LAST_OFFSET_DELTA, 1);
        Sample.renewCrc(gap);
        assertEquals(BatchProblem.BAD_RECORD, BatchValidation.checkProduced(gap));
    }

    @Test
    void aBatchEmptiedByCompactionMayBeStoredButNotProduced() {
        final ByteBuffer empty = batch.duplicate().limit(RecordBatch.HEADER_BYTES);
        empty.putInt(RecordBatch.LENGTH, RecordBatch.HEADER_BYTES - RecordBatch.LOG_OVERHEAD);
        empty.putInt(RecordBatch.RECORD_COUNT, 0);
        Sample.renewCrc(empty);
        assertEquals(BatchProblem.NONE, BatchValidation.checkStored(empty, 0, empty.limit()));
        assertEquals(BatchProblem.BAD_COUNT, BatchValidation.checkProduced(empty));
        assertEquals(List.of(), Sample.read(empty));
    }

    /** Aim: with a good CRC over random damage, the walk over the records must name an error or find them sound. */
    @Test
    void randomDamageUnderAGoodChecksumGivesAValueOrANamedProblem() {
        final SeededRandom random = new SeededRandom(42);
        final Map<BatchProblem, Integer> seen = new EnumMap<>(BatchProblem.class);
        for (int round = 0; round < 30_000; round++) {
            final ByteBuffer damaged =
                    ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
            for (int i = random.nextInt(4); i >= 0; i--) {
                final int at = RecordBatch.ATTRIBUTES + random.nextInt(batch.limit() - RecordBatch.ATTRIBUTES);
                damaged.put(at, (byte) random.nextLong());
            }
            Sample.renewCrc(damaged);
            final BatchProblem problem = BatchValidation.checkProduced(damaged);
            seen.merge(problem, 1, Integer::sum);
            if (problem == BatchProblem.NONE && RecordBatch.codec(damaged, 0) == Compression.NONE) {
                assertEquals(
                        RecordBatch.recordCount(damaged, 0),
                        Sample.read(damaged).size());
            }
        }
        assertTrue(seen.getOrDefault(BatchProblem.BAD_RECORD, 0) > 1_000, seen::toString);
        assertTrue(seen.getOrDefault(BatchProblem.NONE, 0) > 1_000, seen::toString);
        assertTrue(seen.getOrDefault(BatchProblem.BAD_COUNT, 0) > 100, seen::toString);
    }

    @Test
    void randomBytesGiveANamedProblem() {
        final SeededRandom random = new SeededRandom(7);
        for (int round = 0; round < 20_000; round++) {
            final ByteBuffer bytes = ByteBuffer.allocate(random.nextInt(120));
            while (bytes.hasRemaining()) {
                bytes.put((byte) random.nextLong());
            }
            assertNotEquals(BatchProblem.NONE, BatchValidation.checkProduced(bytes.flip()));
        }
    }

    @Test
    void validationDoesNotAllocate() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final ByteBuffer direct = Sample.direct(batch);
        long allocated = Long.MAX_VALUE;
        // The first rounds load classes and fill the thread's own checksum.
        for (int round = 0; round < 5; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1_000; i++) {
                BatchValidation.checkProduced(direct);
                BatchValidation.checkProduced(batch);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(allocated < 1_000, "2,000 validations allocated " + allocated + " bytes");
    }

    private BatchProblem with(final Runnable damage) {
        final ByteBuffer before =
                ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
        damage.run();
        final BatchProblem problem = BatchValidation.checkProduced(batch);
        batch.put(0, before, 0, before.limit());
        return problem;
    }

    private BatchProblem summed(final Runnable damage) {
        return with(() -> {
            damage.run();
            Sample.renewCrc(batch);
        });
    }

    private void flip(final int bit) {
        batch.put(bit / 8, (byte) (batch.get(bit / 8) ^ 1 << (bit % 8)));
    }
}
