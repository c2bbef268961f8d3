package io.highwater.records;

import java.nio.ByteBuffer;

/**
 * Goes over the batches in a buffer, one after the other, without allocation. A last batch that is cut off, as a fetch may
 * end with one, is no error: the cursor ends before it.
 *
 * <p>Confined to one thread; reusable by {@link #wrap}. Not thread-safe.
 */
public final class BatchCursor {
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private int position;
    private int size;
    private int next;
    private int limit;

    /** Begins before the first batch at the buffer's position; the buffer is not moved. */
    public BatchCursor wrap(final ByteBuffer batches) {
        this.buffer = batches;
        this.position = batches.position();
        this.size = 0;
        this.next = position;
        this.limit = batches.limit();
        return this;
    }

    /**
     * Goes to the next batch; false at the end or before a batch that is cut off.
     *
     * @throws CorruptBatchException when what follows is no batch header
     */
    public boolean next() {
        final BatchProblem problem = BatchValidation.checkHeader(buffer, next, limit);
        if (problem == BatchProblem.EMPTY || problem == BatchProblem.TRUNCATED) {
            return false;
        }
        if (problem != BatchProblem.NONE) {
            throw new CorruptBatchException(problem, "at position " + next + ", " + problem.text());
        }
        position = next;
        size = RecordBatch.sizeInBytes(buffer, position);
        next = position + size;
        return true;
    }

    /** The buffer that is walked. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where the current batch begins, for the statics of {@link RecordBatch}. */
    public int position() {
        return position;
    }

    /** Bytes of the current batch. */
    public int sizeInBytes() {
        return size;
    }

    /** Bytes after the current batch; after {@link #next} said false, those of a batch that is cut off. */
    public int remaining() {
        return limit - next;
    }

    /** Offset of the current batch. */
    public long baseOffset() {
        return RecordBatch.baseOffset(buffer, position);
    }

    /** Last offset of the current batch. */
    public long lastOffset() {
        return RecordBatch.lastOffset(buffer, position);
    }

    /** The current batch as a view. */
    public ByteBuffer slice() {
        return buffer.slice(position, size);
    }

    /** {@link BatchValidation#checkStored} of the current batch. */
    public BatchProblem check() {
        return BatchValidation.checkStored(buffer, position, limit);
    }

    /** The records of the current batch; see {@link RecordCursor#open}. */
    public RecordCursor records(final long decompressedBytesMax) {
        return RecordCursor.open(buffer, position, decompressedBytesMax);
    }
}
