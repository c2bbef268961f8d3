package io.highwater.log.journal;

import io.highwater.log.journal.JournalEntry.EpochStarts;
import io.highwater.log.journal.JournalEntry.LogStart;
import io.highwater.log.journal.JournalEntry.PartitionAdded;
import io.highwater.log.journal.JournalEntry.PartitionRemoved;
import io.highwater.log.journal.JournalEntry.ProducerSnapshot;
import io.highwater.log.journal.JournalEntry.RecoveryPoint;
import io.highwater.log.journal.JournalEntry.Segment;
import io.highwater.log.journal.JournalEntry.SegmentDropped;
import io.highwater.log.journal.JournalEntry.SegmentKept;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The sum of all entries. Its values are immutable, so a copy is a copy of references. Not safe for several threads: the
 * journal guards it.
 */
final class JournalImage {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final SortedMap<PartitionId, PartitionState> partitions;
    /** Index by name. */
    private final SortedMap<String, Long> witnesses;

    private RunMark run;

    JournalImage() {
        this(new TreeMap<>(), new TreeMap<>(), RunMark.NONE);
    }

    private JournalImage(
            final SortedMap<PartitionId, PartitionState> partitions,
            final SortedMap<String, Long> witnesses,
            final RunMark run) {
        this.partitions = partitions;
        this.witnesses = witnesses;
        this.run = run;
    }

    JournalImage copy() {
        return new JournalImage(new TreeMap<>(partitions), new TreeMap<>(witnesses), run);
    }

    RunMark run() {
        return run;
    }

    void run(final RunMark mark) {
        run = mark;
    }

    SortedMap<PartitionId, PartitionState> partitions() {
        return Collections.unmodifiableSortedMap(partitions);
    }

    SortedMap<String, Long> witnesses() {
        return Collections.unmodifiableSortedMap(witnesses);
    }

    /** False when it says nothing new: what was durable once stays so. */
    boolean apply(final Witness witness) {
        if (witness.index() <= witnesses.getOrDefault(witness.name(), 0L)) {
            return false;
        }
        witnesses.put(witness.name(), witness.index());
        return true;
    }

    boolean contains(final PartitionId id) {
        return partitions.containsKey(id);
    }

    /** False when the entry is about a partition that is not there. Adding one again and removing none do no harm. */
    boolean apply(final JournalEntry entry) {
        final PartitionId id = entry.id();
        if (entry instanceof PartitionAdded added) {
            partitions.putIfAbsent(
                    id, new PartitionState(id, added.topic(), 0, 0, 0, 0, List.of(), -1, EMPTY, List.of()));
            return true;
        }
        if (entry instanceof PartitionRemoved) {
            partitions.remove(id);
            return true;
        }
        final PartitionState before = partitions.get(id);
        if (before == null) {
            return false;
        }
        partitions.put(id, changed(before, entry));
        return true;
    }

    /** The entries that lead from nothing to this partition's state. */
    static List<JournalEntry> entriesOf(final PartitionState state) {
        final PartitionId id = state.id();
        final List<JournalEntry> entries = new ArrayList<>();
        entries.add(new PartitionAdded(id, state.topic()));
        if (state.recoveryPoint() != 0 || state.recoveryPosition() != 0 || state.replayFrom() != 0) {
            entries.add(new RecoveryPoint(id, state.recoveryPoint(), state.recoveryPosition(), state.replayFrom()));
        }
        if (state.logStart() != 0) {
            entries.add(new LogStart(id, state.logStart()));
        }
        if (!state.epochs().isEmpty()) {
            entries.add(new EpochStarts(id, state.epochs()));
        }
        if (state.producerOffset() >= 0) {
            entries.add(new ProducerSnapshot(id, state.producerOffset(), state.producers()));
        }
        for (final Segment segment : state.segments()) {
            entries.add(new SegmentKept(id, segment));
        }
        return entries;
    }

    private static PartitionState changed(final PartitionState s, final JournalEntry entry) {
        long logStart = s.logStart();
        long recoveryPoint = s.recoveryPoint();
        long recoveryPosition = s.recoveryPosition();
        long replayFrom = s.replayFrom();
        List<JournalEntry.EpochStart> epochs = s.epochs();
        long producerOffset = s.producerOffset();
        ByteBuffer producers = s.producers();
        List<Segment> segments = s.segments();
        if (entry instanceof RecoveryPoint point) {
            recoveryPoint = point.offset();
            recoveryPosition = point.position();
            replayFrom = point.replayFrom();
        } else if (entry instanceof LogStart start) {
            logStart = start.offset();
        } else if (entry instanceof EpochStarts starts) {
            epochs = List.copyOf(starts.epochs());
        } else if (entry instanceof ProducerSnapshot snapshot) {
            producerOffset = snapshot.offset();
            producers = snapshot.bytes().asReadOnlyBuffer().slice();
        } else if (entry instanceof SegmentKept kept) {
            segments = with(segments, kept.segment().baseOffset(), kept.segment());
        } else if (entry instanceof SegmentDropped dropped) {
            segments = with(segments, dropped.baseOffset(), null);
        }
        return new PartitionState(
                s.id(),
                s.topic(),
                logStart,
                recoveryPoint,
                recoveryPosition,
                replayFrom,
                epochs,
                producerOffset,
                producers,
                segments);
    }

    /** The list with the segment of this base offset replaced, or dropped for null. */
    private static List<Segment> with(
            final List<Segment> segments, final long baseOffset, final Segment segmentOrNull) {
        final List<Segment> result = new ArrayList<>(segments.size() + 1);
        int i = 0;
        while (i < segments.size() && segments.get(i).baseOffset() < baseOffset) {
            result.add(segments.get(i++));
        }
        if (segmentOrNull != null) {
            result.add(segmentOrNull);
        }
        if (i < segments.size() && segments.get(i).baseOffset() == baseOffset) {
            i++;
        }
        result.addAll(segments.subList(i, segments.size()));
        return Collections.unmodifiableList(result);
    }
}
