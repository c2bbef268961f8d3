package io.highwater.broker.server;

import io.highwater.port.Shard;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks of many shards and what comes when the last of them is over. A task that throws is over, too: its fault is logged.
 *
 * <p>Filled and ended by one thread; the tasks run on their shards.
 */
final class ShardTasks {
    private static final Logger LOG = LoggerFactory.getLogger(ShardTasks.class);

    /** One is the filling itself, so that nothing is over before all is known. */
    private final AtomicInteger left = new AtomicInteger(1);

    private final Runnable onAllOver;

    /** {@code onAllOver} runs once, on the thread of the last one. */
    ShardTasks(final Runnable onAllOver) {
        this.onAllOver = onAllOver;
    }

    /** Something more that is to be over first; the result is to be called once, on any thread. */
    Runnable expect() {
        left.incrementAndGet();
        return this::oneOver;
    }

    void add(final Shard shard, final Runnable task) {
        final Runnable over = expect();
        shard.execute(() -> {
            try {
                task.run();
            } catch (final RuntimeException e) {
                LOG.error("a task for a partition met a fault", e);
            } finally {
                over.run();
            }
        });
    }

    /** Nothing more is added. */
    void end() {
        oneOver();
    }

    private void oneOver() {
        if (left.decrementAndGet() == 0) {
            onAllOver.run();
        }
    }
}
