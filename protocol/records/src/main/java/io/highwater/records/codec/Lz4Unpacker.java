package io.highwater.records.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import net.jpountz.xxhash.StreamingXXHash32;
import net.jpountz.xxhash.XXHash32;
import net.jpountz.xxhash.XXHashFactory;

/**
 * One LZ4 frame with independent blocks. Little-endian. Consumers of this protocol read one frame and no dependent blocks,
 * so more is refused.
 *
 * <pre>
 *   0   184D2204h     magic
 *   4   flags: bits 6-7 version (1), 5 independent blocks, 4 block checksums, 3 content size, 2 content checksum,
 *              0 dictionary
 *   5   bits 4-6 block size: 4 = 64 KiB, 5 = 256 KiB, 6 = 1 MiB, 7 = 4 MiB
 *   6   int64 content size, if flagged
 *       int8 second byte of the xxHash32 of all from 4 on
 *       blocks: int32 length (top bit: stored plain; 0: the last), bytes, xxHash32 of the bytes if flagged
 *       xxHash32 of the content, if flagged
 * </pre>
 */
final class Lz4Unpacker extends Unpacker {
    private static final int MAGIC = 0x184D2204;
    private static final int DESCRIPTOR_BYTES = 2;
    private static final int VERSION_MASK = 0xC0;
    private static final int VERSION = 0x40;
    private static final int INDEPENDENT = 0x20;
    private static final int BLOCK_CHECKSUM = 0x10;
    private static final int CONTENT_SIZE = 0x08;
    private static final int CONTENT_CHECKSUM = 0x04;
    /** The bits that no known flag uses, and the dictionary, which nobody could give us. */
    private static final int REFUSED_FLAGS = 0x03;

    private static final int REFUSED_SIZE_BITS = 0x8F;
    private static final int STORED_PLAIN = 0x80000000;
    private static final int COPY_BYTES = 8 * 1024;

    private final LZ4SafeDecompressor blocks = LZ4Factory.fastestInstance().safeDecompressor();
    private final XXHash32 hash = XXHashFactory.fastestInstance().hash32();
    private final StreamingXXHash32 contentHash =
            XXHashFactory.fastestInstance().newStreamingHash32(0);
    private final byte[] copy = new byte[COPY_BYTES];
    private ByteBuffer piece = ByteBuffer.allocateDirect(0);
    private int flags;
    private int blockBytesMax;
    private long contentBytes;
    private long delivered;
    private boolean isEnded;

    @Override
    protected void onBegin(final ByteBuffer source, final long bytesMax) throws IOException {
        if (littleEndianInt(source) != MAGIC) {
            throw new IOException("no LZ4 frame");
        }
        final int start = source.position();
        require(source, DESCRIPTOR_BYTES + 1);
        flags = source.get() & 0xFF;
        final int size = source.get() & 0xFF;
        if ((flags & VERSION_MASK) != VERSION || (flags & REFUSED_FLAGS) != 0 || (flags & INDEPENDENT) == 0) {
            throw new IOException("LZ4 frame flags " + Integer.toHexString(flags));
        }
        if ((size & REFUSED_SIZE_BITS) != 0 || size >> 4 < 4) {
            throw new IOException("LZ4 block size " + Integer.toHexString(size));
        }
        blockBytesMax = 1 << (8 + 2 * (size >> 4));
        if (isFlagged(CONTENT_SIZE)) {
            contentBytes = littleEndianInt(source) & 0xFFFFFFFFL | (long) littleEndianInt(source) << Integer.SIZE;
            require(source, 1);
        }
        final int expected = hash.hash(source, start, source.position() - start, 0) >> 8 & 0xFF;
        if ((source.get() & 0xFF) != expected) {
            throw new IOException("the checksum of the LZ4 frame's header does not match");
        }
        piece = withRoom(piece, blockBytesMax);
        contentHash.reset();
        delivered = 0;
        isEnded = false;
    }

    @Override
    protected ByteBuffer nextPiece(final ByteBuffer source) throws IOException {
        if (isEnded) {
            return null;
        }
        final int length = littleEndianInt(source);
        if (length == 0) {
            endFrame(source);
            return null;
        }
        unpack(source, length & ~STORED_PLAIN, (length & STORED_PLAIN) != 0);
        delivered += piece.remaining();
        if (isFlagged(CONTENT_CHECKSUM)) {
            hashPiece();
        }
        return piece;
    }

    private void unpack(final ByteBuffer source, final int length, final boolean isPlain) throws IOException {
        require(source, length);
        if (length > blockBytesMax) {
            throw new IOException("an LZ4 block of " + length + " bytes where " + blockBytesMax + " are the most");
        }
        final int start = source.position();
        piece.clear();
        if (isPlain) {
            piece.put(0, source, start, length).limit(length);
        } else {
            try {
                piece.limit(blocks.decompress(source, start, length, piece, 0, blockBytesMax));
            } catch (final LZ4Exception e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        source.position(start + length);
        if (isFlagged(BLOCK_CHECKSUM) && littleEndianInt(source) != hash.hash(source, start, length, 0)) {
            throw new IOException("the checksum of an LZ4 block does not match");
        }
    }

    private void endFrame(final ByteBuffer source) throws IOException {
        isEnded = true;
        if (isFlagged(CONTENT_CHECKSUM) && littleEndianInt(source) != contentHash.getValue()) {
            throw new IOException("the checksum of the LZ4 frame does not match");
        }
        if (isFlagged(CONTENT_SIZE) && contentBytes != delivered) {
            throw new IOException("the LZ4 frame says " + contentBytes + " bytes and holds " + delivered);
        }
        if (source.hasRemaining()) {
            throw new IOException(source.remaining() + " bytes after the LZ4 frame");
        }
    }

    private void hashPiece() {
        for (int at = 0; at < piece.limit(); at += COPY_BYTES) {
            final int count = Math.min(COPY_BYTES, piece.limit() - at);
            piece.get(at, copy, 0, count);
            contentHash.update(copy, 0, count);
        }
    }

    private boolean isFlagged(final int flag) {
        return (flags & flag) != 0;
    }
}
