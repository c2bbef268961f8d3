package io.highwater.records.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Members of RFC 1952, one after the other. Little-endian.
 *
 * <pre>
 *   0   1F 8B    magic
 *   2   08       deflate
 *   3   flags: 1 text, 2 header CRC, 4 extra field, 8 name, 10h comment
 *   4   int32 time, int8 hints, int8 system
 *  10   extra (int16 length, bytes), name (to a 0), comment (to a 0), header CRC (int16), as the flags say
 *       deflate blocks
 *       int32 CRC-32 of the plain bytes, int32 their number modulo 2^32
 * </pre>
 */
final class GzipUnpacker extends Unpacker {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int MAGIC_AND_METHOD = 0x088B1F;
    private static final int FIXED_BYTES = 10;
    private static final int FLAGS_AT = 3;
    private static final int HEADER_CRC = 0x02;
    private static final int EXTRA = 0x04;
    private static final int NAME = 0x08;
    private static final int COMMENT = 0x10;
    private static final int UNKNOWN_FLAGS = 0xE0;

    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);

    @Override
    protected void onBegin(final ByteBuffer source, final long bytesMax) throws IOException {
        beginMember(source);
    }

    @Override
    protected ByteBuffer nextPiece(final ByteBuffer source) throws IOException, DataFormatException {
        piece.clear();
        while (true) {
            if (inflater.inflate(piece) > 0) {
                crc.update(piece.flip());
                return piece.rewind();
            }
            if (inflater.finished()) {
                endMember(source);
                if (!source.hasRemaining()) {
                    return null;
                }
                beginMember(source);
            } else {
                throw new IOException(
                        inflater.needsDictionary() ? "a preset dictionary" : "the gzip stream is cut off");
            }
        }
    }

    @Override
    protected void onEnd() {
        inflater.reset();
    }

    @Override
    public void close() {
        inflater.end();
    }

    private void beginMember(final ByteBuffer source) throws IOException {
        require(source, FIXED_BYTES);
        final int start = source.position();
        if ((littleEndianInt(source) & 0xFFFFFF) != MAGIC_AND_METHOD) {
            throw new IOException("no gzip header");
        }
        final int flags = source.get(start + FLAGS_AT);
        source.position(start + FIXED_BYTES);
        if ((flags & UNKNOWN_FLAGS) != 0) {
            throw new IOException("unknown gzip flags " + Integer.toHexString(flags & 0xFF));
        }
        if ((flags & EXTRA) != 0) {
            skip(source, twoBytes(source));
        }
        if ((flags & NAME) != 0) {
            skipText(source);
        }
        if ((flags & COMMENT) != 0) {
            skipText(source);
        }
        if ((flags & HEADER_CRC) != 0) {
            final int expected = headerCrc(source, start);
            if (twoBytes(source) != expected) {
                throw new IOException("the CRC of the gzip header does not match");
            }
        }
        inflater.reset();
        inflater.setInput(source);
        crc.reset();
    }

    private void endMember(final ByteBuffer source) throws IOException {
        if (littleEndianInt(source) != (int) crc.getValue()) {
            throw new IOException("the CRC of the gzip stream does not match");
        }
        if (littleEndianInt(source) != (int) inflater.getBytesWritten()) {
            throw new IOException("the length of the gzip stream does not match");
        }
    }

    private int headerCrc(final ByteBuffer source, final int start) {
        final int limit = source.limit();
        final int end = source.position();
        crc.reset();
        crc.update(source.limit(end).position(start));
        source.limit(limit).position(end);
        return (int) crc.getValue() & 0xFFFF;
    }

    private static int twoBytes(final ByteBuffer source) throws IOException {
        require(source, Short.BYTES);
        return source.get() & 0xFF | (source.get() & 0xFF) << 8;
    }

    private static void skip(final ByteBuffer source, final int bytes) throws IOException {
        require(source, bytes);
        source.position(source.position() + bytes);
    }

    private static void skipText(final ByteBuffer source) throws IOException {
        do {
            require(source, 1);
        } while (source.get() != 0);
    }
}
