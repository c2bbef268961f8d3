package io.highwater.records;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Goes over the records of one batch. Plain records are read in place. Compressed ones are decompressed as a stream, one
 * record in memory at a time, and never more than a given number of bytes in all.
 *
 * <p>Whatever the bytes are, each step yields a record, the end, or a {@link CorruptBatchException}. Views of a record
 * ({@link #key}, {@link #value}) stand until the next step; {@link #record} makes a copy. Confined to one thread. Close it:
 * codecs hold native memory.
 */
public final class RecordCursor implements AutoCloseable {
    private final ByteBuffer batch;
    private final long baseOffset;
    private final long baseTimestamp;
    /** The time of every record under log append time, else not used. */
    private final long appendTimestamp;

    private final boolean isLogAppendTime;
    private final int count;
    private final RecordSource source;
    private int index = -1;
    private ByteBuffer bytes;
    private int timestampAt;
    private int offsetDelta;
    private int keyAt;
    private int keyBytes;
    private int valueAt;
    private int valueBytes;
    private int headersAt;
    private int end;

    private RecordCursor(final ByteBuffer batch, final int position, final RecordSource source) {
        this.batch = batch;
        this.baseOffset = RecordBatch.baseOffset(batch, position);
        this.baseTimestamp = RecordBatch.baseTimestamp(batch, position);
        this.appendTimestamp = RecordBatch.maxTimestamp(batch, position);
        this.isLogAppendTime = RecordBatch.timestampType(batch, position) == TimestampType.LOG_APPEND_TIME;
        this.count = RecordBatch.recordCount(batch, position);
        this.source = source;
    }

    /**
     * Before the first record of the batch at {@code position}, whose header must have been found good.
     *
     * @param decompressedBytesMax how much the records may take once decompressed
     */
    public static RecordCursor open(final ByteBuffer buffer, final int position, final long decompressedBytesMax) {
        final Compression codec = RecordBatch.codec(buffer, position);
        if (codec == null) {
            throw new CorruptBatchException(
                    BatchProblem.UNKNOWN_CODEC,
                    "codec bits " + (RecordBatch.attributes(buffer, position) & RecordBatch.CODEC_MASK));
        }
        final int start = position + RecordBatch.HEADER_BYTES;
        final int limit = position + RecordBatch.sizeInBytes(buffer, position);
        if (codec == Compression.NONE) {
            return new RecordCursor(buffer, position, new PlainRecords(buffer, start, limit));
        }
        final ByteBuffer compressed = buffer.slice(start, limit - start);
        try {
            final InputStream in = codec.decompress(compressed, decompressedBytesMax);
            return new RecordCursor(buffer, position, new CompressedRecords(in, decompressedBytesMax));
        } catch (final IOException e) {
            throw CompressedRecords.corrupt(e);
        }
    }

    /** Goes to the next record; false after the last. */
    public boolean next() {
        if (index + 1 >= count) {
            if (index < count && !source.isAtEnd()) {
                throw new CorruptBatchException(BatchProblem.BAD_COUNT, "bytes after record " + count);
            }
            index = count;
            return false;
        }
        index++;
        if (!source.next() || !parse(source.buffer(), source.start(), source.end())) {
            throw new CorruptBatchException(
                    BatchProblem.BAD_RECORD,
                    "record " + index + " of " + count + " in the batch at offset " + baseOffset);
        }
        return true;
    }

    /** Place of the record in the log. */
    public long offset() {
        return baseOffset + offsetDelta;
    }

    /** The record's place relative to the batch's base offset. */
    public int offsetDelta() {
        return offsetDelta;
    }

    /** The record's own timestamp, or the batch's under log append time. */
    public long timestamp() {
        return isLogAppendTime ? appendTimestamp : baseTimestamp + Varint.longAt(bytes, timestampAt);
    }

    /** Bytes of the record with the length before it, unpacked. */
    public int sizeInBytes() {
        final int length = end - (timestampAt - Byte.BYTES);
        return Varint.size(length) + length;
    }

    /** A view of the key, null when there is none. */
    public ByteBuffer key() {
        return keyBytes < 0 ? null : bytes.slice(keyAt, keyBytes);
    }

    /** True when {@link #key} would not be null. */
    public boolean hasKey() {
        return keyBytes >= 0;
    }

    /** A view of the value, null when there is none. */
    public ByteBuffer value() {
        return valueBytes < 0 ? null : bytes.slice(valueAt, valueBytes);
    }

    /** Bytes of the value, -1 for null. */
    public int valueBytes() {
        return valueBytes;
    }

    /** The headers, with memory of their own. */
    public List<LogRecord.Header> headers() {
        final long headerCount = Varint.read(bytes, headersAt, end);
        final List<LogRecord.Header> headers = new ArrayList<>(Varint.value(headerCount));
        int at = Varint.end(headerCount);
        for (int i = Varint.value(headerCount); i > 0; i--) {
            final long key = Varint.read(bytes, at, end);
            final int keyEnd = Varint.end(key) + Varint.value(key);
            final long value = Varint.read(bytes, keyEnd, end);
            final int valueSize = Varint.value(value);
            headers.add(new LogRecord.Header(
                    utf8(Varint.end(key), Varint.value(key)),
                    valueSize < 0 ? null : copy(bytes, Varint.end(value), valueSize)));
            at = Varint.end(value) + Math.max(valueSize, 0);
        }
        return headers;
    }

    /** A copy of the record that outlives the cursor and the batch. */
    public LogRecord record() {
        return new LogRecord(
                offset(),
                timestamp(),
                keyBytes < 0 ? null : copy(bytes, keyAt, keyBytes),
                valueBytes < 0 ? null : copy(bytes, valueAt, valueBytes),
                headers());
    }

    /** The buffer that the batch lies in. */
    public ByteBuffer buffer() {
        return batch;
    }

    @Override
    public void close() {
        source.close();
    }

    /** Finds the fields of the record that fills {@code [start, limit)}; false when they don't. */
    private boolean parse(final ByteBuffer record, final int start, final int limit) {
        final int afterTimestamp = Varint.endOfLong(record, start + Byte.BYTES, limit);
        if (afterTimestamp == Varint.MALFORMED) {
            return false;
        }
        final long delta = Varint.read(record, afterTimestamp, limit);
        if (Varint.end(delta) == Varint.MALFORMED || Varint.value(delta) < 0) {
            return false;
        }
        final int afterDelta = Varint.end(delta);
        final int afterKey = BatchValidation.endOfBytes(record, afterDelta, limit, true);
        if (afterKey == Varint.MALFORMED) {
            return false;
        }
        final int afterValue = BatchValidation.endOfBytes(record, afterKey, limit, true);
        if (afterValue == Varint.MALFORMED || BatchValidation.endOfHeaders(record, afterValue, limit) != limit) {
            return false;
        }
        bytes = record;
        timestampAt = start + Byte.BYTES;
        offsetDelta = Varint.value(delta);
        final long key = Varint.read(record, afterDelta, limit);
        keyAt = Varint.end(key);
        keyBytes = Varint.value(key);
        final long value = Varint.read(record, afterKey, limit);
        valueAt = Varint.end(value);
        valueBytes = Varint.value(value);
        headersAt = afterValue;
        end = limit;
        return true;
    }

    private String utf8(final int at, final int length) {
        final byte[] copy = new byte[length];
        bytes.get(at, copy);
        return new String(copy, StandardCharsets.UTF_8);
    }

    private static ByteBuffer copy(final ByteBuffer from, final int at, final int length) {
        final byte[] copy = new byte[length];
        from.get(at, copy);
        return ByteBuffer.wrap(copy);
    }
}
