package io.highwater.log.index;

import io.highwater.log.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Where batches lie, every few KiB of a segment. Big-endian, entries only, offsets and positions rise.
 *
 * <pre>
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |  Last offset of a batch, less the segment's base (int32)      |
 *     +---------------------------------------------------------------+
 *   4 |  Position of that batch in the segment (int32)                |
 *     +---------------------------------------------------------------+
 * </pre>
 *
 * <p>It is the batch's <em>last</em> offset because stock tools compare that one. A torn or stale entry shows when it is
 * used: the batch at the position has another last offset. Then the index is rebuilt from the segment.
 *
 * <p>Confined to the log's shard.
 */
public final class OffsetIndex {
    static final int RELATIVE_OFFSET = 0;
    static final int POSITION = RELATIVE_OFFSET + Integer.BYTES;
    static final int ENTRY_BYTES = POSITION + Integer.BYTES;

    private final long segmentBase;
    private final IndexEntries entries;
    private final IndexEntries.Key byOffset = this::lastOffset;
    private final IndexEntries.Key byPosition = this::position;

    /** The index of a segment; its file is first touched when it is needed. */
    public OffsetIndex(final Disk disk, final Path path, final long segmentBase) {
        this.segmentBase = segmentBase;
        this.entries = new IndexEntries(disk, path, ENTRY_BYTES);
    }

    /** How many entries there are. */
    public int count() throws IOException {
        return entries.count();
    }

    /** Last offset of the batch that the entry is about. */
    public long lastOffset(final int entry) throws IOException {
        return segmentBase + entries.intAt(entry, RELATIVE_OFFSET);
    }

    /** Where that batch begins. */
    public int position(final int entry) throws IOException {
        return entries.intAt(entry, POSITION);
    }

    /** Adds the batch that was just appended. */
    public void add(final long lastOffset, final int position) throws IOException {
        final ByteBuffer slot = entries.add();
        slot.putInt((int) (lastOffset - segmentBase)).putInt(position);
    }

    /** The last entry whose batch ends at or below {@code offset}, -1 when there is none. */
    public int floorByOffset(final long offset) throws IOException {
        return entries.floor(byOffset, offset);
    }

    /** The last entry at or below {@code position}, -1 when there is none. */
    public int floorByPosition(final long position) throws IOException {
        return entries.floor(byPosition, position);
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
