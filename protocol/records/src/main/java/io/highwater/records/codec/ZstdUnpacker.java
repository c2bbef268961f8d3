package io.highwater.records.codec;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Zstandard frames, one after the other. The library refuses windows above 128 MiB; of a window it touches no more than
 * was decompressed.
 */
final class ZstdUnpacker extends Unpacker {
    /** The largest block: what the library has ready at one time. */
    private static final int PIECE_BYTES = 128 * 1024;

    private final ZstdDecompressCtx context = new ZstdDecompressCtx();
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
    private boolean isFrameEnded;

    @Override
    protected void onBegin(final ByteBuffer source, final long bytesMax) {
        context.reset();
        isFrameEnded = false;
    }

    @Override
    protected ByteBuffer nextPiece(final ByteBuffer source) throws IOException {
        piece.clear();
        while (piece.position() == 0) {
            if (isFrameEnded && !source.hasRemaining()) {
                return null;
            }
            final int before = source.position();
            try {
                isFrameEnded = context.decompressDirectByteBufferStream(piece, source);
            } catch (final ZstdException e) {
                throw new IOException(e.getMessage(), e);
            }
            if (!isFrameEnded && piece.position() == 0 && source.position() == before) {
                throw new IOException("the zstd frame is cut off");
            }
        }
        return piece.flip();
    }

    @Override
    protected void onEnd() {
        context.reset();
    }

    @Override
    public void close() {
        context.close();
    }
}
