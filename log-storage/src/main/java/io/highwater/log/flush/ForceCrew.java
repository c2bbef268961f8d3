package io.highwater.log.flush;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads force the files of logs. Few logs have two: a third one would only take batches that the next force of
 * their log had made durable with others, and each force costs the processor the same. Where many wait the device gets more at
 * a time, since each log's turn comes later.
 *
 * <p>Safe for any thread.
 */
final class ForceCrew {
    static final int THREADS_MAX = 4;

    static final int THREADS_MIN = 2;

    /** So many logs that wait are one thread more. */
    private static final int LOGS_OF_ONE_MORE = 8;

    private final AtomicInteger threads = new AtomicInteger();

    /** False when there are enough for so many logs that wait; else the caller has to start one. */
    boolean join(final int waitingLogs) {
        final int wanted = wanted(waitingLogs);
        int seen = threads.get();
        while (seen < wanted) {
            final int witness = threads.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** True when whoever asks should leave: fewer logs wait than when it joined. */
    boolean isTooLarge(final int waitingLogs) {
        return threads.get() > wanted(waitingLogs);
    }

    /** To be called once by each that has joined. */
    void leave() {
        threads.decrementAndGet();
    }

    private static int wanted(final int waitingLogs) {
        return Math.min(THREADS_MIN + Math.max(waitingLogs, 0) / LOGS_OF_ONE_MORE, THREADS_MAX);
    }
}
