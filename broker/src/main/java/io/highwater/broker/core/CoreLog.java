package io.highwater.broker.core;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one group: a directory of segments, each a {@link CoreFileHeader} and {@link CoreEntryCodec} entries, and
 * of snapshots. A segment's name is the index of its first entry. Space is made ahead and zeroed, so that a small force
 * changes no file's size.
 *
 * <p>A torn write is the end of the last batch of the last segment, which nobody was told of; opening cuts it off. A bad
 * entry anywhere else is damage, and refused. By its own bytes the last batch can't tell whether it was durable before it
 * went bad, so whoever opens the log says what is known of that.
 *
 * <p>All methods block. One call at a time, each after the end of the one before it, on any thread. After a failed write
 * or force the log must not be used, but to be closed.
 */
final class CoreLog {
    /** How far the space reaches beyond what is written. */
    static final int SPACE_AHEAD_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(CoreLog.class);

    private final Disk disk;
    private final Path directory;
    private final CoreGroup<?> group;
    private final RecordTypes types;
    private final int segmentBytesMax;
    private final TreeMap<Long, Path> segments = new TreeMap<>();
    private DiskFile active;
    private long position;
    private long allocated;
    private long recoveredBytes;
    /** Of this log when it exists, else of the one to be made. */
    private long salt;

    /** Takes the log's entries at its opening, in order. */
    @FunctionalInterface
    interface Replay {
        void entry(CoreEntry entry);
    }

    CoreLog(
            final Disk disk,
            final Path directory,
            final CoreGroup<?> group,
            final RecordTypes types,
            final int segmentBytesMax,
            final long newSalt) {
        this.disk = disk;
        this.directory = directory;
        this.group = group;
        this.types = types;
        this.segmentBytesMax = segmentBytesMax;
        this.salt = newSalt;
    }

    /**
     * Makes a new log, or reads this one from the entry after {@code snapshotIndex} on. All that it reads is durable.
     *
     * @param mustExist a missing log is a lost one, and refused
     * @param durableIndex entries up to this one were durable, so a log that ends before it is refused
     */
    void open(final long snapshotIndex, final boolean mustExist, final long durableIndex, final Replay replay)
            throws IOException {
        segments.putAll(CoreFiles.list(disk, directory, CoreFiles.LOG));
        if (segments.isEmpty()) {
            if (snapshotIndex > 0) {
                throw missing(snapshotIndex + 1);
            }
            if (mustExist) {
                throw new CoreLogException(
                        CoreLogException.Reason.MISSING,
                        directory,
                        "there is no log of " + group + ", but this node belongs to a cluster; put " + directory
                                + " back as it was, or begin anew with an empty data directory");
            }
            startSegment(1);
            return;
        }
        long expected = segments.firstKey();
        if (expected > snapshotIndex + 1) {
            throw missing(snapshotIndex + 1);
        }
        for (final Map.Entry<Long, Path> segment : segments.entrySet()) {
            if (segment.getKey() != expected) {
                throw missing(expected);
            }
            expected = openSegment(segment.getKey(), segment.getValue(), snapshotIndex, durableIndex, replay);
        }
        if (expected <= snapshotIndex) {
            throw missing(expected);
        }
    }

    /** Writes and forces a batch of entries, of which the first has this index. */
    void append(final long firstIndex, final ByteBuffer entries) throws IOException {
        if (position > CoreFileHeader.BYTES && position + entries.remaining() > segmentBytesMax) {
            active.close();
            startSegment(firstIndex);
        }
        final int size = entries.remaining();
        if (position + size > allocated) {
            allocate(position + size + SPACE_AHEAD_BYTES);
        }
        active.write(entries, position);
        active.force();
        position += size;
    }

    /** Drops the segments and snapshots that the durable snapshot at this index stands for. */
    void dropThrough(final long snapshotIndex) throws IOException {
        for (final Map.Entry<Long, Path> snapshot : CoreFiles.list(disk, directory, CoreFiles.SNAPSHOT)
                .headMap(snapshotIndex)
                .entrySet()) {
            disk.delete(snapshot.getValue());
        }
        while (segments.size() > 1 && segments.higherKey(segments.firstKey()) <= snapshotIndex + 1) {
            disk.delete(segments.pollFirstEntry().getValue());
            // One by one, oldest first: what is left is always without a gap.
            disk.forceDirectory(directory);
        }
    }

    /** What the checksums of this log's files begin with; final once the log is open. */
    long salt() {
        return salt;
    }

    /** Bytes of entries that the opening replayed. */
    long recoveredBytes() {
        return recoveredBytes;
    }

    void close() throws IOException {
        if (active != null) {
            active.close();
            active = null;
        }
    }

    private void startSegment(final long firstIndex) throws IOException {
        final Path path = CoreFiles.path(directory, firstIndex, CoreFiles.LOG);
        final Path temporary = CoreFiles.path(directory, firstIndex, CoreFiles.LOG + CoreFiles.TEMPORARY);
        active = disk.open(temporary, true);
        active.truncate(0);
        allocated = 0;
        allocate(Math.min(SPACE_AHEAD_BYTES, segmentBytesMax));
        active.write(CoreFileHeader.write(CoreFileHeader.LOG_MAGIC, group.id(), firstIndex, salt), 0);
        active.force();
        active.close();
        disk.rename(temporary, path);
        disk.forceDirectory(directory);
        active = disk.open(path, false);
        position = CoreFileHeader.BYTES;
        segments.put(firstIndex, path);
    }

    private void allocate(final long bytes) throws IOException {
        active.allocate(bytes);
        allocated = bytes;
    }

    private long openSegment(
            final long first, final Path path, final long snapshotIndex, final long durableIndex, final Replay replay)
            throws IOException {
        final boolean isLast = first == segments.lastKey();
        final DiskFile file = disk.open(path, false);
        try {
            final ByteBuffer bytes = CoreFiles.readAll(path, file);
            CoreFileHeader.require(path, bytes, CoreFileHeader.LOG_MAGIC, group, first);
            if (first == segments.firstKey()) {
                salt = CoreFileHeader.salt(bytes);
            } else if (CoreFileHeader.salt(bytes) != salt) {
                throw new CoreLogException(CoreLogException.Reason.FOREIGN, path, "belongs to another log");
            }
            long index = first;
            int at = CoreFileHeader.BYTES;
            int lastBatchAt = at;
            long lastBatch = first;
            for (int length = CoreEntryCodec.validLength(bytes, at, index, salt);
                    length > 0;
                    length = CoreEntryCodec.validLength(bytes, at, index, salt)) {
                if (CoreEntryCodec.batch(bytes, at) != lastBatch) {
                    lastBatch = CoreEntryCodec.batch(bytes, at);
                    lastBatchAt = at;
                }
                if (index > snapshotIndex) {
                    replay.entry(CoreEntryCodec.read(types, path, bytes, at));
                    recoveredBytes += length;
                }
                at += length;
                index++;
            }
            if (isLast) {
                if (index <= durableIndex) {
                    throw new CoreLogException(
                            CoreLogException.Reason.CORRUPT,
                            path,
                            "entry " + index + " at " + at + " is bad or missing, but entries up to " + durableIndex
                                    + " were durable; put " + directory
                                    + " back as it was, or begin anew with an empty data directory");
                }
                requireTorn(path, bytes, at, index);
                makeDurable(file, bytes, lastBatchAt, at);
                active = file;
            } else if (segments.higherKey(first) != index && !isZero(bytes, at)) {
                throw new CoreLogException(
                        CoreLogException.Reason.CORRUPT, path, "entry " + index + " at " + at + " is bad");
            }
            return index;
        } finally {
            if (file != active) {
                file.close();
            }
        }
    }

    /** The bad entry is the first after the good ones; fails if anything behind it was written after it was durable. */
    private void requireTorn(final Path path, final ByteBuffer bytes, final int badAt, final long badIndex)
            throws CoreLogException {
        final long indexMax = badIndex + (bytes.limit() - badAt) / CoreEntryCodec.RECORDS_OFFSET;
        for (int at = badAt + 1; at <= bytes.limit() - CoreEntryCodec.RECORDS_OFFSET; at++) {
            final long index = bytes.getLong(at + CoreEntryCodec.INDEX_OFFSET);
            if (index > badIndex
                    && index <= indexMax
                    && CoreEntryCodec.batch(bytes, at) > badIndex
                    && CoreEntryCodec.validLength(bytes, at, index, salt) > 0) {
                throw new CoreLogException(
                        CoreLogException.Reason.CORRUPT,
                        path,
                        "entry " + badIndex + " at " + badAt + " is bad, but entry " + index + " at " + at
                                + " was written when it was durable");
            }
        }
    }

    /**
     * Cuts what is torn, and writes the last batch again: its force may have failed, after which the cache holds bytes
     * that the disk does not, and that another force would not write.
     */
    private void makeDurable(final DiskFile file, final ByteBuffer bytes, final int lastBatchAt, final int end)
            throws IOException {
        if (!isZero(bytes, end)) {
            LOG.warn("{}: {} cut at {}: the last write was torn", group, file, end);
        }
        file.truncate(end);
        file.force();
        file.allocate(end + (long) SPACE_AHEAD_BYTES);
        file.write(bytes.duplicate().limit(end).position(lastBatchAt), lastBatchAt);
        file.force();
        position = end;
        allocated = end + (long) SPACE_AHEAD_BYTES;
    }

    private static boolean isZero(final ByteBuffer bytes, final int from) {
        for (int at = from; at < bytes.limit(); at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    private CoreLogException missing(final long index) {
        return new CoreLogException(
                CoreLogException.Reason.MISSING, directory, "the log of " + group + " has no entry " + index);
    }
}
