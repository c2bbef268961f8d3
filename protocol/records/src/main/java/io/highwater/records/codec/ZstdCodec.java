package io.highwater.records.codec;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Zstandard by zstd-jni. Safe for any thread because it has no state. */
public final class ZstdCodec {
    private ZstdCodec() {}

    /** Compresses into {@code out}. */
    public static OutputStream compress(final OutputStream out) throws IOException {
        return new ZstdOutputStreamNoFinalizer(out, RecyclingBufferPool.INSTANCE);
    }

    /** Decompresses {@code in}; the library refuses windows above 128 MiB. */
    public static InputStream decompress(final InputStream in) throws IOException {
        return new ZstdInputStreamNoFinalizer(in, RecyclingBufferPool.INSTANCE);
    }

    /** Decompresses without keeping; one per thread. */
    public static Unpacker newUnpacker() {
        return new ZstdUnpacker();
    }
}
