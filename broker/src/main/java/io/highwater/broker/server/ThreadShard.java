package io.highwater.broker.server;

import io.highwater.port.Shard;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shard on a thread of its own, for work that must not share an event loop. Its queue holds a task or two for each
 * request under way, whose number the connections' limits bound; proposals beyond the core's own bound are refused there.
 * Tasks that come after it was closed are dropped: a disk that answers only then has nobody to tell.
 *
 * <p>Safe for any thread as every shard is.
 */
final class ThreadShard implements Shard, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadShard.class);

    private volatile Thread thread;

    private final ScheduledThreadPoolExecutor executor;

    /** Starts its thread with the first task. */
    ThreadShard(final String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            final Thread made = new Thread(task, name);
            made.setDaemon(true);
            thread = made;
            return made;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(final Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (final RejectedExecutionException e) {
            onRejected(e);
        }
    }

    @Override
    public Timer schedule(final Runnable task, final long delayMs) {
        try {
            final ScheduledFuture<?> future = executor.schedule(guarded(task), delayMs, TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (final RejectedExecutionException e) {
            onRejected(e);
            return () -> {};
        }
    }

    private void onRejected(final RejectedExecutionException rejected) {
        if (!executor.isShutdown()) {
            throw rejected;
        }
        LOG.debug("{} has ended, a task is dropped", thread);
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void close() {
        executor.shutdown();
    }

    /** The executor would keep a fault to itself. */
    private static Runnable guarded(final Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (final RuntimeException e) {
                LOG.error("a task met a fault", e);
                throw e;
            }
        };
    }
}
