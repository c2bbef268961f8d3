package io.highwater.log.index;

import io.highwater.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The greatest timestamp so far, every few KiB of a segment. Big-endian, entries only; timestamps and offsets rise.
 *
 * <pre>
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |      Greatest timestamp up to here (int64, ms)                |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *   8 |  Last offset of its batch, less the segment's base (int32)    |
 *     +---------------------------------------------------------------+
 * </pre>
 *
 * <p>No record before that batch has a greater timestamp. A torn or stale entry shows when it is used: that batch has
 * another max timestamp. Then the index is rebuilt from the segment.
 *
 * <p>Confined to the log's shard.
 */
public final class TimeIndex {
    static final int TIMESTAMP = 0;
    static final int RELATIVE_OFFSET = TIMESTAMP + Long.BYTES;
    static final int ENTRY_BYTES = RELATIVE_OFFSET + Integer.BYTES;

    private final long segmentBase;
    private final IndexEntries entries;
    private final IndexEntries.Key byTimestamp = this::timestamp;
    private final IndexEntries.Key byOffset = this::lastOffset;

    /** The index of a segment; its file is first touched when it is needed. */
    public TimeIndex(final Disk disk, final Path path, final long segmentBase) {
        this.segmentBase = segmentBase;
        this.entries = new IndexEntries(disk, path, ENTRY_BYTES);
    }

    /** How many entries there are. */
    public int count() throws IOException {
        return entries.count();
    }

    /** The entry's timestamp. */
    public long timestamp(final int entry) throws IOException {
        return entries.longAt(entry, TIMESTAMP);
    }

    /** Last offset of the batch that has it. */
    public long lastOffset(final int entry) throws IOException {
        return segmentBase + entries.intAt(entry, RELATIVE_OFFSET);
    }

    /** Adds the greatest timestamp so far; nothing happens unless it is greater than the last one. */
    public void add(final long timestamp, final long lastOffset) throws IOException {
        final int count = entries.count();
        if (timestamp < 0 || (count > 0 && timestamp(count - 1) >= timestamp)) {
            return;
        }
        final ByteBuffer slot = entries.add();
        slot.putLong(timestamp).putInt((int) (lastOffset - segmentBase));
    }

    /** The last entry whose timestamp is below {@code timestamp}, -1 when there is none. */
    public int floorBelow(final long timestamp) throws IOException {
        return timestamp == Long.MIN_VALUE ? -1 : entries.floor(byTimestamp, timestamp - 1);
    }

    /** The last entry whose batch ends at or below {@code offset}, -1 when there is none. */
    public int floorByOffset(final long offset) throws IOException {
        return entries.floor(byOffset, offset);
    }

    /** Keeps the entries whose batch ends below {@code offset}. */
    public void truncateTo(final long offset) throws IOException {
        entries.truncate(floorByOffset(offset - 1) + 1);
    }

    /** Forgets everything. */
    public void clear() throws IOException {
        entries.truncate(0);
    }

    /** Writes to the file what is only in memory. */
    public void persist() throws IOException {
        entries.persist();
    }
}
