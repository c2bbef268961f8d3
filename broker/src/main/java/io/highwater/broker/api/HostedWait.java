package io.highwater.broker.api;

import io.highwater.port.Shard;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** Waits until topics are open on this node, or gone again, but not for ever. Confined to its shard. */
final class HostedWait {
    /** What waits for each topic that is not here yet. */
    private final Map<UUID, Runnable> missing = new LinkedHashMap<>();

    private Shard.Timer timerOrNull;

    private final HostedPartitions hosted;
    private final Shard shard;
    private final Consumer<Set<UUID>> onEnd;

    private HostedWait(final HostedPartitions hosted, final Shard shard, final Consumer<Set<UUID>> onEnd) {
        this.hosted = hosted;
        this.shard = shard;
        this.onEnd = onEnd;
    }

    /**
     * Ends on the shard, once, with the topics that did not come in time. Safe for any thread.
     *
     * @param topics how many partitions each has to have
     */
    static void begin(
            final HostedPartitions hosted,
            final Map<UUID, Integer> topics,
            final Shard shard,
            final long timeoutMs,
            final Consumer<Set<UUID>> onEnd) {
        final HostedWait wait = new HostedWait(hosted, shard, onEnd);
        shard.run(() -> wait.begin(topics, timeoutMs));
    }

    private void begin(final Map<UUID, Integer> topics, final long timeoutMs) {
        if (topics.isEmpty()) {
            onEnd.accept(Set.of());
            return;
        }
        timerOrNull = shard.schedule(this::expire, timeoutMs);
        topics.keySet().forEach(id -> missing.put(id, () -> shard.execute(() -> onHosted(id))));
        // A topic that is here already is told at once, but what it tells is a task for later.
        missing.forEach((id, callback) -> hosted.whenHosted(id, topics.get(id), callback));
    }

    private void onHosted(final UUID id) {
        if (missing.remove(id) != null && missing.isEmpty() && timerOrNull != null) {
            timerOrNull.cancel();
            timerOrNull = null;
            onEnd.accept(Set.of());
        }
    }

    private void expire() {
        timerOrNull = null;
        missing.forEach(hosted::forget);
        onEnd.accept(missing.keySet());
    }
}
