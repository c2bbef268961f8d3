package io.highwater.records.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Gzip (RFC 1952) by the JDK. Safe for any thread because it has no state. */
public final class GzipCodec {
    private static final int BUFFER_BYTES = 8 * 1024;

    private GzipCodec() {}

    /** Compresses into {@code out}. */
    public static OutputStream compress(final OutputStream out) throws IOException {
        return new GZIPOutputStream(out, BUFFER_BYTES);
    }

    /** Decompresses {@code in}. */
    public static InputStream decompress(final InputStream in) throws IOException {
        return new GZIPInputStream(in, BUFFER_BYTES);
    }

    /** Decompresses without keeping; one per thread. */
    public static Unpacker newUnpacker() {
        return new GzipUnpacker();
    }
}
