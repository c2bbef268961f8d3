package io.highwater.broker.api;

import io.highwater.port.Shard;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of one request, by the shard that each has to run on: handed over once per shard, and joined by one
 * completion, whatever becomes of a part. The parts of a shard run in their order, in the turns of the connection that the
 * request came in on. Built by one thread, then run once.
 */
final class ShardWork {
    private static final Logger LOG = LoggerFactory.getLogger(ShardWork.class);

    private final Map<Shard, List<ShardPart>> parts = new LinkedHashMap<>();

    /** A part that answers for its own faults. */
    void add(final Shard shard, final ShardPart part) {
        parts.computeIfAbsent(shard, unused -> new ArrayList<>()).add(part);
    }

    /** A part, and what its answer says when it met a fault of ours. */
    void add(final Shard shard, final Runnable part, final Runnable onFault) {
        add(shard, turn -> {
            try {
                part.run();
            } catch (final RuntimeException e) {
                LOG.error("a part of a request met a fault", e);
                onFault.run();
            }
            return true;
        });
    }

    /**
     * Runs everything when the connection has its turns; {@code done} runs on the shard that ends last, or here when there
     * is nothing to do.
     */
    void run(final ShardTurns turns, final Runnable done) {
        if (parts.isEmpty()) {
            done.run();
            return;
        }
        final AtomicInteger shardsLeft = new AtomicInteger(parts.size());
        parts.forEach((shard, tasks) -> {
            tasks.add(turn -> {
                if (shardsLeft.decrementAndGet() == 0) {
                    done.run();
                }
                return true;
            });
            turns.run(shard, tasks);
        });
    }
}
