package io.highwater.records;

import io.highwater.port.SeededRandom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Records and batches for tests: always the same for a seed. */
final class Sample {
    static final long BYTES_MAX = 64L << 20;
    static final long TIME = 1_767_225_600_000L;

    private Sample() {}

    static ByteBuffer utf8(final String text) {
        return text == null ? null : ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Nulls, empties, headers with duplicate and empty names, falling timestamps. */
    static List<LogRecord> records() {
        final List<LogRecord> records = new ArrayList<>();
        records.add(new LogRecord(0, TIME, utf8("key"), utf8("value"), List.of()));
        records.add(new LogRecord(1, TIME + 5, null, utf8("no key"), List.of()));
        records.add(new LogRecord(2, TIME - 7, utf8("tombstone"), null, List.of()));
        records.add(new LogRecord(3, TIME + 900_000_000_000L, utf8(""), utf8(""), List.of()));
        records.add(new LogRecord(
                4,
                TIME + 1,
                null,
                null,
                List.of(
                        LogRecord.Header.of("a", "1"),
                        LogRecord.Header.of("a", "2"),
                        new LogRecord.Header("", utf8("")),
                        new LogRecord.Header("größe", null))));
        return records;
    }

    /** Values that compress and values that don't, small and larger than a codec's block. */
    static List<LogRecord> manyRecords(final long seed, final int count) {
        final SeededRandom random = new SeededRandom(seed);
        final List<LogRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final byte[] value = new byte[i % 50 == 49 ? 70_000 : random.nextInt(400)];
            for (int at = 0; at < value.length; at++) {
                value[at] = (byte) (i % 2 == 0 ? at / 16 : random.nextInt(256));
            }
            records.add(
                    new LogRecord(i, TIME + random.nextInt(1000), utf8("k" + i), ByteBuffer.wrap(value), List.of()));
        }
        return records;
    }

    static ByteBuffer batch(final Compression compression, final List<LogRecord> records) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().compression(compression);
        add(builder, records);
        return builder.build();
    }

    static void add(final RecordBatchBuilder builder, final List<LogRecord> records) {
        for (final LogRecord record : records) {
            builder.append(record.timestamp(), record.key(), record.value(), record.headers());
        }
    }

    static List<LogRecord> read(final ByteBuffer batches) {
        final List<LogRecord> records = new ArrayList<>();
        final BatchCursor batch = new BatchCursor().wrap(batches);
        while (batch.next()) {
            try (RecordCursor cursor = batch.records(BYTES_MAX)) {
                while (cursor.next()) {
                    records.add(cursor.record());
                }
            }
        }
        return records;
    }

    static void renewCrc(final ByteBuffer batch) {
        RecordBatch.putCrc(batch, 0, RecordBatch.computeCrc(batch, 0));
    }

    static ByteBuffer direct(final ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining())
                .put(bytes.duplicate())
                .flip();
    }

    /** Records as they lie in a plain batch. */
    static byte[] plainRecords(final List<LogRecord> records) {
        final ByteBuffer batch = batch(Compression.NONE, records);
        final byte[] plain = new byte[batch.limit() - RecordBatch.HEADER_BYTES];
        batch.get(RecordBatch.HEADER_BYTES, plain);
        return plain;
    }

    /** A batch with the header of these records and any bytes as their compressed form. */
    static ByteBuffer withPayload(final Compression compression, final List<LogRecord> records, final byte[] payload) {
        final ByteBuffer template = batch(compression, records);
        final ByteBuffer batch = ByteBuffer.allocate(RecordBatch.HEADER_BYTES + payload.length);
        batch.put(template.limit(RecordBatch.HEADER_BYTES)).put(payload).flip();
        batch.putInt(RecordBatch.LENGTH, batch.limit() - RecordBatch.LOG_OVERHEAD);
        renewCrc(batch);
        return batch;
    }
}
