package io.highwater.records.codec;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Snappy in xerial's framing, or one raw block. Big-endian.
 *
 * <pre>
 *   0   82 'S' 'N' 'A' 'P' 'P' 'Y' 00     magic
 *   8   int32 version (1)
 *  12   int32 lowest version that can read it (1)
 *  16   blocks: int32 compressed length, raw Snappy block; a header may come again where streams were joined
 * </pre>
 *
 * Without the magic, all bytes are one raw block. Confined to one thread.
 */
final class SnappyBlocks extends InputStream {
    static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int HEADER_BYTES = MAGIC.length + 2 * Integer.BYTES;
    /** The first four bytes of the magic as a block length: negative, so no length can be taken for it. */
    private static final int MAGIC_AS_LENGTH = 0x82534E41;
    /** The densest element, a copy of 64 bytes in 3. */
    static final int EXPANSION_MAX = 22;

    private final ByteBuffer in;
    private final long bytesMax;
    private byte[] block = new byte[0];
    private int position;
    private int limit;
    private long delivered;
    private final boolean isFramed;

    SnappyBlocks(final ByteBuffer compressed, final long bytesMax) throws IOException {
        this.in = onHeap(compressed);
        this.bytesMax = bytesMax;
        this.isFramed = startsWithMagic();
        if (isFramed) {
            skipHeader();
        }
    }

    @Override
    public int read() throws IOException {
        return position < limit || nextBlock() ? block[position++] & 0xFF : -1;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == limit && !nextBlock()) {
            return -1;
        }
        final int count = Math.min(length, limit - position);
        System.arraycopy(block, position, target, offset, count);
        position += count;
        return count;
    }

    /** Decompresses the next block that is not empty; false at the end. */
    private boolean nextBlock() throws IOException {
        do {
            if (!in.hasRemaining()) {
                return false;
            }
            uncompress(isFramed ? nextLength() : in.remaining());
        } while (position == limit && in.hasRemaining());
        return position < limit;
    }

    private int nextLength() throws IOException {
        while (true) {
            require(Integer.BYTES);
            final int length = in.getInt(in.position());
            if (length != MAGIC_AS_LENGTH) {
                in.getInt();
                require(length);
                return length;
            }
            if (!startsWithMagic()) {
                throw new IOException("a snappy block of negative length");
            }
            skipHeader();
        }
    }

    private void uncompress(final int length) throws IOException {
        final int start = in.arrayOffset() + in.position();
        final int size = length == 0 ? 0 : Snappy.uncompressedLength(in.array(), start, length);
        if (size < 0 || size > (long) length * EXPANSION_MAX) {
            throw new IOException("a snappy block of " + length + " bytes claims " + size);
        }
        if (size > bytesMax - delivered) {
            throw new DecompressionLimitException(bytesMax);
        }
        if (block.length < size) {
            block = new byte[size];
        }
        limit = size == 0 ? 0 : Snappy.uncompress(in.array(), start, length, block, 0);
        position = 0;
        delivered += limit;
        in.position(in.position() + length);
    }

    private boolean startsWithMagic() {
        return in.remaining() >= MAGIC.length
                && in.slice(in.position(), MAGIC.length).equals(ByteBuffer.wrap(MAGIC));
    }

    private static ByteBuffer onHeap(final ByteBuffer bytes) {
        if (bytes.hasArray()) {
            return bytes.duplicate();
        }
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    private void skipHeader() throws IOException {
        require(HEADER_BYTES);
        in.position(in.position() + HEADER_BYTES);
    }

    private void require(final int bytes) throws IOException {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new EOFException("snappy stream is cut off: " + bytes + " bytes wanted, " + in.remaining() + " left");
        }
    }
}
