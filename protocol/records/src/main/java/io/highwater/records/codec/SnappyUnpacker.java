package io.highwater.records.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/** What {@link SnappyBlocks} reads, block by block: its format is drawn there. */
final class SnappyUnpacker extends Unpacker {
    private static final int MIN_VERSION = 1;

    private ByteBuffer piece = ByteBuffer.allocateDirect(0);
    private long bytesMax;
    private boolean isFramed;

    @Override
    protected void onBegin(final ByteBuffer source, final long pieceBytesMax) throws IOException {
        bytesMax = pieceBytesMax;
        isFramed = startsWithMagic(source);
        if (isFramed) {
            skipHeader(source);
        }
    }

    @Override
    protected ByteBuffer nextPiece(final ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            if (!isFramed) {
                return unpack(source, source.remaining());
            }
            if (startsWithMagic(source)) {
                skipHeader(source);
            } else {
                return unpack(source, bigEndianInt(source));
            }
        }
        return null;
    }

    private ByteBuffer unpack(final ByteBuffer source, final int length) throws IOException {
        require(source, length);
        final int start = source.position();
        final int limit = source.limit();
        source.limit(start + length);
        try {
            final int size = length == 0 ? 0 : Snappy.uncompressedLength(source);
            if (size < 0 || size > (long) length * SnappyBlocks.EXPANSION_MAX) {
                throw new IOException("a snappy block of " + length + " bytes claims " + size);
            }
            if (size > bytesMax) {
                throw new DecompressionLimitException(bytesMax);
            }
            piece = withRoom(piece, size);
            if (size == 0) {
                piece.limit(0);
            } else {
                Snappy.uncompress(source, piece);
            }
            return piece;
        } finally {
            source.limit(limit).position(start + length);
        }
    }

    private static boolean startsWithMagic(final ByteBuffer source) {
        if (source.remaining() < SnappyBlocks.MAGIC.length) {
            return false;
        }
        for (int i = 0; i < SnappyBlocks.MAGIC.length; i++) {
            if (source.get(source.position() + i) != SnappyBlocks.MAGIC[i]) {
                return false;
            }
        }
        return true;
    }

    private static void skipHeader(final ByteBuffer source) throws IOException {
        source.position(source.position() + SnappyBlocks.MAGIC.length);
        final int version = bigEndianInt(source);
        bigEndianInt(source);
        if (version < MIN_VERSION) {
            throw new IOException("snappy framing of version " + version);
        }
    }

    private static int bigEndianInt(final ByteBuffer source) throws IOException {
        return Integer.reverseBytes(littleEndianInt(source));
    }
}
