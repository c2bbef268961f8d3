package io.highwater.records;

import io.highwater.records.codec.DecompressionLimitException;
import io.highwater.records.codec.GzipCodec;
import io.highwater.records.codec.Lz4Codec;
import io.highwater.records.codec.SnappyCodec;
import io.highwater.records.codec.Unpacker;
import io.highwater.records.codec.ZstdCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * How the records of a batch are compressed. A codec's classes, and with them its native library, are loaded when the codec
 * is first used and not before.
 *
 * <p>Safe for any thread; the streams are confined to the thread that uses them.
 */
public enum Compression {
    /** Plain records. */
    NONE(0),
    /** RFC 1952. */
    GZIP(1),
    /** Snappy blocks, xerial-framed when written; a single raw block is read too. */
    SNAPPY(2),
    /** LZ4 frame with independent blocks. */
    LZ4(3),
    /** Zstandard frames. */
    ZSTD(4);

    private static final Compression[] BY_ID = values();

    private final int id;

    Compression(final int id) {
        this.id = id;
    }

    /** The codec bits of a batch's attributes. */
    public int id() {
        return id;
    }

    /** The codec of these bits, null when there is none. */
    public static Compression forId(final int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }

    /** The codec of this name (none, gzip, snappy, lz4, zstd; case is ignored), null when there is none. */
    public static Compression forName(final String name) {
        for (final Compression codec : BY_ID) {
            if (codec.codecName().equals(name.toLowerCase(Locale.ROOT))) {
                return codec;
            }
        }
        return null;
    }

    /** The name as options and tools write it. */
    public String codecName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is written to the result is compressed into {@code out}, completely once the result is closed. */
    public OutputStream compress(final OutputStream out) throws IOException {
        switch (this) {
            case GZIP:
                return GzipCodec.compress(out);
            case SNAPPY:
                return SnappyCodec.compress(out);
            case LZ4:
                return Lz4Codec.compress(out);
            case ZSTD:
                return ZstdCodec.compress(out);
            case NONE:
            default:
                return out;
        }
    }

    /**
     * Reads what was compressed between the buffer's position and limit, which are not moved. Reading past
     * {@code bytesMax} decompressed bytes throws a {@link DecompressionLimitException}.
     */
    public InputStream decompress(final ByteBuffer compressed, final long bytesMax) throws IOException {
        final InputStream in = new ByteBufferInput(compressed);
        switch (this) {
            case GZIP:
                return new LimitedInput(GzipCodec.decompress(in), bytesMax);
            case SNAPPY:
                return new LimitedInput(SnappyCodec.decompress(compressed, bytesMax), bytesMax);
            case LZ4:
                return new LimitedInput(Lz4Codec.decompress(in), bytesMax);
            case ZSTD:
                return new LimitedInput(ZstdCodec.decompress(in), bytesMax);
            case NONE:
            default:
                return new LimitedInput(in, bytesMax);
        }
    }

    /** Decompresses one stream after the other in memory of its own; for one thread to keep. */
    Unpacker newUnpacker() {
        switch (this) {
            case GZIP:
                return GzipCodec.newUnpacker();
            case SNAPPY:
                return SnappyCodec.newUnpacker();
            case LZ4:
                return Lz4Codec.newUnpacker();
            case ZSTD:
                return ZstdCodec.newUnpacker();
            case NONE:
            default:
                throw new IllegalStateException("plain records need no unpacking");
        }
    }
}
