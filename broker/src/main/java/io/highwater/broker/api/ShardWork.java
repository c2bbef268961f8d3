package io.highwater.broker.api;

import io.highwater.port.Shard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The parts of one request, by the shard that each has to run on: handed over once per shard, and joined by one
 * completion. Built by one thread, then run once.
 */
final class ShardWork {
    private final Map<Shard, List<Runnable>> parts = new LinkedHashMap<>();

    void add(final Shard shard, final Runnable part) {
        parts.computeIfAbsent(shard, unused -> new ArrayList<>()).add(part);
    }

    /** Runs everything; {@code done} runs on the shard that ends last, or here when there is nothing to do. */
    void run(final Runnable done) {
        if (parts.isEmpty()) {
            done.run();
            return;
        }
        final AtomicInteger shardsLeft = new AtomicInteger(parts.size());
        parts.forEach((shard, tasks) -> shard.run(() -> {
            tasks.forEach(Runnable::run);
            if (shardsLeft.decrementAndGet() == 0) {
                done.run();
            }
        }));
    }
}
