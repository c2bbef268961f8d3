package io.highwater.records;

import java.nio.ByteBuffer;

/** Uncompressed records, read in place. */
final class PlainRecords implements RecordSource {
    private final ByteBuffer buffer;
    private final int limit;
    private int start;
    private int end;

    PlainRecords(final ByteBuffer buffer, final int position, final int limit) {
        this.buffer = buffer;
        this.limit = limit;
        this.end = position;
    }

    @Override
    public boolean next() {
        final long length = Varint.read(buffer, end, limit);
        final int at = Varint.end(length);
        if (at == Varint.MALFORMED || Varint.value(length) < 0 || Varint.value(length) > limit - at) {
            return false;
        }
        start = at;
        end = at + Varint.value(length);
        return true;
    }

    @Override
    public boolean isAtEnd() {
        return end == limit;
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public int start() {
        return start;
    }

    @Override
    public int end() {
        return end;
    }

    @Override
    public void close() {
        // The buffer is the caller's.
    }
}
