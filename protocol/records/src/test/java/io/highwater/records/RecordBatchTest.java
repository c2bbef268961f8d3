package io.highwater.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class RecordBatchTest {
    @Test
    void theLayoutIsWhatTheDrawingSays() {
        assertEquals(0, RecordBatch.BASE_OFFSET);
        assertEquals(8, RecordBatch.LENGTH);
        assertEquals(12, RecordBatch.LOG_OVERHEAD);
        assertEquals(12, RecordBatch.PARTITION_LEADER_EPOCH);
        assertEquals(16, RecordBatch.MAGIC);
        assertEquals(17, RecordBatch.CRC);
        assertEquals(21, RecordBatch.ATTRIBUTES);
        assertEquals(23, RecordBatch.LAST_OFFSET_DELTA);
        assertEquals(27, RecordBatch.BASE_TIMESTAMP);
        assertEquals(35, RecordBatch.MAX_TIMESTAMP);
        assertEquals(43, RecordBatch.PRODUCER_ID);
        assertEquals(51, RecordBatch.PRODUCER_EPOCH);
        assertEquals(53, RecordBatch.BASE_SEQUENCE);
        assertEquals(57, RecordBatch.RECORD_COUNT);
        assertEquals(61, RecordBatch.HEADER_BYTES);
    }

    @Test
    void codecIdsAreThoseOfTheFormat() {
        assertEquals(0, Compression.NONE.id());
        assertEquals(1, Compression.GZIP.id());
        assertEquals(2, Compression.SNAPPY.id());
        assertEquals(3, Compression.LZ4.id());
        assertEquals(4, Compression.ZSTD.id());
        assertNull(Compression.forId(5));
        assertEquals(Compression.ZSTD, Compression.forName("ZStd"));
        assertNull(Compression.forName("brotli"));
    }

    @Test
    void everyFieldIsReadBackWhereverTheBatchLiesAndWhateverTheByteOrder() {
        final ByteBuffer batch = new RecordBatchBuilder()
                .compression(Compression.GZIP)
                .baseOffset(0x0102030405060708L)
                .leaderEpoch(77)
                .producer(12345678901L, (short) 9, 1000)
                .timestampType(TimestampType.LOG_APPEND_TIME)
                .transactional()
                .append(5_000, null, null)
                .append(4_000, null, null)
                .build();
        for (final boolean direct : new boolean[] {false, true}) {
            final ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(500) : ByteBuffer.allocate(500);
            buffer.put(7, batch, 0, batch.remaining());
            for (final ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
                buffer.order(order);
                assertEquals(batch.remaining(), RecordBatch.sizeInBytes(buffer, 7));
                assertEquals(0x0102030405060708L, RecordBatch.baseOffset(buffer, 7));
                assertEquals(0x0102030405060709L, RecordBatch.lastOffset(buffer, 7));
                assertEquals(1, RecordBatch.lastOffsetDelta(buffer, 7));
                assertEquals(77, RecordBatch.partitionLeaderEpoch(buffer, 7));
                assertEquals(2, RecordBatch.magic(buffer, 7));
                assertEquals(Compression.GZIP, RecordBatch.codec(buffer, 7));
                assertEquals(TimestampType.LOG_APPEND_TIME, RecordBatch.timestampType(buffer, 7));
                assertTrue(RecordBatch.isTransactional(buffer, 7));
                assertFalse(RecordBatch.isControl(buffer, 7));
                assertFalse(RecordBatch.hasDeleteHorizon(buffer, 7));
                assertEquals(5_000, RecordBatch.baseTimestamp(buffer, 7));
                assertEquals(5_000, RecordBatch.maxTimestamp(buffer, 7));
                assertEquals(12345678901L, RecordBatch.producerId(buffer, 7));
                assertEquals(9, RecordBatch.producerEpoch(buffer, 7));
                assertEquals(1000, RecordBatch.baseSequence(buffer, 7));
                assertEquals(1001, RecordBatch.lastSequence(buffer, 7));
                assertEquals(2, RecordBatch.recordCount(buffer, 7));
                assertEquals(RecordBatch.crc(buffer, 7), RecordBatch.computeCrc(buffer, 7));
            }
        }
    }

    @Test
    void assigningOffsetAndEpochKeepsTheCrcAndLogAppendTimeRenewsIt() {
        final ByteBuffer batch = Sample.batch(Compression.NONE, Sample.records());
        RecordBatch.setBaseOffset(batch, 0, 99);
        RecordBatch.setPartitionLeaderEpoch(batch, 0, 3);
        assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(batch));
        RecordBatch.setLogAppendTime(batch, 0, 123);
        assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(batch));
        assertEquals(123, RecordBatch.maxTimestamp(batch, 0));
        assertTrue(Sample.read(batch).stream().allMatch(record -> record.timestamp() == 123));
        assertEquals(99 + 4, Sample.read(batch).get(4).offset());
    }

    @Test
    void theChecksumDoesNotMoveTheBuffer() {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(300);
        final ByteBuffer batch = Sample.batch(Compression.NONE, Sample.records());
        buffer.put(11, batch, 0, batch.remaining()).position(3).limit(290);
        RecordBatch.computeCrc(buffer, 11);
        assertEquals(3, buffer.position());
        assertEquals(290, buffer.limit());
    }

    @Test
    void sequenceNumbersWrapToZero() {
        assertEquals(Integer.MAX_VALUE, RecordBatch.incrementSequence(Integer.MAX_VALUE - 1, 1));
        assertEquals(0, RecordBatch.incrementSequence(Integer.MAX_VALUE, 1));
        assertEquals(4, RecordBatch.incrementSequence(Integer.MAX_VALUE - 5, 10));
        final RecordBatchBuilder builder = new RecordBatchBuilder().producer(1, (short) 0, Integer.MAX_VALUE - 1);
        Sample.add(builder, Sample.records());
        assertEquals(2, RecordBatch.lastSequence(builder.build(), 0));
        assertEquals(-1, RecordBatch.lastSequence(Sample.batch(Compression.NONE, Sample.records()), 0));
    }
}
