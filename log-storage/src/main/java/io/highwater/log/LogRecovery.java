package io.highwater.log;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.epoch.LeaderEpochs.EpochStart;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.PartitionState;
import io.highwater.log.producer.ProducerStates;
import io.highwater.log.segment.Segment;
import io.highwater.log.segment.SegmentNames;
import io.highwater.log.segment.SegmentRecovery;
import io.highwater.log.segment.Segments;
import io.highwater.records.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what the journal knows and the files hold into a log that can be used.
 *
 * <p>After a clean stop the journal says where the log ends, and nothing is read. Otherwise the batches from the recovery
 * point on are checked; the log ends before the first bad one, whatever follows is cut, and what is left is written again
 * and forced: page caches may have survived, even a failed force, so found is not yet durable. Segments below the log's
 * start go.
 *
 * <p>Confined to the thread that opens the log.
 */
final class LogRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final Disk disk;
    private final Path directory;
    private final PartitionState state;
    private final LogConfig config;
    private final List<EpochStart> epochs = new ArrayList<>();
    private final ProducerStates producers;
    private final long nowMs;
    private final List<Segment> segments = new ArrayList<>();
    /** Where the check begins: the recovery point, or the beginning of a segment before it. */
    private long checkFrom;

    private long checkPosition;
    /** Base offset of the segment that ends exactly there, before a later one; -1 when there is none. */
    private long endsAtRecoveryPoint = -1;

    private boolean namesChanged;
    private boolean changed;

    LogRecovery(
            final Disk disk,
            final Path directory,
            final PartitionState state,
            final LogConfig config,
            final long nowMs) {
        this.disk = disk;
        this.directory = directory;
        this.state = state;
        this.config = config;
        this.nowMs = nowMs;
        this.producers = new ProducerStates(config.producerIdExpirationMs());
    }

    /** Does it; afterwards the queries tell what came out. */
    void run(final boolean isSettled) throws IOException {
        epochs.addAll(epochsNoted());
        final List<Long> bases = basesOnDisk();
        requireDurableSegments(bases);
        if (bases.isEmpty()) {
            createFirst();
            return;
        }
        final int from = placeOfRecoveryPoint(bases);
        for (int place = 0; place <= from; place++) {
            segments.add(trusted(bases, place, from));
        }
        restoreProducers();
        if (!isSettled || from < bases.size() - 1) {
            check(bases, from);
        }
        if (segments.get(segments.size() - 1).nextOffset() < state.logStart()) {
            beginAtStart();
        }
        if (namesChanged) {
            disk.forceDirectory(directory);
        }
        // Else a manifest that has what a crash took, or lacks a segment, would judge what is lost later.
        changed |= !isAsNoted();
    }

    /** Gives back the files when nothing came of it. */
    void abandon() throws IOException {
        for (final Segment segment : segments) {
            segment.close();
        }
    }

    Segments segments() {
        return new Segments(segments);
    }

    List<EpochStart> epochs() {
        return epochs;
    }

    ProducerStates producers() {
        return producers;
    }

    /** Offset of the producers' state in the journal. */
    long producersNotedAt() {
        return state.producerOffset();
    }

    /** Base offsets of segments that the manifest has and the log has not. */
    List<Long> gone() {
        final Set<Long> here = segments.stream().map(Segment::baseOffset).collect(Collectors.toSet());
        return state.segments().stream()
                .map(JournalEntry.Segment::baseOffset)
                .filter(base -> !here.contains(base))
                .toList();
    }

    /** True when the log is not exactly what the journal says: it should be told. */
    boolean hasChanged() {
        return changed;
    }

    private boolean isAsNoted() {
        final List<JournalEntry.Segment> manifest = state.segments();
        final int active = segments.size() - 1;
        boolean same = manifest.size() == segments.size();
        for (int place = 0; same && place <= active; place++) {
            final Segment segment = segments.get(place);
            final JournalEntry.Segment noted = manifest.get(place);
            same = noted.baseOffset() == segment.baseOffset()
                    && noted.sizeBytes() == (place == active ? -1 : segment.sizeBytes());
        }
        return same;
    }

    private List<Long> basesOnDisk() throws IOException {
        final List<Long> bases = new ArrayList<>();
        for (final String name : disk.list(directory)) {
            final long base = SegmentNames.baseOffsetOf(name);
            if (base >= 0) {
                bases.add(base);
            }
        }
        while (bases.size() > 1 && bases.get(1) <= state.logStart()) {
            remove(bases.remove(0));
        }
        return bases;
    }

    /** A log does not go on over a gap, nor does it end before one: what was durable and may be read is here, or lost. */
    private void requireDurableSegments(final List<Long> bases) throws LogStorageException {
        final List<JournalEntry.Segment> manifest = state.segments();
        for (int place = 0; place < manifest.size(); place++) {
            final long base = manifest.get(place).baseOffset();
            final long next =
                    place + 1 < manifest.size() ? manifest.get(place + 1).baseOffset() : Long.MAX_VALUE;
            if (Math.min(next, state.recoveryPoint()) > Math.max(base, state.logStart()) && !bases.contains(base)) {
                throw new LogStorageException(directory + " has lost " + SegmentNames.of(base, SegmentNames.LOG)
                        + ", whose records were durable; put the file back, or delete the topic");
            }
        }
    }

    private void createFirst() throws IOException {
        if (state.recoveryPoint() > state.logStart()) {
            throw new LogStorageException(
                    directory + " has no segment, but was durable up to offset " + state.recoveryPoint());
        }
        segments.add(Segment.create(disk, directory, state.logStart(), config.indexIntervalBytes()));
        disk.forceDirectory(directory);
        changed = true;
    }

    private int placeOfRecoveryPoint(final List<Long> bases) throws LogStorageException {
        int place = bases.size() - 1;
        while (place >= 0 && bases.get(place) > state.recoveryPoint()) {
            place--;
        }
        if (place < 0 && bases.get(0) <= state.logStart()) {
            // What was between was below the log's start, and went.
            checkFrom = bases.get(0);
            return 0;
        }
        if (place < 0) {
            throw new LogStorageException("the first segment of " + directory + " begins at offset " + bases.get(0)
                    + ", above " + state.recoveryPoint() + ", up to where it was durable");
        }
        checkFrom = state.recoveryPoint();
        checkPosition = bases.get(place) == checkFrom ? 0 : state.recoveryPosition();
        final boolean endsBefore = place > 0 && checkPosition == 0 && state.recoveryPosition() > 0;
        for (int before = 0; before < place; before++) {
            if (endsBefore && before == place - 1) {
                endsAtRecoveryPoint = bases.get(before);
            } else if (kept(bases.get(before)) == null) {
                // It was sealed in the last moments, and the journal does not know its size.
                checkFrom = bases.get(before);
                checkPosition = 0;
                return before;
            }
        }
        return place;
    }

    /** A segment up to the place where the check begins. */
    private Segment trusted(final List<Long> bases, final int place, final int from) throws IOException {
        final long base = bases.get(place);
        final JournalEntry.Segment kept = kept(base);
        final long size;
        if (place == from) {
            size = checkPosition;
        } else if (base == endsAtRecoveryPoint) {
            // The manifest may still have the size from before a recovery that cut it, and was not noted any more.
            size = state.recoveryPosition();
        } else {
            size = kept.sizeBytes();
        }
        try (DiskFile file = disk.open(directory.resolve(SegmentNames.of(base, SegmentNames.LOG)), false)) {
            if (file.sizeBytes() < size) {
                throw new LogStorageException("segment " + base + " of " + directory + " has " + file.sizeBytes()
                        + " bytes, " + size + " were durable");
            }
        }
        return Segment.existing(
                disk,
                directory,
                base,
                (int) size,
                place == from ? checkFrom : bases.get(place + 1),
                place == from || kept == null || kept.sizeBytes() != size
                        ? Segment.TIMESTAMP_UNKNOWN
                        : kept.maxTimestamp(),
                config.indexIntervalBytes());
    }

    /** What the manifest says about a sealed segment, null when it knows none. */
    private JournalEntry.Segment kept(final long base) {
        for (final JournalEntry.Segment segment : state.segments()) {
            if (segment.baseOffset() == base && segment.sizeBytes() >= 0) {
                return segment;
            }
        }
        return null;
    }

    private void restoreProducers() throws IOException {
        long from = segments.get(0).baseOffset();
        // One from beyond the recovery point speaks of batches that a cut was about to remove.
        if (state.producerOffset() >= 0 && state.producerOffset() <= checkFrom) {
            try {
                producers.restore(state.producers(), nowMs);
                from = state.producerOffset();
            } catch (final IllegalArgumentException e) {
                LOG.warn("{}: producers are read from the log: {}", directory, e.getMessage());
            }
        }
        // Should the journal's be from beyond, it must not stand until the log is as long again.
        changed |= state.producerOffset() > checkFrom;
        producers.onTime(nowMs);
        for (final Segment segment : segments) {
            if (segment.nextOffset() > from) {
                SegmentRecovery.replay(
                        segment, from, (buffer, position) -> producers.onAppended(buffer, position, nowMs));
            }
        }
    }

    private void check(final List<Long> bases, final int from) throws IOException {
        long expected = checkFrom;
        epochs.removeIf(start -> start.startOffset() >= checkFrom);
        int place = from;
        long torn = 0;
        while (true) {
            final Segment segment = segments.get(place);
            torn += SegmentRecovery.check(
                    segment, place == from ? segment.sizeBytes() : 0, expected, latestEpoch(), this::onChecked);
            changed |= segment.nextOffset() != expected;
            expected = segment.nextOffset();
            if (place + 1 >= bases.size() || bases.get(place + 1) != expected) {
                break;
            }
            place++;
            segments.add(Segment.existing(
                    disk, directory, expected, 0, expected, Segment.TIMESTAMP_UNKNOWN, config.indexIntervalBytes()));
        }
        for (int beyond = bases.size() - 1; beyond > place; beyond--) {
            LOG.warn("{}: segment {} does not follow offset {}, it goes", directory, bases.get(beyond), expected);
            remove(bases.get(beyond));
            changed = true;
        }
        if (torn > 0) {
            LOG.warn("{}: {} bytes of a torn tail cut, the log ends at offset {}", directory, torn, expected);
        }
        // A segment without a forced byte has a name that may not be forced either, and an opening that failed may have
        // removed some without a force.
        namesChanged = true;
        for (int checked = from; checked <= place; checked++) {
            SegmentRecovery.makeDurable(segments.get(checked), checked == from ? (int) checkPosition : 0);
        }
        changed |= !epochs.equals(epochsNoted());
    }

    /** All there was is below the log's start: the log goes on from there, and not with a gap before it. */
    private void beginAtStart() throws IOException {
        LOG.warn("{}: the log ends before its start, offset {}, and begins anew there", directory, state.logStart());
        final Segment first = Segment.create(disk, directory, state.logStart(), config.indexIntervalBytes());
        for (final Segment segment : segments) {
            segment.close();
            remove(segment.baseOffset());
        }
        segments.clear();
        segments.add(first);
        changed = true;
    }

    private void onChecked(final ByteBuffer buffer, final int position) {
        final int epoch = RecordBatch.partitionLeaderEpoch(buffer, position);
        if (epoch > latestEpoch()) {
            epochs.add(new EpochStart(epoch, RecordBatch.baseOffset(buffer, position)));
        }
        producers.onAppended(buffer, position, nowMs);
    }

    private List<EpochStart> epochsNoted() {
        final List<EpochStart> noted = new ArrayList<>();
        for (final JournalEntry.EpochStart start : state.epochs()) {
            noted.add(new EpochStart(start.epoch(), start.startOffset()));
        }
        return noted;
    }

    private int latestEpoch() {
        return epochs.isEmpty() ? -1 : epochs.get(epochs.size() - 1).epoch();
    }

    private void remove(final long base) throws IOException {
        disk.delete(directory.resolve(SegmentNames.of(base, SegmentNames.LOG)));
        disk.delete(directory.resolve(SegmentNames.of(base, SegmentNames.OFFSET_INDEX)));
        disk.delete(directory.resolve(SegmentNames.of(base, SegmentNames.TIME_INDEX)));
        namesChanged = true;
    }
}
