package io.highwater.log.segment;

import io.highwater.log.disk.Disk;
import io.highwater.log.index.OffsetIndex;
import io.highwater.log.index.TimeIndex;
import io.highwater.port.Retained;
import io.highwater.records.RecordBatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A run of batches from a base offset on: one file and its two indexes. Bytes beyond {@link #sizeBytes()} are not part of
 * it, whatever they are, and are never looked at.
 *
 * <p>Confined to the log's shard, except {@link #force()} and {@link #copy}.
 */
public final class Segment implements Closeable {
    /** The greatest timestamp is to be found out. */
    public static final long TIMESTAMP_UNKNOWN = -2;

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final SegmentFile file;
    private final OffsetIndex offsets;
    private final TimeIndex times;
    private int indexIntervalBytes;
    private int sizeBytes;
    private long nextOffset;
    /** True once the indexes and the four fields below account for every batch. */
    private boolean isIndexed;

    /** How often the indexes were found wrong. */
    private int rebuilds;

    private long maxTimestamp;
    /** Last offset of the first batch that has the greatest timestamp. */
    private long maxTimestampOffset = -1;

    private long firstTimestamp = RecordBatch.NO_TIMESTAMP;
    private int bytesSinceIndexEntry;
    /** The offset after the last batch that {@link #endPosition} took. */
    private long nextAfterRead;

    private Segment(final Disk disk, final Path directory, final long baseOffset, final int indexIntervalBytes) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.file = new SegmentFile(disk, directory.resolve(SegmentNames.of(baseOffset, SegmentNames.LOG)));
        this.indexIntervalBytes = indexIntervalBytes;
        this.offsets = new OffsetIndex(
                disk, directory.resolve(SegmentNames.of(baseOffset, SegmentNames.OFFSET_INDEX)), baseOffset);
        this.times = new TimeIndex(
                disk, directory.resolve(SegmentNames.of(baseOffset, SegmentNames.TIME_INDEX)), baseOffset);
        this.nextOffset = baseOffset;
    }

    /** A new, empty one. Its name is durable once the directory was forced. */
    public static Segment create(
            final Disk disk, final Path directory, final long baseOffset, final int indexIntervalBytes)
            throws IOException {
        final Segment segment = new Segment(disk, directory, baseOffset, indexIntervalBytes);
        segment.offsets.clear();
        segment.times.clear();
        segment.file.create();
        segment.maxTimestamp = RecordBatch.NO_TIMESTAMP;
        segment.isIndexed = true;
        return segment;
    }

    /**
     * One that is there; nothing is read yet.
     *
     * @param maxTimestamp what the manifest says, or {@link #TIMESTAMP_UNKNOWN}
     */
    public static Segment existing(
            final Disk disk,
            final Path directory,
            final long baseOffset,
            final int sizeBytes,
            final long nextOffset,
            final long maxTimestamp,
            final int indexIntervalBytes) {
        final Segment segment = new Segment(disk, directory, baseOffset, indexIntervalBytes);
        segment.sizeBytes = sizeBytes;
        segment.nextOffset = nextOffset;
        segment.maxTimestamp = maxTimestamp;
        return segment;
    }

    /** Offset of its first record, or of the next one while it is empty. */
    public long baseOffset() {
        return baseOffset;
    }

    /** The offset after its last record. */
    public long nextOffset() {
        return nextOffset;
    }

    /** Bytes of batches. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** The greatest timestamp of its records, -1 when there is none. */
    public long maxTimestamp() throws IOException {
        if (maxTimestamp == TIMESTAMP_UNKNOWN) {
            completeIndexes();
        }
        return maxTimestamp;
    }

    /** True when {@link #maxTimestamp()} answers without a look at the batches. */
    boolean isMaxTimestampKnown() {
        return maxTimestamp != TIMESTAMP_UNKNOWN;
    }

    /** The greatest timestamp of its first batch, -1 when it is empty. */
    public long firstTimestamp() throws IOException {
        completeIndexes();
        return firstTimestamp;
    }

    /** Another distance between index entries, from now on. */
    public void setIndexIntervalBytes(final int bytes) {
        indexIntervalBytes = bytes;
    }

    /** Stores the batch between position and limit, which has its offset. When it throws, nothing became part of it. */
    public void append(final ByteBuffer batch) throws IOException {
        completeIndexes();
        final int start = batch.position();
        final int bytes = batch.remaining();
        final long lastOffset = RecordBatch.lastOffset(batch, start);
        final long timestamp = RecordBatch.maxTimestamp(batch, start);
        try {
            file.write(batch, sizeBytes);
        } finally {
            batch.position(start);
        }
        boolean isDone = false;
        try {
            index(sizeBytes, bytes, lastOffset, timestamp);
            isDone = true;
        } finally {
            if (!isDone) {
                // The fields speak of a batch that did not become part of this.
                forgetIndexed(TIMESTAMP_UNKNOWN);
            }
        }
        sizeBytes += bytes;
        nextOffset = lastOffset + 1;
    }

    /** Overwrites with zeros what a failed append may have left beyond the end. */
    public void eraseBeyondEnd(final int bytes) throws IOException {
        file.zero(sizeBytes, sizeBytes + bytes);
    }

    /** Position of the batch that holds the offset, or of the first one after it; the size when there is none. */
    public int positionOf(final long offset) throws IOException {
        completeIndexes();
        int position = indexedPosition(offset);
        final ByteBuffer view = file.view(sizeBytes);
        while (position < sizeBytes && RecordBatch.lastOffset(view, position) < offset) {
            position = nextPosition(view, position);
        }
        return position;
    }

    /**
     * Where a read that begins at {@code start} ends: whole batches, within {@code maxBytes} unless it is the first and
     * wanted anyhow, none that reaches {@code endOffset}. {@link #nextAfterRead} tells the offset to go on from.
     */
    public int endPosition(final int start, final int maxBytes, final long endOffset, final boolean atLeastOneBatch)
            throws IOException {
        if (endOffset >= nextOffset && sizeBytes - start <= maxBytes) {
            nextAfterRead = nextOffset;
            return sizeBytes;
        }
        completeIndexes();
        final ByteBuffer view = file.view(sizeBytes);
        final long bound = start + (long) maxBytes;
        int position = start;
        int entry = offsets.floorByPosition(bound);
        if (entry >= 0 && offsets.lastOffset(entry) >= endOffset) {
            entry = offsets.floorByOffset(endOffset - 1);
        }
        if (entry >= 0
                && offsets.position(entry) > start
                && offsets.position(entry) <= bound
                && offsets.lastOffset(entry) < endOffset
                && isBatchAt(view, offsets.position(entry), offsets.lastOffset(entry))) {
            position = offsets.position(entry);
            nextAfterRead = RecordBatch.baseOffset(view, position);
        }
        while (position < sizeBytes) {
            final int next = nextPosition(view, position);
            final long lastOffset = RecordBatch.lastOffset(view, position);
            if (lastOffset >= endOffset || (next > bound && !(position == start && atLeastOneBatch))) {
                break;
            }
            nextAfterRead = lastOffset + 1;
            position = next;
        }
        return position;
    }

    /** The offset to go on from after the read that {@link #endPosition} bounded. */
    public long nextAfterRead() {
        return nextAfterRead;
    }

    /** The whole segment's memory; stands until the next call. Its position and limit are not to be moved. */
    public ByteBuffer view() throws IOException {
        return file.view(sizeBytes);
    }

    /** A part of it, for whoever retains {@link #lifetime()}. */
    public ByteBuffer slice(final int position, final int bytes) throws IOException {
        file.view(position + bytes);
        return file.slice(position, bytes);
    }

    /** The share in memory behind the last slice. */
    public Retained lifetime() {
        return file.lifetime();
    }

    /** Position of the first batch whose greatest timestamp is at least this; the size when there is none. */
    public int positionOfTimestamp(final long timestamp) throws IOException {
        if (maxTimestamp() < timestamp) {
            return sizeBytes;
        }
        completeIndexes();
        int position = 0;
        final int entry = times.floorBelow(timestamp);
        if (entry >= 0) {
            position = positionOf(times.lastOffset(entry));
            if (!isTimeOf(position, entry)) {
                rebuildIndexes();
                final int rebuilt = times.floorBelow(timestamp);
                position = rebuilt < 0 ? 0 : positionOf(times.lastOffset(rebuilt));
            }
        }
        final ByteBuffer view = file.view(sizeBytes);
        while (position < sizeBytes && RecordBatch.maxTimestamp(view, position) < timestamp) {
            position = nextPosition(view, position);
        }
        return position;
    }

    /** Position of the first batch that has the greatest timestamp of those below the offset, -1 when there is none. */
    public int positionOfMaxTimestamp(final long endOffset) throws IOException {
        completeIndexes();
        int entry = times.floorByOffset(endOffset - 1);
        int best = entry < 0 ? -1 : positionOf(times.lastOffset(entry));
        if (entry >= 0 && !isTimeOf(best, entry)) {
            rebuildIndexes();
            entry = times.floorByOffset(endOffset - 1);
            best = entry < 0 ? -1 : positionOf(times.lastOffset(entry));
        }
        final ByteBuffer view = file.view(sizeBytes);
        long greatest = best < 0 ? RecordBatch.NO_TIMESTAMP : RecordBatch.maxTimestamp(view, best);
        int position = best < 0 ? 0 : best;
        while (position < sizeBytes && RecordBatch.lastOffset(view, position) < endOffset) {
            if (RecordBatch.maxTimestamp(view, position) > greatest) {
                greatest = RecordBatch.maxTimestamp(view, position);
                best = position;
            }
            position = nextPosition(view, position);
        }
        return best;
    }

    /** Position of the batch after the one at {@code position}. */
    public int nextPosition(final int position) throws IOException {
        return nextPosition(file.view(sizeBytes), position);
    }

    /** Nothing will be appended any more: the indexes are made whole and written. */
    public void seal() throws IOException {
        completeIndexes();
        times.add(maxTimestamp, maxTimestampOffset);
        offsets.persist();
        times.persist();
    }

    /** Cuts the stretch beyond the end off the file; false when a reader's mapping forbids it for now. */
    public boolean trim() throws IOException {
        return file.trim(sizeBytes);
    }

    /** Cuts everything from the batch at {@code position} on; its bytes become zeros. To be forced by the caller. */
    public void truncateTo(final int position, final long offset) throws IOException {
        offsets.truncateTo(offset);
        times.truncateTo(offset);
        file.zero(position, sizeBytes);
        sizeBytes = position;
        nextOffset = offset;
        forgetIndexed(TIMESTAMP_UNKNOWN);
    }

    /** Makes what was written durable. For the flusher. */
    public void force() throws IOException {
        file.force();
    }

    /** Fills the target with what was appended at this position. For the flusher. */
    public void copy(final ByteBuffer target, final int position) throws IOException {
        file.copy(target, position);
    }

    /** Gives up the mapping; the next read maps again. */
    public void unmap() {
        file.unmap();
    }

    /** Gives up the open file, not the mapping. Only for one that is sealed, forced and trimmed. */
    public void closeFile() throws IOException {
        file.closeFile();
    }

    /** Gives up everything; readers keep what they hold. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    /** Removes its files. */
    public void delete() throws IOException {
        file.delete();
        disk.delete(directory.resolve(SegmentNames.of(baseOffset, SegmentNames.OFFSET_INDEX)));
        disk.delete(directory.resolve(SegmentNames.of(baseOffset, SegmentNames.TIME_INDEX)));
    }

    /** Forgets index entries at and beyond the offset: a crash may have left others there than the batches. */
    void distrustIndexesFrom(final long offset) throws IOException {
        offsets.truncateTo(offset);
        times.truncateTo(offset);
    }

    /** Recovery found out where it ends. */
    void setEnd(final int bytes, final long next) {
        sizeBytes = bytes;
        nextOffset = next;
        forgetIndexed(TIMESTAMP_UNKNOWN);
    }

    SegmentFile file() {
        return file;
    }

    /** A place at or before the offset's batch according to the index, not checked against the batches. */
    int hintOf(final long offset) throws IOException {
        final int entry = offsets.floorByOffset(offset - 1);
        return entry < 0 ? 0 : offsets.position(entry);
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private int indexedPosition(final long offset) throws IOException {
        final int entry = offsets.floorByOffset(offset);
        if (entry < 0) {
            return 0;
        }
        final int position = offsets.position(entry);
        if (isBatchAt(file.view(sizeBytes), position, offsets.lastOffset(entry))) {
            return position;
        }
        rebuildIndexes();
        final int rebuilt = offsets.floorByOffset(offset);
        return rebuilt < 0 ? 0 : offsets.position(rebuilt);
    }

    private void rebuildIndexes() throws IOException {
        rebuilds++;
        forgetIndexed(TIMESTAMP_UNKNOWN);
        offsets.clear();
        times.clear();
        completeIndexes();
    }

    /** The next use finds out anew what the indexes and the fields lack. */
    private void forgetIndexed(final long knownMaxTimestamp) {
        maxTimestamp = knownMaxTimestamp;
        isIndexed = false;
    }

    private void completeIndexes() throws IOException {
        if (isIndexed) {
            return;
        }
        final long known = maxTimestamp;
        boolean isDone = false;
        try {
            // At once: the walk uses lookups that want complete indexes, of the part that they have already.
            isIndexed = true;
            walkUnindexed();
            isDone = true;
        } finally {
            if (!isDone) {
                forgetIndexed(known);
            }
        }
    }

    /** Walks what the indexes don't account for yet. The last time entry covers all batches up to its own. */
    private void walkUnindexed() throws IOException {
        if (sizeBytes == 0) {
            offsets.clear();
            times.clear();
            maxTimestamp = RecordBatch.NO_TIMESTAMP;
            maxTimestampOffset = -1;
            firstTimestamp = RecordBatch.NO_TIMESTAMP;
            bytesSinceIndexEntry = 0;
            return;
        }
        final ByteBuffer view = file.view(sizeBytes);
        final long manifestMax = maxTimestamp;
        int position = 0;
        maxTimestamp = RecordBatch.NO_TIMESTAMP;
        maxTimestampOffset = -1;
        final int timeEntry = times.count() - 1;
        if (timeEntry >= 0) {
            final int rebuildsBefore = rebuilds;
            position = isIndexSound(view) ? positionOf(times.lastOffset(timeEntry)) : sizeBytes;
            if (rebuilds != rebuildsBefore) {
                // An older entry was wrong; everything has been walked on the way here.
                return;
            }
            if (isTimeOf(position, timeEntry)) {
                maxTimestamp = times.timestamp(timeEntry);
                maxTimestampOffset = times.lastOffset(timeEntry);
            } else {
                offsets.clear();
                times.clear();
                position = 0;
            }
        }
        final int entries = offsets.count();
        bytesSinceIndexEntry = 0;
        firstTimestamp = RecordBatch.maxTimestamp(view, 0);
        if (maxTimestamp != RecordBatch.NO_TIMESTAMP && maxTimestamp == manifestMax) {
            return;
        }
        final int indexedTo = entries == 0 ? -1 : offsets.position(entries - 1);
        while (position < sizeBytes) {
            final int next = nextPosition(view, position);
            final long lastOffset = RecordBatch.lastOffset(view, position);
            if (position > indexedTo) {
                index(position, next - position, lastOffset, RecordBatch.maxTimestamp(view, position));
            } else {
                noteTimestamp(lastOffset, RecordBatch.maxTimestamp(view, position));
                bytesSinceIndexEntry = next - position;
            }
            position = next;
        }
    }

    private void index(final int position, final int bytes, final long lastOffset, final long timestamp)
            throws IOException {
        if (position == 0) {
            firstTimestamp = timestamp;
        }
        noteTimestamp(lastOffset, timestamp);
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            offsets.add(lastOffset, position);
            times.add(maxTimestamp, maxTimestampOffset);
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += bytes;
    }

    private void noteTimestamp(final long lastOffset, final long timestamp) {
        if (timestamp > maxTimestamp) {
            maxTimestamp = timestamp;
            maxTimestampOffset = lastOffset;
        }
    }

    private boolean isIndexSound(final ByteBuffer view) throws IOException {
        final int entry = offsets.count() - 1;
        return entry < 0 || isBatchAt(view, offsets.position(entry), offsets.lastOffset(entry));
    }

    private boolean isTimeOf(final int position, final int timeEntry) throws IOException {
        if (position >= sizeBytes) {
            return false;
        }
        final ByteBuffer view = file.view(sizeBytes);
        return RecordBatch.maxTimestamp(view, position) == times.timestamp(timeEntry)
                && RecordBatch.lastOffset(view, position) == times.lastOffset(timeEntry);
    }

    private boolean isBatchAt(final ByteBuffer view, final int position, final long lastOffset) {
        if (position < 0 || position > sizeBytes - RecordBatch.HEADER_BYTES) {
            return false;
        }
        final int bytes = RecordBatch.sizeInBytes(view, position);
        return RecordBatch.magic(view, position) == RecordBatch.CURRENT_MAGIC
                && bytes >= RecordBatch.HEADER_BYTES
                && bytes <= sizeBytes - position
                && RecordBatch.baseOffset(view, position) >= baseOffset
                && RecordBatch.lastOffset(view, position) == lastOffset;
    }

    private int nextPosition(final ByteBuffer view, final int position) throws IOException {
        final int bytes =
                sizeBytes - position < RecordBatch.HEADER_BYTES ? -1 : RecordBatch.sizeInBytes(view, position);
        if (bytes < RecordBatch.HEADER_BYTES || bytes > sizeBytes - position) {
            throw new IOException("no batch at position " + position + " of " + file + ", which ends at " + sizeBytes);
        }
        return position + bytes;
    }
}
