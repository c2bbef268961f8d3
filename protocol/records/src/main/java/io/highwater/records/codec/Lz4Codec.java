package io.highwater.records.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;

/**
 * LZ4 frames by lz4-java. Blocks are independent of each other: readers of this protocol refuse others. Safe for any
 * thread because it has no state.
 */
public final class Lz4Codec {
    private Lz4Codec() {}

    /** Compresses into {@code out}, in blocks of 64 KiB. */
    public static OutputStream compress(final OutputStream out) throws IOException {
        return new LZ4FrameOutputStream(
                out, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB, LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE);
    }

    /** Decompresses {@code in}. */
    public static InputStream decompress(final InputStream in) throws IOException {
        return new LZ4FrameInputStream(in);
    }

    /** Decompresses without keeping; one per thread. */
    public static Unpacker newUnpacker() {
        return new Lz4Unpacker();
    }
}
