package io.highwater.records;

import io.highwater.records.codec.DecompressionLimitException;
import io.highwater.records.codec.Unpacker;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes over the records of one compressed batch after the other, and keeps none of them: keys, values and headers are
 * passed by as they are decompressed, so a record of any size costs no memory.
 *
 * <p>Its memory is that of the codecs: their native state, and the largest piece that each decompresses at one time (64
 * KiB for gzip, 128 KiB for zstd, a block of at most 4 MiB for LZ4, and for Snappy a block, which may be a whole batch and
 * so reaches the bound on unpacked bytes). It is taken at the first batch of a codec and kept, so there is
 * {@link #ofThread one for each thread}. Confined to it; one batch at a time.
 */
final class RecordSkimmer {
    /** Attributes, timestamp delta, offset delta, key length, value length, header count: one byte each at least. */
    static final int RECORD_BYTES_MIN = 6;

    private static final int INT_BYTES_MAX = 5;
    private static final int LONG_BYTES_MAX = 10;
    private static final ThreadLocal<RecordSkimmer> OF_THREAD = ThreadLocal.withInitial(RecordSkimmer::new);

    /** By codec id; null until the first batch of the codec. */
    private final Unpacker[] unpackers = new Unpacker[Compression.values().length];

    /** The unpacker of the batch at hand, null between batches. */
    private Unpacker unpacker;
    /** Compressed bytes off the heap, for batches that lie on it. */
    private ByteBuffer offHeap = ByteBuffer.allocateDirect(0);
    /** Plain bytes: what is unread lies in {@code [at, end)}. */
    private ByteBuffer piece;

    private int at;
    private int end;
    /** Plain bytes that pieces may still bring. */
    private long unpackedBytesLeft;

    private long unpackedBytesMax;
    private int recordBytesMax;

    /** Bytes that the current record, or the number before it, may still take. */
    private int recordBytesLeft;
    /** A field ended beyond its record, or the stream did. Sticky until the next batch. */
    private boolean isBroken;

    private ByteBuffer batch;
    private int batchPosition;
    private int batchLimit;
    private long timestampDelta;
    private int offsetDelta;

    /** The thread's own. */
    static RecordSkimmer ofThread() {
        return OF_THREAD.get();
    }

    /**
     * Before the first record of the compressed batch at {@code position}, whose header was found good. Until
     * {@link #close} the buffer's position and limit are not the caller's.
     *
     * @param bytesMax how much the records may take once decompressed
     * @param recordMax how much one record may take
     */
    BatchProblem open(final ByteBuffer buffer, final int position, final long bytesMax, final int recordMax) {
        final int start = position + RecordBatch.HEADER_BYTES;
        final int limit = position + RecordBatch.sizeInBytes(buffer, position);
        final Compression codec = RecordBatch.codec(buffer, position);
        batch = buffer;
        batchPosition = buffer.position();
        batchLimit = buffer.limit();
        isBroken = false;
        unpackedBytesMax = bytesMax;
        recordBytesMax = recordMax;
        at = 0;
        end = 0;
        unpackedBytesLeft = bytesMax;
        unpacker = unpackerOf(codec);
        try {
            unpacker.begin(compressed(buffer, start, limit), bytesMax);
            return BatchProblem.NONE;
        } catch (final IOException e) {
            return problemOf(e);
        }
    }

    /** Goes over the next record. Anything but NONE is what is wrong with the batch, and its end. */
    BatchProblem next() {
        try {
            recordBytesLeft = INT_BYTES_MAX;
            final int length = readInt();
            if (isBroken || length < RECORD_BYTES_MIN) {
                return BatchProblem.BAD_RECORD;
            }
            if (length > recordBytesMax) {
                return BatchProblem.RECORD_TOO_LARGE;
            }
            if (length - (end - at) > unpackedBytesLeft) {
                // Known before the bytes are unpacked for nothing.
                return BatchProblem.DECOMPRESSED_TOO_LARGE;
            }
            recordBytesLeft = length;
            skimRecord();
            return isBroken || recordBytesLeft != 0 ? BatchProblem.BAD_RECORD : BatchProblem.NONE;
        } catch (final IOException e) {
            return problemOf(e);
        }
    }

    /** Whether the stream ends soundly after the last record. */
    BatchProblem checkEnd() {
        try {
            return at < end || refill() ? BatchProblem.BAD_COUNT : BatchProblem.NONE;
        } catch (final IOException e) {
            return problemOf(e);
        }
    }

    /** Timestamp of the current record, relative to the batch's base timestamp. */
    long timestampDelta() {
        return timestampDelta;
    }

    /** Offset of the current record, relative to the batch's base offset. */
    int offsetDelta() {
        return offsetDelta;
    }

    /** Lets go of the batch and puts its buffer's position and limit back; nothing when there is none. */
    void close() {
        if (batch == null) {
            return;
        }
        if (unpacker != null) {
            unpacker.end();
            unpacker = null;
        }
        batch.limit(batchLimit).position(batchPosition);
        batch = null;
        piece = null;
    }

    private Unpacker unpackerOf(final Compression codec) {
        if (unpackers[codec.id()] == null) {
            unpackers[codec.id()] = codec.newUnpacker();
        }
        return unpackers[codec.id()];
    }

    private ByteBuffer compressed(final ByteBuffer buffer, final int start, final int limit) {
        if (buffer.isDirect()) {
            return buffer.limit(limit).position(start);
        }
        final int bytes = limit - start;
        if (offHeap.capacity() < bytes) {
            offHeap = ByteBuffer.allocateDirect(bytes);
        }
        return offHeap.clear().put(0, buffer, start, bytes).limit(bytes);
    }

    private void skimRecord() throws IOException {
        readByte();
        timestampDelta = readLong();
        offsetDelta = readInt();
        skipBytes(true);
        skipBytes(true);
        final int headers = readInt();
        // Each header takes two bytes at least, so a count that can't be true costs no loop.
        if (headers < 0 || headers > recordBytesLeft / 2) {
            isBroken = true;
        }
        for (int i = headers; i > 0 && !isBroken; i--) {
            skipBytes(false);
            skipBytes(true);
        }
    }

    /** A length and as many bytes; a length of -1 is null. */
    private void skipBytes(final boolean isNullable) throws IOException {
        final int length = readInt();
        if (length < (isNullable ? -1 : 0) || length > recordBytesLeft || isBroken) {
            isBroken = true;
            return;
        }
        int left = Math.max(length, 0);
        recordBytesLeft -= left;
        while (left > end - at) {
            left -= end - at;
            if (!refill()) {
                isBroken = true;
                return;
            }
        }
        at += left;
    }

    private int readInt() throws IOException {
        int b = readByte();
        int raw = b & 0x7F;
        for (int i = 1; b < 0; i++) {
            b = readByte();
            // The fifth byte has room for the top four bits only.
            if (i == INT_BYTES_MAX - 1 && (b < 0 || b > 0x0F)) {
                isBroken = true;
                return 0;
            }
            raw |= (b & 0x7F) << 7 * i;
        }
        return (raw >>> 1) ^ -(raw & 1);
    }

    private long readLong() throws IOException {
        int b = readByte();
        long raw = b & 0x7F;
        for (int i = 1; b < 0; i++) {
            b = readByte();
            // The tenth byte has room for the top bit only.
            if (i == LONG_BYTES_MAX - 1 && (b < 0 || b > 1)) {
                isBroken = true;
                return 0;
            }
            raw |= (b & 0x7FL) << 7 * i;
        }
        return (raw >>> 1) ^ -(raw & 1);
    }

    /** The next plain byte, 0 and broken when the record or the stream has no more. */
    private int readByte() throws IOException {
        if (recordBytesLeft == 0 || (at == end && !refill())) {
            isBroken = true;
            return 0;
        }
        recordBytesLeft--;
        return piece.get(at++);
    }

    /** The next piece that is not empty; false after the last. */
    private boolean refill() throws IOException {
        do {
            piece = unpacker.next();
            if (piece == null) {
                at = end;
                return false;
            }
            at = piece.position();
            end = piece.limit();
        } while (at == end);
        unpackedBytesLeft -= end - at;
        if (unpackedBytesLeft < 0) {
            throw new DecompressionLimitException(unpackedBytesMax);
        }
        return true;
    }

    private static BatchProblem problemOf(final IOException e) {
        return e instanceof DecompressionLimitException
                ? BatchProblem.DECOMPRESSED_TOO_LARGE
                : BatchProblem.BAD_COMPRESSION;
    }
}
