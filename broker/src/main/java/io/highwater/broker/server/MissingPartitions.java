package io.highwater.broker.server;

import io.highwater.log.TopicPartitionKey;
import io.highwater.port.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The partitions that this node shall have and could not open, and when each is to be tried again: first after a second,
 * then after twice the time of the try before, 30 s at most. There is no end to it: a full disk or a full table of
 * files may have room at any time, and of a damaged log nobody can say that it is not mended.
 *
 * <p>As many as the metadata has, and those that left it since their last try. Confined to the steps of
 * {@link PartitionLifecycle}, of which each happens before the next.
 */
final class MissingPartitions {
    static final long FIRST_DELAY_MS = 1_000;
    private static final long DELAY_MS_MAX = 30_000;

    /** In the order in which they went missing, so that a run can be repeated. */
    private final Map<TopicPartitionKey, Failure> failures = new LinkedHashMap<>();

    private final Clock clock;

    MissingPartitions(final Clock clock) {
        this.clock = clock;
    }

    /** It could not be opened; returns false when the try before failed for the same reason. */
    boolean onFailed(final TopicPartitionKey key, final String reason) {
        final Failure before = failures.get(key);
        final long delayMs = before == null ? FIRST_DELAY_MS : Math.min(2 * before.delayMs, DELAY_MS_MAX);
        failures.put(key, new Failure(reason, delayMs, clock.monotonicMs() + delayMs));
        return before == null || !before.reason.equals(reason);
    }

    /** It is open, or not wanted any more; returns whether it was missing. */
    boolean remove(final TopicPartitionKey key) {
        return failures.remove(key) != null;
    }

    boolean isEmpty() {
        return failures.isEmpty();
    }

    /** Those whose time has come. */
    List<TopicPartitionKey> due() {
        final long nowMs = clock.monotonicMs();
        return failures.entrySet().stream()
                .filter(entry -> entry.getValue().dueMs <= nowMs)
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * The last failure of a partition.
     *
     * @param reason what is said of it to people
     * @param delayMs from the failure to the next try
     * @param dueMs monotonic time of the next try
     */
    private record Failure(String reason, long delayMs, long dueMs) {}
}
