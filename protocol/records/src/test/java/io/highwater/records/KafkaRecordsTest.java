package io.highwater.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference client reads what we write, and we read what it writes. */
class KafkaRecordsTest {
    @ParameterizedTest
    @EnumSource(Compression.class)
    void theReferenceReadsOurBatches(final Compression compression) {
        for (final List<LogRecord> records : List.of(Sample.records(), Sample.manyRecords(3, 200))) {
            final ByteBuffer ours = Sample.batch(compression, records);
            final List<LogRecord> read = new ArrayList<>();
            for (final MutableRecordBatch batch :
                    MemoryRecords.readableRecords(ours).batches()) {
                batch.ensureValid();
                assertEquals(compression.id(), batch.compressionType().id);
                for (final Record record : batch) {
                    record.ensureValid();
                    read.add(ofReference(record));
                }
            }
            assertEquals(records, read);
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void weReadTheBatchesOfTheReference(final Compression compression) {
        for (final List<LogRecord> records : List.of(Sample.records(), Sample.manyRecords(4, 200))) {
            final ByteBuffer theirs = MemoryRecords.withRecords(reference(compression), simple(records))
                    .buffer();
            assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(theirs));
            assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(Sample.direct(theirs)));
            assertEquals(records, Sample.read(theirs));
            assertEquals(records, Sample.read(Sample.direct(theirs)));
        }
    }

    @Test
    void plainBatchesAreEqualByteForByte() {
        final ByteBuffer theirs = MemoryRecords.withIdempotentRecords(
                        reference(Compression.NONE), 7L, (short) 2, 5, simple(Sample.records()))
                .buffer();
        final RecordBatchBuilder builder = new RecordBatchBuilder().producer(7, (short) 2, 5);
        Sample.add(builder, Sample.records());
        // The reference leaves out the leader epoch (-1) like us; both begin at offset 0.
        assertEquals(theirs, builder.build());
        assertEquals(theirs.remaining(), builder.sizeInBytes());
    }

    @Test
    void severalBatchesInOneBufferAreReadInOrder() {
        final ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        final List<LogRecord> expected = new ArrayList<>();
        long offset = 40;
        for (final Compression compression : Compression.values()) {
            final MemoryRecordsBuilder builder = MemoryRecords.builder(
                    buffer, reference(compression), org.apache.kafka.common.record.TimestampType.CREATE_TIME, offset);
            for (final LogRecord record : Sample.records()) {
                builder.append(simple(List.of(record))[0]);
                expected.add(
                        new LogRecord(offset++, record.timestamp(), record.key(), record.value(), record.headers()));
            }
            builder.build();
        }
        buffer.flip();
        assertEquals(expected, Sample.read(buffer));
        final ByteBuffer cutOff = buffer.duplicate().limit(buffer.limit() - 1);
        assertEquals(expected.subList(0, expected.size() - 5), Sample.read(cutOff));
    }

    @Test
    void weReadControlBatchesOfTheReferenceAndItReadsOurs() {
        final ByteBuffer theirs = MemoryRecords.withEndTransactionMarker(
                        88L, 1_000L, 3, 9L, (short) 4, new EndTransactionMarker(ControlRecordType.COMMIT, 6))
                .buffer();
        assertEquals(BatchProblem.NONE, BatchValidation.checkStored(theirs, 0, theirs.limit()));
        assertTrue(RecordBatch.isControl(theirs, 0));
        assertTrue(RecordBatch.isTransactional(theirs, 0));
        final LogRecord marker = Sample.read(theirs).get(0);
        assertEquals(88, marker.offset());
        assertEquals(1, marker.key().getShort(2));
        final ByteBuffer ours = new RecordBatchBuilder()
                .baseOffset(88)
                .leaderEpoch(3)
                .producer(9, (short) 4, RecordBatch.NO_SEQUENCE)
                .transactional()
                .control()
                .append(1_000, marker.key(), marker.value())
                .build();
        assertEquals(theirs, ours);
    }

    @Test
    void logAppendTimeReadsAlike() {
        final ByteBuffer batch = Sample.batch(Compression.LZ4, Sample.records());
        RecordBatch.setLogAppendTime(batch, 0, 555);
        final MutableRecordBatch theirs =
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        theirs.ensureValid();
        assertEquals(org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME, theirs.timestampType());
        theirs.forEach(record -> assertEquals(555, record.timestamp()));
        assertFalse(theirs.isControlBatch());
    }

    static org.apache.kafka.common.compress.Compression reference(final Compression compression) {
        return org.apache.kafka.common.compress.Compression.of(CompressionType.forId(compression.id()))
                .build();
    }

    static SimpleRecord[] simple(final List<LogRecord> records) {
        return records.stream()
                .map(record -> new SimpleRecord(
                        record.timestamp(), bytes(record.key()), bytes(record.value()), headers(record.headers())))
                .toArray(SimpleRecord[]::new);
    }

    private static Header[] headers(final List<LogRecord.Header> headers) {
        return headers.stream()
                .map(header -> new RecordHeader(header.key(), bytes(header.value())))
                .toArray(Header[]::new);
    }

    private static byte[] bytes(final ByteBuffer buffer) {
        if (buffer == null) {
            return null;
        }
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static LogRecord ofReference(final Record record) {
        final List<LogRecord.Header> headers = new ArrayList<>();
        for (final Header header : record.headers()) {
            headers.add(new LogRecord.Header(
                    header.key(), header.value() == null ? null : ByteBuffer.wrap(header.value())));
        }
        return new LogRecord(record.offset(), record.timestamp(), copy(record.key()), copy(record.value()), headers);
    }

    private static ByteBuffer copy(final ByteBuffer from) {
        return from == null ? null : ByteBuffer.wrap(bytes(from));
    }
}
