package io.highwater.log.segment;

import io.highwater.log.disk.DiskFile;
import io.highwater.records.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes over the batches of a file by positioned reads, so that an unreadable sector is an exception and not a fault. Says
 * nothing about a batch but that it has a plausible header and lies within the limit; the caller judges {@link #buffer()}.
 * Confined to one thread.
 */
final class BatchScan {
    private static final int BUFFER_BYTES = 1 << 20;

    private final DiskFile file;
    private final long limit;
    private ByteBuffer buffer;
    /** Position in the file of the buffer's first byte. */
    private long bufferStart;

    private long position;
    private int size;

    /** From {@code position} up to {@code limit}. */
    BatchScan(final DiskFile file, final long position, final long limit) {
        this.file = file;
        this.position = position;
        this.limit = limit;
        this.bufferStart = position;
        this.buffer = ByteBuffer.allocate((int) Math.max(0, Math.min(BUFFER_BYTES, limit - position)));
        buffer.limit(0);
    }

    /** Goes to the next batch; false at the limit and before anything that can't be a batch. */
    boolean next() throws IOException {
        position += size;
        size = 0;
        if (limit - position < RecordBatch.HEADER_BYTES || !load(RecordBatch.HEADER_BYTES)) {
            return false;
        }
        final int bytes = RecordBatch.sizeInBytes(buffer, at());
        if (bytes < RecordBatch.HEADER_BYTES
                || bytes > limit - position
                || RecordBatch.magic(buffer, at()) != RecordBatch.CURRENT_MAGIC
                || !load(bytes)) {
            return false;
        }
        size = bytes;
        return true;
    }

    /** Holds the whole batch at {@link #at()}. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Where in the buffer the batch begins. */
    int at() {
        return (int) (position - bufferStart);
    }

    /** Where in the file the batch begins, or the scan ended. */
    long position() {
        return position;
    }

    int sizeInBytes() {
        return size;
    }

    private boolean load(final int bytes) throws IOException {
        if (position + bytes <= bufferStart + buffer.limit()) {
            return true;
        }
        if (bytes > buffer.capacity()) {
            buffer = ByteBuffer.allocate(bytes);
        }
        buffer.clear();
        bufferStart = position;
        final int read = file.read(buffer, position);
        buffer.position(0).limit(read);
        return read >= bytes;
    }
}
