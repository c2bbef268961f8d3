package io.highwater.records;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** A stream over the bytes from a buffer's position to its limit; the buffer itself is not moved. */
final class ByteBufferInput extends InputStream {
    private final ByteBuffer bytes;

    ByteBufferInput(final ByteBuffer bytes) {
        this.bytes = bytes.duplicate();
    }

    @Override
    public int read() {
        return bytes.hasRemaining() ? bytes.get() & 0xFF : -1;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) {
        if (length == 0) {
            return 0;
        }
        final int count = Math.min(length, bytes.remaining());
        if (count == 0) {
            return -1;
        }
        bytes.get(target, offset, count);
        return count;
    }

    @Override
    public int available() {
        return bytes.remaining();
    }
}
