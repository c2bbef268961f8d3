package io.highwater.records;

import io.highwater.records.codec.DecompressionLimitException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Records out of a decompressing stream, one at a time in a buffer that is used again. */
final class CompressedRecords implements RecordSource {
    /** Grown by what has really arrived, so that a length that lies costs no memory. */
    private static final int FIRST_BYTES = 8 * 1024;

    private final InputStream in;
    private final long recordBytesMax;
    private byte[] bytes = new byte[FIRST_BYTES];
    private ByteBuffer buffer = ByteBuffer.wrap(bytes);
    private int end;

    CompressedRecords(final InputStream in, final long recordBytesMax) {
        this.in = in;
        this.recordBytesMax = recordBytesMax;
    }

    static CorruptBatchException corrupt(final IOException e) {
        return e instanceof DecompressionLimitException
                ? new CorruptBatchException(BatchProblem.DECOMPRESSED_TOO_LARGE, e.getMessage(), e)
                : new CorruptBatchException(BatchProblem.BAD_COMPRESSION, String.valueOf(e.getMessage()), e);
    }

    @Override
    public boolean next() {
        try {
            final int length = readLength();
            if (length < 0) {
                return false;
            }
            if (length > recordBytesMax) {
                throw new CorruptBatchException(
                        BatchProblem.DECOMPRESSED_TOO_LARGE, "a record of " + length + " bytes");
            }
            return fill(length);
        } catch (final IOException e) {
            throw corrupt(e);
        }
    }

    @Override
    public boolean isAtEnd() {
        try {
            return in.read() < 0;
        } catch (final IOException e) {
            throw corrupt(e);
        }
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int end() {
        return end;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (final IOException e) {
            throw corrupt(e);
        }
    }

    /** The varint before a record, negative when there is none. */
    private int readLength() throws IOException {
        for (int i = 0; i < Integer.BYTES + 1; i++) {
            final int b = in.read();
            if (b < 0) {
                return -1;
            }
            bytes[i] = (byte) b;
            if (b < 0x80) {
                final long length = Varint.read(buffer, 0, i + 1);
                return Varint.end(length) == Varint.MALFORMED ? -1 : Varint.value(length);
            }
        }
        return -1;
    }

    private boolean fill(final int length) throws IOException {
        int filled = 0;
        while (filled < length) {
            if (filled == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * bytes.length));
                buffer = ByteBuffer.wrap(bytes);
            }
            final int count = in.read(bytes, filled, Math.min(length, bytes.length) - filled);
            if (count <= 0) {
                return false;
            }
            filled += count;
        }
        end = length;
        return true;
    }
}
