package io.highwater.records;

import io.highwater.records.codec.DecompressionLimitException;
import io.highwater.records.codec.SnappyCodec;
import io.highwater.records.codec.Unpacker;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes over the records of one compressed batch after the other, and keeps none of them: keys, values and headers are
 * passed by as they are decompressed, so a record of any size costs no memory.
 *
 * <p>Its memory is that of the codecs: their native state, and the largest piece that each decompresses at one time (64
 * KiB for gzip, 128 KiB for zstd, a block of at most 4 MiB for LZ4, and for Snappy a block, which may be a whole batch and
 * so reaches the bound on unpacked bytes). It is taken at the first batch of a codec and kept until {@link #free}.
 * Confined to one thread; one batch at a time.
 */
final class RecordSkimmer {
    /** Attributes, timestamp delta, offset delta, key length, value length, header count: one byte each at least. */
    static final int RECORD_BYTES_MIN = 6;

    /** The library's own bound on the window of a zstd frame. */
    private static final long ZSTD_WINDOW_BYTES_MAX = 128L << 20;

    private static final long LZ4_BLOCK_BYTES_MAX = 4L << 20;

    /** What every codec has, its native state and small pieces: 40 KiB and 64 KiB for gzip, 160 KiB and 128 KiB for zstd. */
    private static final long CODEC_BYTES = 512L << 10;

    private static final int INT_BYTES_MAX = 5;
    private static final int LONG_BYTES_MAX = 10;

    /** By codec id; null until the first batch of the codec. */
    private final Unpacker[] unpackers = new Unpacker[Compression.values().length];

    /** By codec id: the most memory that batches so far may have made the unpacker take. */
    private final long[] heldBytesMax = new long[unpackers.length];

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

    /** Bytes of the record that was gone over last, without its length. */
    private int recordBytes;
    /** Bytes that the current record, or the number before it, may still take. */
    private int recordBytesLeft;
    /** A field ended beyond its record, or the stream did. Sticky until the next batch. */
    private boolean isBroken;

    private Compression codec = Compression.NONE;
    private ByteBuffer batch;
    private int batchPosition;
    private int batchLimit;
    private long timestampDelta;
    private int offsetDelta;

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
        codec = RecordBatch.codec(buffer, position);
        batch = buffer;
        batchPosition = buffer.position();
        batchLimit = buffer.limit();
        isBroken = false;
        unpackedBytesMax = bytesMax;
        recordBytesMax = recordMax;
        at = 0;
        end = 0;
        unpackedBytesLeft = bytesMax;
        unpacker = unpackerOf();
        heldBytesMax[codec.id()] = Math.max(heldBytesMax[codec.id()], heldBytesMax(limit - start));
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
            recordBytes = length;
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

    /** What the current record takes once decompressed, without its length. */
    int recordBytes() {
        return recordBytes;
    }

    /** The most memory that the unpacker of the batch at hand holds: of one piece, or of what came before the next. */
    long heldBytesMax() {
        return heldBytesMax[codec.id()];
    }

    /** Leaves the memory of all codecs but that of the batch at hand to another, or frees it when that has its own. */
    void leaveOtherCodecsTo(final RecordSkimmer next) {
        for (int id = 0; id < unpackers.length; id++) {
            final Unpacker other = unpackers[id];
            if (other == null || other == unpacker) {
                continue;
            }
            if (next.unpackers[id] == null) {
                next.unpackers[id] = other;
                next.heldBytesMax[id] = heldBytesMax[id];
            } else {
                other.close();
            }
            unpackers[id] = null;
            heldBytesMax[id] = 0;
        }
    }

    private long heldBytesMax(final int compressedBytes) {
        return CODEC_BYTES
                + switch (codec) {
                    case SNAPPY -> Math.min(unpackedBytesMax, (long) SnappyCodec.EXPANSION_MAX * compressedBytes);
                    case ZSTD -> Math.min(unpackedBytesMax, ZSTD_WINDOW_BYTES_MAX);
                    case LZ4 -> LZ4_BLOCK_BYTES_MAX;
                    case GZIP, NONE -> 0;
                };
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

    /** Gives the native state of the codecs back, between batches: the last call. */
    void free() {
        for (final Unpacker each : unpackers) {
            if (each != null) {
                each.close();
            }
        }
    }

    private Unpacker unpackerOf() {
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
