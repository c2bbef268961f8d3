package io.highwater.broker.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What clients were told, and therefore may rely on. Each call that tells of something seen checks it against all that
 * was seen before:
 *
 * <ul>
 *   <li>AckedIsThere: a record acknowledged with acks=all is at the offset that the acknowledgement told.
 *   <li>ShownNeverChanges: what a consumer was shown at an offset is what everybody is shown there from then on.
 *   <li>OnceInOrder: no record is at two offsets, and those of an idempotent producer are in the order of its sending.
 *   <li>CommittedOffsetSurvives: a group's offset is the one that was acknowledged last, or a later one that was asked for.
 *   <li>TopicsAreThoseAsked: a created topic is there and a deleted one is not.
 * </ul>
 *
 * <p>Maps keyed by objects are looked up and never iterated, so their order can't reach the run.
 */
final class ClientHistory {
    final List<Target> targets = new ArrayList<>();
    final List<UUID> deletedTopics = new ArrayList<>();
    private final Map<Target, PartitionHistory> partitions = new HashMap<>();
    private final Map<String, OffsetHistory> offsets = new TreeMap<>();

    long acked;
    long shown;
    long committed;

    private static final class PartitionHistory {
        private final TreeMap<Long, String> acked = new TreeMap<>();
        private final TreeMap<Long, String> shown = new TreeMap<>();
        private final Map<String, Long> offsetOf = new HashMap<>();
        /** Of each idempotent producer: where its records lie, by their numbers. */
        private final Map<String, TreeMap<Long, Long>> inOrder = new HashMap<>();
    }

    private static final class OffsetHistory {
        private long acked = -1;
        private final List<Long> asked = new ArrayList<>();
    }

    void onAcked(final Target target, final long offset, final String record) {
        final PartitionHistory history = of(target);
        final String before = history.acked.put(offset, record);
        if (before != null && !before.equals(record)) {
            throw new InvariantBroken(
                    "AckedIsThere", target + "@" + offset + " acknowledged for " + id(before) + " and " + id(record));
        }
        check(target, "AckedIsThere", offset, record, history.shown.get(offset));
        acked++;
    }

    void onShown(final Target target, final long offset, final String record) {
        final PartitionHistory history = of(target);
        check(target, "AckedIsThere", offset, record, history.acked.get(offset));
        check(target, "ShownNeverChanges", offset, record, history.shown.put(offset, record));
        final Long other = history.offsetOf.put(id(record), offset);
        if (other != null && other != offset) {
            throw new InvariantBroken(
                    "OnceInOrder", target + " holds " + id(record) + " at " + other + " and " + offset);
        }
        checkOrder(target, history, offset, record);
        shown++;
    }

    /** Everything acknowledged or shown must be among what was read from begin to end. */
    void onReadWhole(final Target target, final long end, final TreeMap<Long, String> read) {
        final PartitionHistory history = of(target);
        requireAll(target, "AckedIsThere", history.acked, end, read);
        requireAll(target, "ShownNeverChanges", history.shown, end, read);
    }

    /** The end below which a reader must find records now. */
    long promisedEnd(final Target target) {
        final PartitionHistory history = of(target);
        final long ackedEnd = history.acked.isEmpty() ? 0 : history.acked.lastKey() + 1;
        return Math.max(ackedEnd, history.shown.isEmpty() ? 0 : history.shown.lastKey() + 1);
    }

    void onCommitAsked(final String group, final Target target, final long offset) {
        offsetOf(group, target).asked.add(offset);
    }

    void onCommitAcked(final String group, final Target target, final long offset) {
        final OffsetHistory history = offsetOf(group, target);
        history.acked = offset;
        history.asked.clear();
        committed++;
    }

    void onCommittedSeen(final String group, final Target target, final long offset) {
        final OffsetHistory history = offsetOf(group, target);
        if (offset != history.acked && !history.asked.contains(offset)) {
            throw new InvariantBroken(
                    "CommittedOffsetSurvives",
                    group + " of " + target + " is at " + offset + ", acknowledged was " + history.acked
                            + ", asked for since " + history.asked);
        }
    }

    private OffsetHistory offsetOf(final String group, final Target target) {
        return offsets.computeIfAbsent(group + ' ' + target + ' ' + target.topicId, key -> new OffsetHistory());
    }

    private PartitionHistory of(final Target target) {
        return partitions.computeIfAbsent(target, key -> new PartitionHistory());
    }

    private static void checkOrder(
            final Target target, final PartitionHistory history, final long offset, final String record) {
        if (!record.startsWith("idempotent")) {
            return;
        }
        final String[] parts = record.split("/", 3);
        final TreeMap<Long, Long> places = history.inOrder.computeIfAbsent(parts[0], key -> new TreeMap<>());
        final long number = Long.parseLong(parts[1]);
        places.put(number, offset);
        final Map.Entry<Long, Long> before = places.lowerEntry(number);
        final Map.Entry<Long, Long> after = places.higherEntry(number);
        if ((before != null && before.getValue() >= offset) || (after != null && after.getValue() <= offset)) {
            throw new InvariantBroken(
                    "OnceInOrder",
                    target + " holds " + id(record) + " at " + offset + ", next to it " + before + after);
        }
    }

    private static void check(
            final Target target, final String invariant, final long offset, final String now, final String before) {
        if (before != null && !before.equals(now)) {
            throw new InvariantBroken(invariant, target + "@" + offset + " was " + id(before) + " and is " + id(now));
        }
    }

    private static void requireAll(
            final Target target,
            final String invariant,
            final TreeMap<Long, String> promised,
            final long end,
            final TreeMap<Long, String> read) {
        for (final Map.Entry<Long, String> entry : promised.headMap(end).entrySet()) {
            if (!read.containsKey(entry.getKey())) {
                throw new InvariantBroken(
                        invariant, target + "@" + entry.getKey() + " is gone: " + id(entry.getValue()));
            }
        }
    }

    /** Producer and number, without the padding. */
    private static String id(final String record) {
        final int end = record.indexOf('/', record.indexOf('/') + 1);
        return end < 0 ? record : record.substring(0, end);
    }
}
