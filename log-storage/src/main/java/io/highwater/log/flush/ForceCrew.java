package io.highwater.log.flush;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads force the files of logs. Few logs have two: a third one would only take batches that the next force of
 * their log had made durable with others, and each force costs the processor the same. There are more where many logs wait,
 * since each one's turn comes later, and where all threads are at slow forces, so that nobody stands behind those.
 *
 * <p>Safe for any thread. Times are monotonic, in nanoseconds.
 */
final class ForceCrew {
    static final int THREADS_MAX = 4;

    static final int THREADS_MIN = 2;

    /** So many logs that wait are one thread more, which stays as long as half of them do. */
    private static final int LOGS_OF_ONE_MORE = 8;

    /** All threads are at slow forces when none has begun one for so long. */
    private static final long SLOW_NS = 2_000_000;

    private final AtomicInteger threads = new AtomicInteger();
    /** When a thread has begun a force, or was asked to. */
    private volatile long begunNs;

    /** False when there are enough for so many logs that wait; else the caller has to start one. */
    boolean join(final int waitingLogs, final long nowNs) {
        final int forLogs = THREADS_MIN + Math.max(waitingLogs, 0) / LOGS_OF_ONE_MORE;
        final int wanted = nowNs - begunNs > SLOW_NS ? THREADS_MAX : Math.min(forLogs, THREADS_MAX);
        int seen = threads.get();
        while (seen < wanted) {
            final int witness = threads.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                begunNs = nowNs;
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** To be called by a thread that has joined, before each force. */
    void onForce(final long nowNs) {
        begunNs = nowNs;
    }

    /** True when whoever asks should leave: far fewer logs wait than when it joined. */
    boolean isTooLarge(final int waitingLogs) {
        return threads.get() > THREADS_MIN + Math.max(waitingLogs, 0) / (LOGS_OF_ONE_MORE / 2);
    }

    /** To be called once by each that has joined. */
    void leave() {
        threads.decrementAndGet();
    }
}
