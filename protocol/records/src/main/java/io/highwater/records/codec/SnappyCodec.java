package io.highwater.records.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.xerial.snappy.SnappyOutputStream;

/**
 * Snappy by snappy-java. Written with xerial's framing, which Java clients use; read with it or as one raw block, which
 * several C, Go, JavaScript and Python clients send. Safe for any thread because it has no state.
 */
public final class SnappyCodec {
    /** No block is more than so many times its size once decompressed. */
    public static final int EXPANSION_MAX = SnappyBlocks.EXPANSION_MAX;

    private SnappyCodec() {}

    /** Compresses into {@code out}, framed. */
    public static OutputStream compress(final OutputStream out) throws IOException {
        return new SnappyOutputStream(out);
    }

    /**
     * Decompresses the bytes from position to limit, which are not moved. A block that claims more than {@code bytesMax}, or
     * more than Snappy can make of its size, is refused before memory is allocated for it.
     */
    public static InputStream decompress(final ByteBuffer compressed, final long bytesMax) throws IOException {
        return new SnappyBlocks(compressed, bytesMax);
    }

    /** Decompresses without keeping; one per thread. */
    public static Unpacker newUnpacker() {
        return new SnappyUnpacker();
    }
}
