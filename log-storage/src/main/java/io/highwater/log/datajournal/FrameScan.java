package io.highwater.log.datajournal;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.journal.DirectoryRefusedException;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the frames of one file that are whole, wherever they are, those of earlier uses of the file too. */
final class FrameScan {
    /** A whole frame and what its header says. */
    record Frame(int fileIndex, long position, int length, long run, long sequence, long durable) {}

    private final int fileIndex;
    private final Path path;
    private final long secret;

    FrameScan(final int fileIndex, final Path path, final long secret) {
        this.secret = secret;
        this.fileIndex = fileIndex;
        this.path = path;
    }

    List<Frame> frames(final DiskFile file) throws IOException {
        final List<Frame> frames = new ArrayList<>();
        final long end = file.sizeBytes();
        final ByteBuffer head = ByteBuffer.allocate(FrameFormat.FRAME_HEADER_BYTES);
        for (long at = 0; at + FrameFormat.FRAME_HEADER_BYTES <= end; ) {
            file.read(head.clear(), at);
            final Frame frame = frameOrNull(file, at, end, head);
            if (frame == null) {
                at += FrameFormat.BLOCK_BYTES;
            } else {
                frames.add(frame);
                at += FrameFormat.toBlockEnd(frame.length());
            }
        }
        return frames;
    }

    /** The frame at this place, null when there is none that is whole. */
    private Frame frameOrNull(final DiskFile file, final long at, final long end, final ByteBuffer head)
            throws IOException {
        if (head.getInt(FrameFormat.MAGIC_POSITION) != FrameFormat.MAGIC) {
            return null;
        }
        final int length = head.getInt(FrameFormat.LENGTH_POSITION);
        if (length < FrameFormat.FRAME_HEADER_BYTES || length > Math.min(FrameFormat.FRAME_BYTES_MAX, end - at)) {
            return null;
        }
        final ByteBuffer whole = ByteBuffer.allocate(length);
        if (file.read(whole, at) < length
                || whole.getInt(FrameFormat.CRC_POSITION) != FrameFormat.crc(whole, length, secret)) {
            return null;
        }
        final int version = Short.toUnsignedInt(whole.getShort(FrameFormat.VERSION_POSITION));
        if (version != FrameFormat.VERSION) {
            throw new DirectoryRefusedException(
                    version < FrameFormat.VERSION ? Reason.OLDER_FORMAT : Reason.NEWER_FORMAT,
                    path + " has format " + version + ", this version of Highwater reads and writes format "
                            + FrameFormat.VERSION);
        }
        return new Frame(
                fileIndex,
                at,
                length,
                whole.getLong(FrameFormat.RUN_POSITION),
                whole.getLong(FrameFormat.SEQUENCE_POSITION),
                whole.getLong(FrameFormat.DURABLE_POSITION));
    }
}
