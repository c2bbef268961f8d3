package io.highwater.records.codec;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;

/**
 * Decompresses one stream after the other, piece by piece into memory that is used again: for whoever looks at the
 * records without keeping them. Stricter than the streams of this package: what a consumer might refuse is refused here,
 * and so are bytes after the end.
 *
 * <p>An unpacker holds native memory until {@link #close}, so few are made and each is used again. Confined to one thread.
 */
public abstract class Unpacker implements AutoCloseable {
    /** What is being decompressed; its position moves on. Null between streams. */
    private ByteBuffer in;

    /** For implementations. */
    protected Unpacker() {}

    /**
     * Begins with the stream between the buffer's position and limit. The buffer is the unpacker's until {@link #end}, and
     * its position moves.
     *
     * @param compressed memory off the heap, since native code reads it
     * @param bytesMax no piece may be larger: memory is allocated by what a stream claims up to here
     */
    public final void begin(final ByteBuffer compressed, final long bytesMax) throws IOException {
        if (!compressed.isDirect()) {
            throw new IllegalArgumentException("the compressed bytes are on the heap");
        }
        in = compressed;
        onBegin(compressed, bytesMax);
    }

    /** The next decompressed bytes, between position and limit and good until the next call; null after the last. */
    public final ByteBuffer next() throws IOException {
        try {
            return nextPiece(in);
        } catch (final DataFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Lets go of the compressed bytes, wherever in the stream. May be repeated. */
    public final void end() {
        in = null;
        onEnd();
    }

    /** A new stream. */
    protected abstract void onBegin(ByteBuffer source, long bytesMax) throws IOException;

    /** See {@link #next}; a piece may be empty. */
    protected abstract ByteBuffer nextPiece(ByteBuffer source) throws IOException, DataFormatException;

    /** The stream is done with. */
    protected void onEnd() {}

    /** Gives the native state back: the last call. Memory off the heap follows when the unpacker is collected. */
    @Override
    public void close() {}

    /** Refuses a stream that ends before as many bytes. */
    static void require(final ByteBuffer source, final int bytes) throws IOException {
        if (bytes < 0 || bytes > source.remaining()) {
            throw new EOFException(
                    "the stream is cut off: " + bytes + " bytes wanted, " + source.remaining() + " left");
        }
    }

    /** Reads a little-endian int, whatever the buffer's order. */
    static int littleEndianInt(final ByteBuffer source) throws IOException {
        require(source, Integer.BYTES);
        return source.get() & 0xFF
                | (source.get() & 0xFF) << 8
                | (source.get() & 0xFF) << 16
                | (source.get() & 0xFF) << 24;
    }

    /** The buffer, or a larger one in its place when it has too little room; cleared. */
    static ByteBuffer withRoom(final ByteBuffer scratch, final int bytes) {
        return scratch.capacity() >= bytes ? scratch.clear() : ByteBuffer.allocateDirect(bytes);
    }
}
