package io.highwater.records;

import io.highwater.records.codec.DecompressionLimitException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Refuses to deliver more than a number of bytes: a few kilobytes can decompress to gigabytes. */
final class LimitedInput extends FilterInputStream {
    private final long bytesMax;
    private long left;

    LimitedInput(final InputStream in, final long bytesMax) {
        super(in);
        this.bytesMax = bytesMax;
        this.left = bytesMax;
    }

    @Override
    public int read() throws IOException {
        final int value = in.read();
        if (value >= 0) {
            count(1);
        }
        return value;
    }

    @Override
    public int read(final byte[] target, final int offset, final int length) throws IOException {
        // One byte more than is left is enough to see that the limit is passed.
        final int count = in.read(target, offset, (int) Math.min(length, left + 1));
        if (count > 0) {
            count(count);
        }
        return count;
    }

    @Override
    public long skip(final long count) throws IOException {
        final long skipped = in.skip(Math.min(count, left + 1));
        count(skipped);
        return skipped;
    }

    private void count(final long bytes) throws IOException {
        left -= bytes;
        if (left < 0) {
            throw new DecompressionLimitException(bytesMax);
        }
    }
}
