package io.highwater.log.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Packs entries into frames, in their order, a new frame when one is full. Frames come out padded to whole sectors; the
 * file fills in generation, sequence and checksum when it writes them. Used by one thread.
 */
final class FrameWriter {
    private static final int FRAME_BYTES_FIRST = 4 << 10;

    private final List<ByteBuffer> frames = new ArrayList<>();
    private final int flags;
    private ByteBuffer frame;

    FrameWriter(final int flags) {
        this.flags = flags;
    }

    void add(final RunMark mark) {
        JournalFormat.write(mark, room(JournalFormat.sizeOf(mark)));
    }

    void add(final Witness witness) {
        JournalFormat.write(witness, room(JournalFormat.sizeOf(witness)));
    }

    void add(final JournalEntry entry) {
        JournalFormat.write(entry, room(JournalFormat.sizeOf(entry)));
    }

    /** All frames; the last one carries these flags too. */
    List<ByteBuffer> finish(final int lastFlags) {
        if (frame != null) {
            close(flags | lastFlags);
        }
        return frames;
    }

    private ByteBuffer room(final int bytes) {
        if (frame != null && frame.position() >= JournalFormat.FRAME_BYTES_FULL) {
            close(flags);
        }
        if (frame == null) {
            frame = ByteBuffer.allocate(FRAME_BYTES_FIRST).position(JournalFormat.FRAME_HEADER_BYTES);
        }
        final int needed = (int) JournalFormat.toSectorEnd((long) frame.position() + bytes);
        if (needed > frame.capacity()) {
            frame = ByteBuffer.allocate(Math.max(needed, 2 * frame.capacity())).put(frame.flip());
        }
        return frame;
    }

    private void close(final int frameFlags) {
        final int length = frame.position();
        frame.putInt(JournalFormat.LENGTH_POSITION, length).putInt(JournalFormat.FLAGS_POSITION, frameFlags);
        frames.add(frame.position(0).limit((int) JournalFormat.toSectorEnd(length)));
        frame = null;
    }
}
