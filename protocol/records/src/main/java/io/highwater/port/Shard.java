package io.highwater.port;

import java.util.concurrent.Executor;

/**
 * A single-writer executor (Singular Update Queue): tasks run one at a time, in the order they were given. State that
 * belongs to a shard is touched by its tasks only and needs no lock. In production a shard is an event loop; in the
 * simulation it is a queue of the one seeded scheduler.
 *
 * <p>{@link #execute} and {@link #schedule} are safe for any thread. Tasks must not block.
 */
public interface Shard extends Executor {
    /** Runs the task after at least {@code delayMs} milliseconds of monotonic time, unless cancelled before. */
    Timer schedule(Runnable task, long delayMs);

    /** True when the caller runs inside a task of this shard. */
    boolean isCurrent();

    /** Runs the task now when already on this shard, else hands it over. */
    default void run(final Runnable task) {
        if (isCurrent()) {
            task.run();
        } else {
            execute(task);
        }
    }

    /** A task that waits for its time. */
    interface Timer {
        /** Does nothing when the task has run already. To be called on the shard that the timer belongs to. */
        void cancel();
    }
}
