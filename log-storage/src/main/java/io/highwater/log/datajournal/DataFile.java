package io.highwater.log.datajournal;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One of the two files: space that is filled from its beginning, and the logs that have something in it. Whoever has it
 * in its phase uses it alone: the group's thread a live one, the checkpoint the others. Only a frame that has its place may
 * come in any phase, which is why nobody takes the file again before that.
 */
final class DataFile implements Closeable {
    /** Frames of one file, and who may touch it. */
    enum Phase {
        /** It has frames that matter, or has to be made first; nobody may write. */
        UNUSABLE,
        /** Nothing in it matters, nor in what may still come ({@link #isPending}). */
        READY,
        /** Groups go into it. */
        LIVE,
        /** Its logs have to be forced before it is ready again. */
        FULL
    }

    private final Path path;
    private final Set<Journaled> logs = new LinkedHashSet<>();
    private Phase phase = Phase.UNUSABLE;
    /** Null until it is made. */
    private DiskFile file;

    private long sizeBytes;
    private volatile int position;
    private long lastSequence;
    private long takenMs;
    private long filledMs;
    private boolean isWrittenThrough;
    /** Frames that have their place, and are not written yet. */
    private final AtomicInteger pending = new AtomicInteger();

    DataFile(final Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    Phase phase() {
        return phase;
    }

    void phase(final Phase next) {
        phase = next;
    }

    /** Opens it as it is; false when there is none. */
    boolean openExisting(final Disk disk) throws IOException {
        if (!disk.exists(path)) {
            return false;
        }
        file = disk.open(path, false);
        sizeBytes = file.sizeBytes();
        return true;
    }

    /** Makes it, without space. */
    void create(final Disk disk) throws IOException {
        file = disk.open(path, true);
    }

    /** Makes it, and its space real: zeros, which a force makes durable with the blocks' places. */
    void allocate(final Disk disk, final long bytes) throws IOException {
        if (file == null) {
            file = disk.open(path, true);
        }
        file.allocate(bytes);
        sizeBytes = Math.min(file.sizeBytes(), Integer.MAX_VALUE);
    }

    /** Gives back the space beyond {@code bytes}, if there is any. */
    void cutTo(final long bytes) throws IOException {
        if (file != null) {
            file.truncate(bytes);
            sizeBytes = Math.min(sizeBytes, bytes);
        }
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** From now on frames go into it, from its beginning. */
    void take(final long nowMs) {
        phase = Phase.LIVE;
        position = 0;
        takenMs = nowMs;
    }

    /** No frame goes into it any more. */
    void fill(final long nowMs) {
        phase = Phase.FULL;
        filledMs = nowMs;
    }

    /** How long frames went into it. */
    long usedMs() {
        return filledMs - takenMs;
    }

    boolean isEmpty() {
        return position == 0;
    }

    long room() {
        return sizeBytes - position;
    }

    /** False when the next file should be taken, if there is one. */
    boolean hasMuchRoom() {
        return room() >= Math.min(FrameFormat.FRAME_BYTES_MAX, sizeBytes / 4);
    }

    long ageMs(final long nowMs) {
        return nowMs - takenMs;
    }

    /** Writes a frame behind the others; durable only after a force. */
    void append(final ByteBuffer frame, final long sequence) throws IOException {
        final int bytes = frame.remaining();
        file.write(frame, position);
        position = position + bytes;
        lastSequence = sequence;
    }

    void force() throws IOException {
        file.force();
    }

    /** Finds out whether {@link #writeThrough} works. Nothing in the file may matter; its first block is zeros then. */
    void tryWriteThrough() throws IOException {
        isWrittenThrough = file.tryWriteThrough();
    }

    boolean isWrittenThrough() {
        return isWrittenThrough;
    }

    /**
     * Keeps a place for a frame behind the others: {@link #writeThrough} has to follow.
     *
     * @return the place
     */
    int keepPlace(final int bytes, final long sequence) {
        final int at = position;
        pending.incrementAndGet();
        position = position + bytes;
        lastSequence = sequence;
        return at;
    }

    /** Writes a frame to the place that was kept for it, durably. After a failure the file is not used again. Any thread. */
    void writeThrough(final ByteBuffer frame, final int at) throws IOException {
        file.writeThrough(frame, at);
        pending.decrementAndGet();
    }

    /** True while a frame may still come to a place that was kept for it. Any thread. */
    boolean isPending() {
        return pending.get() > 0;
    }

    /** Of the newest frame in it. */
    long lastSequence() {
        return lastSequence;
    }

    Set<Journaled> logs() {
        return logs;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
