package io.highwater.tools.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one idempotent producer was told about one partition, against what is stored there: each acknowledged sequence
 * number at its offset, none stored twice, all in the order they were sent. Records that were sent but never
 * acknowledged may be there or not.
 */
public final class History {
    /** A sequence number and the offset at which it was acknowledged or found. */
    public record Entry(long sequence, long offset) {}

    private final List<Entry> acknowledged = new ArrayList<>();

    public synchronized void acknowledged(final long sequence, final long offset) {
        acknowledged.add(new Entry(sequence, offset));
    }

    public synchronized int size() {
        return acknowledged.size();
    }

    /** One line for each way in which the stored entries (by rising offset) break the promise; none when it holds. */
    public synchronized List<String> violations(final List<Entry> stored) {
        final List<String> violations = new ArrayList<>();
        final Map<Long, Long> offsetBySequence = new HashMap<>();
        final Set<Long> offsets = new HashSet<>();
        long last = -1;
        for (final Entry entry : stored) {
            final Long before = offsetBySequence.putIfAbsent(entry.sequence(), entry.offset());
            if (before != null) {
                violations.add("duplicated: " + entry.sequence() + " at " + before + " and " + entry.offset());
            } else if (entry.sequence() < last) {
                violations.add("reordered: " + entry.sequence() + " after " + last + " at " + entry.offset());
            }
            if (!offsets.add(entry.offset())) {
                violations.add("two records at offset " + entry.offset());
            }
            last = Math.max(last, entry.sequence());
        }
        for (final Entry entry : acknowledged) {
            final Long at = offsetBySequence.get(entry.sequence());
            if (at == null) {
                violations.add("lost: " + entry.sequence() + " acknowledged at " + entry.offset());
            } else if (at != entry.offset()) {
                violations.add(
                        "moved: " + entry.sequence() + " acknowledged at " + entry.offset() + ", stored at " + at);
            }
        }
        return violations;
    }
}
