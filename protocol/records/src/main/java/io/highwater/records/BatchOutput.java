package io.highwater.records;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Bytes in memory that become a buffer without a copy. */
final class BatchOutput extends ByteArrayOutputStream {
    BatchOutput(final int bytes) {
        super(bytes);
    }

    /** What was written, from position 0 to the limit; shares the memory. */
    ByteBuffer toBuffer() {
        return ByteBuffer.wrap(buf, 0, count).slice();
    }
}
