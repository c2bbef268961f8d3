package io.highwater.log.journal;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * All the journal knows of one partition. Immutable.
 *
 * @param topic the name; the directory is {@code topic-partition}.
 * @param logStart first offset that may be read, 0 until said otherwise.
 * @param recoveryPoint everything below was forced, 0 until said otherwise.
 * @param recoveryPosition byte in the segment of the recovery point at which recovery begins to check.
 * @param replayFrom the first frame of the data journal that may have something that the log's files have not.
 * @param epochs leader epochs with their start offsets, ascending.
 * @param producerOffset the producer snapshot covers all batches below, -1 when there is none.
 * @param producers the snapshot's bytes, read-only and not to be moved by its readers; empty when there is none.
 * @param segments the manifest, by ascending base offset.
 */
public record PartitionState(
        PartitionId id,
        String topic,
        long logStart,
        long recoveryPoint,
        long recoveryPosition,
        long replayFrom,
        List<JournalEntry.EpochStart> epochs,
        long producerOffset,
        ByteBuffer producers,
        List<JournalEntry.Segment> segments) {}
