package io.highwater.log.journal;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import io.highwater.log.journal.JournalReading.Condition;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * One of the two files: reads it once at start, then writes frames behind each other. Used by one thread at a time; the
 * journal sees to that. The bytes are drawn in {@link JournalFormat}.
 */
final class JournalFile implements Closeable {
    private static final int SCAN_BYTES = 64 << 10;

    private final Path path;
    private final DiskFile file;
    private long generation;
    /** Where the next frame goes. */
    private long position;

    private long sequence;
    /** Frames below this sequence are forced. */
    private long durable;

    JournalFile(final Disk disk, final Path path) throws IOException {
        this.path = path;
        this.file = disk.open(path, true);
    }

    /** Makes real what is missing of the size that every journal file has at least. */
    void reserve(final long bytes) throws IOException {
        if (file.sizeBytes() < bytes) {
            file.allocate(bytes);
        }
    }

    JournalReading read() throws IOException {
        final ByteBuffer header = ByteBuffer.allocate(JournalFormat.HEADER_BYTES);
        final int got = file.read(header, 0);
        if (isZero(header, got)) {
            return JournalReading.of(Condition.ABSENT, 0, "never written");
        }
        if (got < JournalFormat.HEADER_BYTES || header.getInt(JournalFormat.MAGIC_POSITION) != JournalFormat.MAGIC) {
            return JournalReading.of(Condition.DAMAGED, 0, "no journal header");
        }
        final int version = Short.toUnsignedInt(header.getShort(JournalFormat.VERSION_POSITION));
        if (version != JournalFormat.VERSION) {
            throw new DirectoryRefusedException(
                    version < JournalFormat.VERSION ? Reason.OLDER_FORMAT : Reason.NEWER_FORMAT,
                    path + " has format " + version + ", this version of Highwater reads and writes format "
                            + JournalFormat.VERSION);
        }
        if (header.getInt(JournalFormat.HEADER_CRC_POSITION)
                != JournalFormat.crc(header, 0, JournalFormat.HEADER_CRC_POSITION)) {
            return JournalReading.of(Condition.DAMAGED, 0, "bad checksum of the header");
        }
        generation = header.getLong(JournalFormat.GENERATION_POSITION);
        return header.getShort(JournalFormat.RETIRED_POSITION) == JournalFormat.LIVE
                ? readFrames()
                : JournalReading.of(Condition.RETIRED, generation, "retired by its successor");
    }

    private JournalReading readFrames() throws IOException {
        final JournalImage image = new JournalImage();
        final long end = file.sizeBytes();
        boolean whole = false;
        long at = JournalFormat.SECTOR_BYTES;
        long expected = 0;
        while (true) {
            final ByteBuffer frame = frameAt(at, end);
            if (frame == null || frame.getLong(JournalFormat.SEQUENCE_POSITION) != expected) {
                break;
            }
            final int flags = frame.getInt(JournalFormat.FLAGS_POSITION);
            whole |= (flags & JournalFormat.SNAPSHOT_END_FLAG) != 0;
            try {
                JournalFormat.replay(frame.position(JournalFormat.FRAME_HEADER_BYTES), image);
            } catch (final MalformedJournalException e) {
                return JournalReading.of(Condition.DAMAGED, generation, e.getMessage() + ", in the frame at " + at);
            }
            at += JournalFormat.toSectorEnd(frame.limit());
            expected++;
        }
        position = at;
        if (isDurableBehind(at, end, expected)) {
            return JournalReading.of(
                    Condition.DAMAGED, generation, "the frame at " + at + " was durable and is bad now");
        }
        return whole
                ? new JournalReading(Condition.COMPLETE, generation, image, "whole")
                : JournalReading.of(Condition.INCOMPLETE, generation, "torn snapshot of generation " + generation);
    }

    /** The frame at this place, position 0 to its end; null when there is none of this generation that is whole. */
    private ByteBuffer frameAt(final long at, final long end) throws IOException {
        final ByteBuffer head = ByteBuffer.allocate(JournalFormat.FRAME_HEADER_BYTES);
        if (file.read(head, at) < JournalFormat.FRAME_HEADER_BYTES) {
            return null;
        }
        final int length = head.getInt(JournalFormat.LENGTH_POSITION);
        if (head.getLong(JournalFormat.FRAME_GENERATION_POSITION) != generation
                || length < JournalFormat.FRAME_HEADER_BYTES
                || length > Math.min(JournalFormat.FRAME_BYTES_MAX, end - at)) {
            return null;
        }
        final ByteBuffer frame = ByteBuffer.allocate(length);
        final boolean whole = file.read(frame, at) == length
                && frame.getInt(JournalFormat.FRAME_CRC_POSITION)
                        == JournalFormat.crc(frame, JournalFormat.FRAME_GENERATION_POSITION, length);
        return whole ? frame.flip() : null;
    }

    /** True when some later frame says that the one missing here was forced. */
    private boolean isDurableBehind(final long from, final long end, final long missing) throws IOException {
        final ByteBuffer chunk = ByteBuffer.allocate(SCAN_BYTES);
        for (long at = from; at < end; at += SCAN_BYTES) {
            final int got = file.read(chunk.clear(), at);
            for (int i = 0; i + JournalFormat.FRAME_HEADER_BYTES <= got; i += JournalFormat.SECTOR_BYTES) {
                if (chunk.getLong(i + JournalFormat.FRAME_GENERATION_POSITION) == generation
                        && chunk.getLong(i + JournalFormat.DURABLE_POSITION) > missing
                        && frameAt(at + i, end) != null) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Makes durable what {@link #read()} found. A force of it may have failed before: then the page cache counts as clean
     * what the device may not have, and only bytes that are written again are forced again.
     */
    void rewrite() throws IOException {
        final ByteBuffer chunk = ByteBuffer.allocate(SCAN_BYTES);
        for (long at = 0; at < position; at += SCAN_BYTES) {
            chunk.clear().limit((int) Math.min(SCAN_BYTES, position - at));
            file.read(chunk, at);
            file.write(chunk.flip(), at);
        }
        file.force();
    }

    /** Starts the file anew with a snapshot; durable when this returns. */
    void begin(final long newGeneration, final JournalImage image) throws IOException {
        generation = newGeneration;
        position = JournalFormat.SECTOR_BYTES;
        sequence = 0;
        durable = 0;
        final FrameWriter frames = new FrameWriter(JournalFormat.SNAPSHOT_FLAG);
        frames.add(image.run());
        image.witnesses().forEach((name, index) -> frames.add(new Witness(name, index)));
        for (final PartitionState state : image.partitions().values()) {
            JournalImage.entriesOf(state).forEach(frames::add);
        }
        final List<ByteBuffer> snapshot = frames.finish(JournalFormat.SNAPSHOT_END_FLAG);
        // Four times the snapshot, so that the cost of writing it again stays a fraction of what is written between.
        reserve(JournalFormat.toSectorEnd(4 * (position + sizeOf(snapshot))));
        write(snapshot);
        file.write(JournalFormat.header(generation, JournalFormat.LIVE), 0);
        file.force();
        durable = sequence;
    }

    /** Appends and forces the frames, or returns false and does nothing when they don't fit. */
    boolean append(final List<ByteBuffer> frames) throws IOException {
        if (position + sizeOf(frames) > file.sizeBytes()) {
            return false;
        }
        write(frames);
        file.force();
        durable = sequence;
        return true;
    }

    /** The other file has taken over. */
    void retire() throws IOException {
        file.write(JournalFormat.header(generation, JournalFormat.RETIRED), 0);
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void write(final List<ByteBuffer> frames) throws IOException {
        for (final ByteBuffer frame : frames) {
            final int length = frame.getInt(JournalFormat.LENGTH_POSITION);
            frame.putLong(JournalFormat.FRAME_GENERATION_POSITION, generation)
                    .putLong(JournalFormat.SEQUENCE_POSITION, sequence)
                    .putLong(JournalFormat.DURABLE_POSITION, durable)
                    .putInt(
                            JournalFormat.FRAME_CRC_POSITION,
                            JournalFormat.crc(frame, JournalFormat.FRAME_GENERATION_POSITION, length));
            final int bytes = frame.remaining();
            file.write(frame, position);
            position += bytes;
            sequence++;
        }
    }

    private static long sizeOf(final List<ByteBuffer> frames) {
        long bytes = 0;
        for (final ByteBuffer frame : frames) {
            bytes += frame.remaining();
        }
        return bytes;
    }

    private static boolean isZero(final ByteBuffer buffer, final int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (buffer.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
