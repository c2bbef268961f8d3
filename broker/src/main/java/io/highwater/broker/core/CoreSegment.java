package io.highwater.broker.core;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One file of a core log. Its space is zeros, allocated and forced ahead in steps that double, so that the force of a
 * small entry has no size of a file to write.
 *
 * <p>Confined to the thread that holds it.
 */
final class CoreSegment {
    private static final int FIRST_BYTES = 64 * 1024;
    /** How far ahead of the expected one an entry's index is believed to be an index. */
    private static final long INDEX_AHEAD_MAX = 1L << 32;

    /** Where the next entry goes. */
    private int position = LogFormat.HEADER_BYTES;

    private int allocatedBytes;
    private final Path path;
    private final DiskFile file;
    private final int bytesMax;
    private final long salt;
    private final long baseIndex;
    private final long baseTerm;

    private CoreSegment(final Path path, final DiskFile file, final int bytesMax, final ByteBuffer header)
            throws IOException {
        this.path = path;
        this.file = file;
        this.bytesMax = bytesMax;
        this.allocatedBytes = (int) file.sizeBytes();
        this.salt = header.getLong(LogFormat.SALT_POSITION);
        this.baseIndex = header.getLong(LogFormat.BASE_INDEX_POSITION);
        this.baseTerm = header.getLong(LogFormat.BASE_TERM_POSITION);
    }

    /** Sees the entries of a segment, in order. */
    interface EntrySink {
        /** The entry at the position of the buffer. */
        void onEntry(ByteBuffer bytes, int position) throws IOException;
    }

    /** A new, durable segment; {@code temporary} and {@code path} are in one directory. */
    static CoreSegment create(
            final Disk disk, final Path temporary, final Path path, final ByteBuffer header, final int bytesMax)
            throws IOException {
        final DiskFile fresh = disk.open(temporary, true);
        try {
            fresh.truncate(0);
            fresh.allocate(Math.max(LogFormat.HEADER_BYTES, Math.min(FIRST_BYTES, bytesMax)));
            fresh.write(header.duplicate(), 0);
            fresh.force();
        } finally {
            fresh.close();
        }
        disk.rename(temporary, path);
        disk.forceDirectory(path.getParent());
        return new CoreSegment(path, disk.open(path, false), bytesMax, header);
    }

    /** An existing segment, its entries not looked at. */
    static CoreSegment open(final Disk disk, final Path path, final CoreGroup<?> group, final int bytesMax)
            throws IOException {
        final DiskFile file = disk.open(path, false);
        final ByteBuffer header = readHeader(file, path, LogFormat.SEGMENT_MAGIC, group);
        if (file.sizeBytes() > Integer.MAX_VALUE - 8) {
            throw new CoreLogException(LogProblem.CORRUPT, path, "a segment of " + file.sizeBytes() + " bytes");
        }
        return new CoreSegment(path, file, bytesMax, header);
    }

    /** Reads and judges the header of a segment or a snapshot. */
    static ByteBuffer readHeader(final DiskFile file, final Path path, final int magic, final CoreGroup<?> group)
            throws IOException {
        final ByteBuffer header = ByteBuffer.allocate(LogFormat.HEADER_BYTES);
        if (file.read(header, 0) < LogFormat.HEADER_BYTES || header.getInt(LogFormat.MAGIC_POSITION) != magic) {
            throw new CoreLogException(LogProblem.CORRUPT, path, "not a file of a core log");
        }
        // The version comes before the checksum, whose place another version may have changed.
        final int version = Short.toUnsignedInt(header.getShort(LogFormat.VERSION_POSITION));
        if (version != LogFormat.VERSION) {
            throw new CoreLogException(
                    version < LogFormat.VERSION ? LogProblem.OLDER_FORMAT : LogProblem.NEWER_FORMAT,
                    path,
                    "format version " + version + ", this software has " + LogFormat.VERSION);
        }
        if (header.getInt(LogFormat.HEADER_CRC_POSITION) != LogFormat.headerCrc(header)) {
            throw new CoreLogException(LogProblem.CORRUPT, path, "the header fails its checksum");
        }
        if (Short.toUnsignedInt(header.getShort(LogFormat.GROUP_POSITION)) != group.id()) {
            throw new CoreLogException(LogProblem.FOREIGN, path, "not a file of the group " + group);
        }
        return header.flip();
    }

    long baseIndex() {
        return baseIndex;
    }

    long baseTerm() {
        return baseTerm;
    }

    long salt() {
        return salt;
    }

    Path path() {
        return path;
    }

    /** Bytes of header and entries. */
    int usedBytes() {
        return position;
    }

    boolean hasEntries() {
        return position > LogFormat.HEADER_BYTES;
    }

    /** True when so many more bytes would be within the bound. */
    boolean hasRoom(final int bytes) {
        return (long) position + bytes <= bytesMax;
    }

    /**
     * Gives the sink every entry and finds the end; a torn end is cut when this is the log's last segment.
     *
     * @return the index after the last entry.
     */
    long scan(final boolean isLast, final EntrySink sink) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(allocatedBytes);
        file.read(bytes, 0);
        final int end = bytes.position();
        bytes.clear();
        long nextIndex = baseIndex;
        long term = baseTerm;
        while (LogFormat.isEntry(bytes, position, end, salt)
                && bytes.getLong(position + LogFormat.INDEX_POSITION) == nextIndex
                && bytes.getLong(position + LogFormat.TERM_POSITION) >= term) {
            term = bytes.getLong(position + LogFormat.TERM_POSITION);
            sink.onEntry(bytes, position);
            nextIndex++;
            position += bytes.getInt(position + LogFormat.LENGTH_POSITION);
        }
        final int lastDirty = lastNonZero(bytes, end);
        if (lastDirty >= position) {
            if (!isLast || wasForced(bytes, end, nextIndex)) {
                throw new CoreLogException(
                        LogProblem.CORRUPT,
                        path,
                        "the entry " + nextIndex + " at position " + position + " is damaged, and was durable");
            }
            cut(lastDirty + 1);
        }
        return nextIndex;
    }

    /** Writes sealed entries behind the last one; {@link #force} makes them durable. */
    void append(final ByteBuffer entries) throws IOException {
        final int needed = Math.addExact(position, entries.remaining());
        if (needed > allocatedBytes) {
            final long doubled = Math.min(bytesMax, 2L * allocatedBytes);
            final int allocation = (int) Math.max(needed, doubled);
            file.allocate(allocation);
            file.force();
            allocatedBytes = allocation;
        }
        file.write(entries, position);
        position = needed;
    }

    void force() throws IOException {
        file.force();
    }

    void close() throws IOException {
        file.close();
    }

    /** Zeroes what was torn, so that it can't come back between later entries. */
    private void cut(final int to) throws IOException {
        file.write(ByteBuffer.allocate(to - position), position);
        file.force();
    }

    /** True when an entry behind a bad one says that the bad one's index was durable already. */
    private boolean wasForced(final ByteBuffer bytes, final int end, final long badIndex) {
        for (int at = position; at < end - LogFormat.RECORDS_POSITION; at++) {
            final long ahead = bytes.getLong(at + LogFormat.INDEX_POSITION) - badIndex;
            final boolean isPlausible = ahead > 0 && ahead < INDEX_AHEAD_MAX;
            if (isPlausible
                    && bytes.getLong(at + LogFormat.FORCED_POSITION) >= badIndex
                    && LogFormat.isEntry(bytes, at, end, salt)) {
                return true;
            }
        }
        return false;
    }

    private int lastNonZero(final ByteBuffer bytes, final int end) {
        int at = end - 1;
        while (at >= position && bytes.get(at) == 0) {
            at--;
        }
        return at;
    }
}
