package io.highwater.producer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bytes that may wait in a producer. Whoever finds too few waits its turn; the shard must not, so it asks with no time.
 * Safe for any thread: one lock guards all state.
 */
final class BufferSpace {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition freed = lock.newCondition();
    private final long bytesMax;
    private final Runnable onShortage;
    private long left;
    private int waiters;

    /** All of it free; {@code onShortage} is called whenever somebody begins to wait. */
    BufferSpace(final long bytesMax, final Runnable onShortage) {
        this.bytesMax = bytesMax;
        this.onShortage = onShortage;
        this.left = bytesMax;
    }

    /** Takes the bytes, within the time; false when they did not become free. */
    boolean take(final int bytes, final long waitMs) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long leftNs = TimeUnit.MILLISECONDS.toNanos(waitMs);
            waiters++;
            try {
                if (left < Math.min(bytes, bytesMax)) {
                    onShortage.run();
                }
                // A record larger than all the space passes alone.
                while (left < Math.min(bytes, bytesMax)) {
                    if (leftNs <= 0) {
                        return false;
                    }
                    leftNs = freed.awaitNanos(leftNs);
                }
            } finally {
                waiters--;
            }
            left -= bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** True while somebody waits: batches should go, full or not. */
    boolean hasWaiters() {
        lock.lock();
        try {
            return waiters > 0;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(final int bytes) {
        lock.lock();
        try {
            left += bytes;
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
