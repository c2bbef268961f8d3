package io.highwater.log.segment;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.MappedRegion;
import io.highwater.port.Retained;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment's file of records: written at its end, read through one mapping of all of it. When the file outgrows the
 * mapping a larger one takes its place; the former stays until the last reader has released it. The file is cut only when
 * no mapping is left.
 *
 * <p>The file is open only while it is written to: from the first write to {@link #closeFile()}. Whatever else needs it,
 * mapping too, opens it for that moment, since a mapping outlives the handle that it was made through and descriptors are
 * shared by ten thousand logs. So this object, and not a handle, is who knows of every mapping before a cut.
 *
 * <p>Confined to the log's shard, except {@link #force()} and {@link #copy}, which the flusher calls while the file is part
 * of the log.
 */
public final class SegmentFile {
    private final Disk disk;
    private final Path path;
    /** Null unless it is being written to. */
    private DiskFile file;

    private SegmentWriter writer;
    /** Null until somebody reads. */
    private MappedRegion region;

    private ByteBuffer view;
    /** Its name is gone: nothing of it has to be durable. */
    private volatile boolean isDeleted;

    /** Mappings that were replaced while readers held them. */
    private final List<MappedRegion> superseded = new ArrayList<>(1);

    /** A file that is opened when it is needed. */
    SegmentFile(final Disk disk, final Path path) {
        this.disk = disk;
        this.path = path;
    }

    /** Makes the file, to be written to. */
    void create() throws IOException {
        openFile(true);
    }

    Path path() {
        return path;
    }

    void write(final ByteBuffer batch, final int position) throws IOException {
        openFile(false);
        writer.write(batch, position);
    }

    /**
     * The file from its beginning, readable up to {@code bytes} at least. Stands until the next call on this object,
     * longer for whoever retains {@link #lifetime()}. Its position and limit are not to be moved.
     */
    ByteBuffer view(final int bytes) throws IOException {
        if (region == null || region.lengthBytes() < bytes) {
            final MappedRegion larger = mapped(bytes);
            unmap();
            region = larger;
            view = larger.slice(0, (int) larger.lengthBytes());
        }
        return view;
    }

    /** The share in memory behind the last view. */
    Retained lifetime() {
        return region;
    }

    /** Part of the last view, for a reader that retains {@link #lifetime()}. */
    ByteBuffer slice(final int position, final int bytes) {
        return region.slice(position, bytes);
    }

    /** Gives up the mapping; readers that hold it keep it. */
    void unmap() {
        superseded.removeIf(SegmentFile::isGone);
        if (region != null) {
            region.release();
            if (!isGone(region)) {
                superseded.add(region);
            }
            region = null;
            view = null;
        }
    }

    /** Cuts what lies beyond {@code bytes}; false when a reader's mapping forbids it for now. */
    boolean trim(final int bytes) throws IOException {
        unmap();
        if (!superseded.isEmpty()) {
            return false;
        }
        if (file == null) {
            try (DiskFile own = disk.open(path, false)) {
                cut(own, bytes);
            }
        } else {
            cut(file, bytes);
            writer.onTruncated(bytes);
        }
        return true;
    }

    /** Overwrites a range with zeros; unlike a cut this may happen under a mapping. */
    void zero(final int from, final int to) throws IOException {
        openFile(false);
        final ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(to - from, 64 * 1024));
        for (int at = from; at < to; at += zeros.limit()) {
            zeros.clear().limit(Math.min(zeros.capacity(), to - at));
            file.write(zeros, at);
        }
    }

    /** Makes all writes so far durable, whatever handle they went through. */
    void force() throws IOException {
        final DiskFile open = file;
        if (open != null) {
            open.force();
        } else if (!isDeleted) {
            try (DiskFile own = disk.open(path, false)) {
                own.force();
            }
        }
    }

    /** Reads what was written through this object, until the target is full. */
    void copy(final ByteBuffer target, final int position) throws IOException {
        if (file.read(target, position) < target.limit()) {
            throw new IOException(path + " ends before position " + (position + target.limit()));
        }
    }

    /** For scans that must not run into unreadable mapped memory; the caller closes it. */
    DiskFile openForScan() throws IOException {
        return disk.open(path, false);
    }

    /** Closes and removes the file; readers keep what they hold. */
    void delete() throws IOException {
        isDeleted = true;
        close();
        disk.delete(path);
    }

    /** Closes the file; the mapping goes as soon as its readers are done. */
    void close() throws IOException {
        unmap();
        closeFile();
    }

    /** Closes the file but keeps what is mapped of it. */
    void closeFile() throws IOException {
        if (file != null) {
            file.close();
            file = null;
            writer = null;
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private void openFile(final boolean create) throws IOException {
        if (file == null) {
            file = disk.open(path, create);
            writer = new PositionedWriter(file, file.sizeBytes());
        }
    }

    private MappedRegion mapped(final int bytes) throws IOException {
        if (file != null) {
            return map(file, writer.fileBytes(), bytes);
        }
        try (DiskFile own = disk.open(path, false)) {
            return map(own, own.sizeBytes(), bytes);
        }
    }

    private MappedRegion map(final DiskFile from, final long fileBytes, final int bytes) throws IOException {
        final long mappable = Math.min(fileBytes, Integer.MAX_VALUE);
        if (mappable < bytes) {
            throw new IOException(path + " has " + mappable + " bytes, " + bytes + " are part of the log");
        }
        return from.map(0, mappable);
    }

    private static void cut(final DiskFile file, final int bytes) throws IOException {
        if (file.sizeBytes() > bytes) {
            file.truncate(bytes);
        }
    }

    private static boolean isGone(final MappedRegion mapping) {
        if (mapping.tryRetain()) {
            mapping.release();
            return false;
        }
        return true;
    }
}
