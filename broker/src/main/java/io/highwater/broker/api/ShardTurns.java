package io.highwater.broker.api;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The work of one connection's requests on the shards, in the order of the requests on each of them. A shard does it in
 * slices: after {@link #SLICE_MS} whoever else waits for the shard has a turn before the rest, so that one request of
 * costly parts holds up its own connection and nobody else.
 *
 * <p>What waits is bounded by the requests that a connection may have under way. Safe for any thread: the turns of a shard
 * are confined to it.
 */
public final class ShardTurns {
    /** How long a shard works for one connection at a time; a part is not interrupted. */
    static final long SLICE_MS = 5;

    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(SLICE_MS);

    private final Map<Shard, Turn> turns = new ConcurrentHashMap<>();
    private final Clock clock;

    /** The turns of a connection that has asked for nothing yet. */
    public ShardTurns(final Clock clock) {
        this.clock = clock;
    }

    /** Does the tasks on the shard, after those that were given for it before. */
    void run(final Shard shard, final List<Runnable> tasks) {
        final Turn known = turns.get(shard);
        final Turn turn = known == null ? turns.computeIfAbsent(shard, Turn::new) : known;
        shard.run(() -> turn.add(tasks));
    }

    private final class Turn implements Runnable {
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

        /** The shard is at it, or comes back to it. */
        private boolean isUnderWay;

        private final Shard shard;

        Turn(final Shard shard) {
            this.shard = shard;
        }

        void add(final List<Runnable> tasks) {
            waiting.addAll(tasks);
            if (!isUnderWay) {
                run();
            }
        }

        @Override
        public void run() {
            isUnderWay = true;
            final long endNs = clock.monotonicNs() + SLICE_NS;
            try {
                do {
                    waiting.remove().run();
                } while (!waiting.isEmpty() && clock.monotonicNs() - endNs < 0);
            } finally {
                isUnderWay = !waiting.isEmpty();
                if (isUnderWay) {
                    shard.execute(this);
                }
            }
        }
    }
}
