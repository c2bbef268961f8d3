package io.highwater.log.datajournal;

import io.highwater.log.journal.PartitionId;
import java.nio.ByteBuffer;

/** A frame that is being put together, in memory that is used again for the next one. Confined to the group's thread. */
public final class DataFrame {
    /** Where a device can take it from: at a multiple of its blocks. */
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(FrameFormat.FRAME_BYTES_MAX + FrameFormat.BLOCK_BYTES)
            .alignedSlice(FrameFormat.BLOCK_BYTES)
            .slice(0, FrameFormat.FRAME_BYTES_MAX);

    private int pieces;
    private int capacity;
    private long sequence;

    private final long secret;

    /** Frames of the directory that has this secret. */
    DataFrame(final long secret) {
        this.secret = secret;
    }

    /** Begins a frame of at most {@code bytes}, padding included. */
    void begin(final long run, final long newSequence, final long durable, final long bytes) {
        sequence = newSequence;
        pieces = 0;
        capacity = (int) Math.min(bytes / FrameFormat.BLOCK_BYTES * FrameFormat.BLOCK_BYTES, buffer.capacity());
        buffer.clear();
        if (capacity > 0) {
            buffer.putInt(FrameFormat.MAGIC)
                    .putShort((short) FrameFormat.VERSION)
                    .putShort((short) 0)
                    .putLong(0)
                    .putLong(run)
                    .putLong(sequence)
                    .putLong(durable)
                    .putInt(0);
        }
    }

    /** The frame's number: grows from frame to frame. */
    public long sequence() {
        return sequence;
    }

    /**
     * Makes room for one piece.
     *
     * @param segmentBase base offset of the segment
     * @param position where the piece begins in the segment's file
     * @param endOffset where the log ends with this piece
     * @return exactly {@code bytes} to be filled, or null when they don't fit
     */
    public ByteBuffer add(
            final PartitionId id, final long segmentBase, final int position, final long endOffset, final int bytes) {
        if (bytes > capacity - buffer.position() - FrameFormat.PIECE_HEADER_BYTES) {
            return null;
        }
        buffer.putLong(id.topicId().getMostSignificantBits())
                .putLong(id.topicId().getLeastSignificantBits())
                .putInt(id.partition())
                .putLong(segmentBase)
                .putInt(position)
                .putLong(endOffset)
                .putInt(bytes);
        final ByteBuffer target = buffer.slice(buffer.position(), bytes);
        buffer.position(buffer.position() + bytes);
        pieces++;
        return target;
    }

    boolean isEmpty() {
        return pieces == 0;
    }

    /** The whole frame with its padding. */
    ByteBuffer finish() {
        final int length = buffer.position();
        while (buffer.position() % FrameFormat.BLOCK_BYTES != 0) {
            final int gap = FrameFormat.BLOCK_BYTES - buffer.position() % FrameFormat.BLOCK_BYTES;
            if (gap >= Long.BYTES) {
                buffer.putLong(0);
            } else {
                buffer.put((byte) 0);
            }
        }
        buffer.putInt(FrameFormat.COUNT_POSITION, pieces)
                .putInt(FrameFormat.LENGTH_POSITION, length)
                .putInt(FrameFormat.CRC_POSITION, FrameFormat.crc(buffer, length, secret));
        return buffer.flip();
    }
}
