package io.highwater.records;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Builds one batch after the other. Records are gathered plain, and compressed once, when the batch is built; so
 * {@link #sizeInBytes} is exact for plain batches and, for all but hostile inputs, an upper bound for compressed ones.
 *
 * <p>Confined to one thread. A builder is used again after {@link #reset}; a built batch has memory of its own.
 */
public final class RecordBatchBuilder {
    private static final int FIRST_BYTES = 1024;
    /** What a record takes beside its key, value and headers, at most: five numbers and the attributes. */
    private static final int RECORD_OVERHEAD_MAX = 5 + 1 + 10 + 5 + 5 + 5 + 5;

    private ByteBuffer plain = ByteBuffer.allocate(FIRST_BYTES).position(RecordBatch.HEADER_BYTES);
    private Compression compression = Compression.NONE;
    private TimestampType timestampType = TimestampType.CREATE_TIME;
    private long baseOffset;
    private int leaderEpoch = RecordBatch.NO_LEADER_EPOCH;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private boolean isTransactional;
    private boolean isControl;
    private long baseTimestamp;
    private long maxTimestamp;
    private int lastOffsetDelta = -1;
    private int count;

    /** Forgets records and settings: the next batch is plain, at offset 0, of no producer. */
    public RecordBatchBuilder reset() {
        plain.clear().position(RecordBatch.HEADER_BYTES);
        compression = Compression.NONE;
        timestampType = TimestampType.CREATE_TIME;
        baseOffset = 0;
        leaderEpoch = RecordBatch.NO_LEADER_EPOCH;
        isTransactional = false;
        isControl = false;
        lastOffsetDelta = -1;
        count = 0;
        return producer(RecordBatch.NO_PRODUCER_ID, RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE);
    }

    /** The codec; none unless told. */
    public RecordBatchBuilder compression(final Compression codec) {
        this.compression = codec;
        return this;
    }

    /** Offset of the first record; producers leave it 0. */
    public RecordBatchBuilder baseOffset(final long offset) {
        this.baseOffset = offset;
        return this;
    }

    /** Epoch of the leader; producers leave it -1. */
    public RecordBatchBuilder leaderEpoch(final int epoch) {
        this.leaderEpoch = epoch;
        return this;
    }

    /** The idempotent producer and the sequence number of the first record. */
    public RecordBatchBuilder producer(final long id, final short epoch, final int sequence) {
        this.producerId = id;
        this.producerEpoch = epoch;
        this.baseSequence = sequence;
        return this;
    }

    /** Whether timestamps are the producer's or the time of append. */
    public RecordBatchBuilder timestampType(final TimestampType type) {
        this.timestampType = type;
        return this;
    }

    /** Makes the batch part of a transaction. */
    public RecordBatchBuilder transactional() {
        this.isTransactional = true;
        return this;
    }

    /** Makes the batch one of the broker's own, such as a transaction marker. */
    public RecordBatchBuilder control() {
        this.isControl = true;
        return this;
    }

    /** Adds a record at the next offset; key and value may be null and are not moved. */
    public RecordBatchBuilder append(final long timestamp, final ByteBuffer key, final ByteBuffer value) {
        return append(timestamp, key, value, List.of());
    }

    /** Adds a record at the next offset; key, value and header values may be null and are not moved. */
    public RecordBatchBuilder append(
            final long timestamp, final ByteBuffer key, final ByteBuffer value, final List<LogRecord.Header> headers) {
        return appendAt(baseOffset + lastOffsetDelta + 1, timestamp, key, value, headers);
    }

    /** Adds a record at an offset beyond the last one's; what lies between counts as compacted away. */
    public RecordBatchBuilder appendAt(
            final long offset,
            final long timestamp,
            final ByteBuffer key,
            final ByteBuffer value,
            final List<LogRecord.Header> headers) {
        final long offsetDelta = offset - baseOffset;
        if (offsetDelta <= lastOffsetDelta || offsetDelta > Integer.MAX_VALUE - 1) {
            throw new IllegalArgumentException(
                    "offset " + offset + " does not follow " + (baseOffset + lastOffsetDelta));
        }
        final byte[][] headerKeys = headerKeys(headers);
        final long timestampDelta = count == 0 ? 0 : timestamp - baseTimestamp;
        final int bytes = recordBytes(timestampDelta, (int) offsetDelta, key, value, headers, headerKeys);
        reserve(Varint.size(bytes) + bytes);
        Varint.write(plain, bytes);
        plain.put((byte) 0);
        Varint.write(plain, timestampDelta);
        Varint.write(plain, offsetDelta);
        write(key);
        write(value);
        Varint.write(plain, headers.size());
        for (int i = 0; i < headerKeys.length; i++) {
            Varint.write(plain, headerKeys[i].length);
            plain.put(headerKeys[i]);
            write(headers.get(i).value());
        }
        if (count == 0) {
            baseTimestamp = timestamp;
            maxTimestamp = timestamp;
        }
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        lastOffsetDelta = (int) offsetDelta;
        count++;
        return this;
    }

    /** How many records were added. */
    public int recordCount() {
        return count;
    }

    /** Bytes of the batch before compression, header included. */
    public int sizeInBytes() {
        return plain.position();
    }

    /** The most that a record of these bytes adds to {@link #sizeInBytes}. */
    public static int recordBytesMax(
            final ByteBuffer key, final ByteBuffer value, final List<LogRecord.Header> headers) {
        long bytes = RECORD_OVERHEAD_MAX + (long) remaining(key) + remaining(value);
        for (final LogRecord.Header header : headers) {
            // At most three bytes of UTF-8 for each char.
            bytes += 2L * 5 + 3L * header.key().length() + remaining(header.value());
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    /** The batch, on the heap, from position 0 to the limit. The builder keeps its records: building again is legal. */
    public ByteBuffer build() {
        if (count == 0) {
            throw new IllegalStateException("a batch needs a record");
        }
        final ByteBuffer batch = compression == Compression.NONE ? copyOfPlain() : compressed();
        RecordBatch.putLong(batch, RecordBatch.BASE_OFFSET, baseOffset);
        RecordBatch.putInt(batch, RecordBatch.LENGTH, batch.limit() - RecordBatch.LOG_OVERHEAD);
        RecordBatch.putInt(batch, RecordBatch.PARTITION_LEADER_EPOCH, leaderEpoch);
        batch.put(RecordBatch.MAGIC, RecordBatch.CURRENT_MAGIC);
        RecordBatch.putShort(batch, RecordBatch.ATTRIBUTES, attributes());
        RecordBatch.putInt(batch, RecordBatch.LAST_OFFSET_DELTA, lastOffsetDelta);
        RecordBatch.putLong(batch, RecordBatch.BASE_TIMESTAMP, baseTimestamp);
        RecordBatch.putLong(batch, RecordBatch.MAX_TIMESTAMP, maxTimestamp);
        RecordBatch.putLong(batch, RecordBatch.PRODUCER_ID, producerId);
        RecordBatch.putShort(batch, RecordBatch.PRODUCER_EPOCH, producerEpoch);
        RecordBatch.putInt(batch, RecordBatch.BASE_SEQUENCE, baseSequence);
        RecordBatch.putInt(batch, RecordBatch.RECORD_COUNT, count);
        RecordBatch.putCrc(batch, 0, RecordBatch.computeCrc(batch, 0));
        return batch;
    }

    private short attributes() {
        return (short) (compression.id()
                | (timestampType == TimestampType.LOG_APPEND_TIME ? RecordBatch.LOG_APPEND_TIME_BIT : 0)
                | (isTransactional ? RecordBatch.TRANSACTIONAL_BIT : 0)
                | (isControl ? RecordBatch.CONTROL_BIT : 0));
    }

    private ByteBuffer copyOfPlain() {
        final ByteBuffer copy = ByteBuffer.allocate(plain.position());
        return copy.put(0, plain, 0, plain.position());
    }

    private ByteBuffer compressed() {
        final BatchOutput out = new BatchOutput(plain.position());
        // Reserves the header, which is written last.
        out.write(plain.array(), 0, RecordBatch.HEADER_BYTES);
        try (OutputStream stream = compression.compress(out)) {
            stream.write(plain.array(), RecordBatch.HEADER_BYTES, plain.position() - RecordBatch.HEADER_BYTES);
        } catch (final IOException e) {
            throw new UncheckedIOException("compressing into memory failed", e);
        }
        return out.toBuffer();
    }

    private void write(final ByteBuffer bytes) {
        if (bytes == null) {
            Varint.write(plain, -1);
            return;
        }
        final int length = bytes.remaining();
        Varint.write(plain, length);
        plain.put(plain.position(), bytes, bytes.position(), length);
        plain.position(plain.position() + length);
    }

    private void reserve(final int bytes) {
        final long needed = (long) plain.position() + bytes;
        if (needed <= plain.capacity()) {
            return;
        }
        if (needed > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException("a batch of " + needed + " bytes");
        }
        final int capacity = (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * plain.capacity()));
        plain = ByteBuffer.allocate(capacity).put(plain.flip());
    }

    private static int recordBytes(
            final long timestampDelta,
            final int offsetDelta,
            final ByteBuffer key,
            final ByteBuffer value,
            final List<LogRecord.Header> headers,
            final byte[][] headerKeys) {
        long bytes = (long) Byte.BYTES + Varint.size(timestampDelta) + Varint.size(offsetDelta);
        bytes += sizeOf(key) + sizeOf(value) + Varint.size(headerKeys.length);
        for (int i = 0; i < headerKeys.length; i++) {
            bytes += Varint.size(headerKeys[i].length)
                    + headerKeys[i].length
                    + sizeOf(headers.get(i).value());
        }
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a record of " + bytes + " bytes");
        }
        return (int) bytes;
    }

    private static long sizeOf(final ByteBuffer bytes) {
        return bytes == null ? Varint.size(-1) : Varint.size(bytes.remaining()) + (long) bytes.remaining();
    }

    private static int remaining(final ByteBuffer bytes) {
        return bytes == null ? 0 : bytes.remaining();
    }

    private static byte[][] headerKeys(final List<LogRecord.Header> headers) {
        final byte[][] keys = new byte[headers.size()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = headers.get(i).key().getBytes(StandardCharsets.UTF_8);
        }
        return keys;
    }
}
