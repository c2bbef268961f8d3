package io.highwater.log.journal;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One fact for the journal. Each sets a field of a partition, so the last one wins and applying one twice does no harm.
 *
 * <p>Immutable: whoever appends an entry never changes what it holds.
 */
public sealed interface JournalEntry {
    /** The partition that the fact is about. */
    PartitionId id();

    /** The partition lives in this directory, named {@code topic-partition}. To be forced before its first append. */
    record PartitionAdded(PartitionId id, String topic) implements JournalEntry {}

    /** The partition is gone, with all its facts. To be forced before its directory is deleted. */
    record PartitionRemoved(PartitionId id) implements JournalEntry {}

    /**
     * Everything below {@code offset} was forced. {@code position} is the byte in the segment that holds
     * {@code offset} (or ends there) at which recovery begins to check. Frames of the data journal before
     * {@code replayFrom} say nothing about the log any more: its files have what they had, or it was cut since.
     */
    record RecoveryPoint(PartitionId id, long offset, long position, long replayFrom) implements JournalEntry {}

    /** The first offset that may be read. */
    record LogStart(PartitionId id, long offset) implements JournalEntry {}

    /** All leader epochs of the log with the offset at which each starts, both ascending. Replaces the former list. */
    record EpochStarts(PartitionId id, List<EpochStart> epochs) implements JournalEntry {}

    /** Producer state after all batches below {@code offset}; the bytes mean nothing here. */
    record ProducerSnapshot(PartitionId id, long offset, ByteBuffer bytes) implements JournalEntry {}

    /** A segment was created or sealed; a later entry with the same base offset replaces it. */
    record SegmentKept(PartitionId id, Segment segment) implements JournalEntry {}

    /** A segment was deleted. */
    record SegmentDropped(PartitionId id, long baseOffset) implements JournalEntry {}

    /** A leader epoch and the offset of its first record. */
    record EpochStart(int epoch, long startOffset) {}

    /**
     * A segment in the manifest. {@code sizeBytes} and {@code maxTimestamp} are -1 while it is the active one.
     */
    record Segment(long baseOffset, long sizeBytes, long maxTimestamp) {}
}
