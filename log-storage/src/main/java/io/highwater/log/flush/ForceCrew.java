package io.highwater.log.flush;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many threads force the files of logs. Few logs have two: a third one would only take batches that the next force of
 * their log had made durable with others, and each force costs the processor the same. There are more where many logs wait,
 * since each one's turn comes later, and where all threads are at slow forces: who asks then brings another one, which stays
 * as long as something waits.
 *
 * <p>Safe for any thread. Times are monotonic, in nanoseconds.
 */
final class ForceCrew {
    static final int THREADS_MAX = 4;

    static final int THREADS_MIN = 2;

    /** So many logs that wait are one thread more, which stays as long as half of them do. */
    private static final int LOGS_OF_ONE_MORE = 8;

    /** A force that takes longer is slow. */
    private static final long SLOW_NS = 2_000_000;

    private static final long FREE = Long.MIN_VALUE;

    private final AtomicInteger threads = new AtomicInteger();

    /** When each thread that runs has begun its force; which place is whose does not matter. */
    private final AtomicLongArray begunNs = new AtomicLongArray(THREADS_MAX);

    ForceCrew() {
        for (int place = 0; place < THREADS_MAX; place++) {
            begunNs.set(place, FREE);
        }
    }

    /** False when there are enough for so many logs that wait; else the caller has to start one. */
    boolean join(final int waitingLogs, final long nowNs) {
        int seen = threads.get();
        while (seen < THREADS_MIN + Math.max(waitingLogs, 0) / LOGS_OF_ONE_MORE || atSlowForces(nowNs) >= seen) {
            if (seen >= THREADS_MAX) {
                return false;
            }
            final int witness = threads.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    /** A thread that has joined begins. Returns its place. */
    int enter(final long nowNs) {
        int place = 0;
        while (!begunNs.compareAndSet(place, FREE, nowNs)) {
            place = (place + 1) % THREADS_MAX;
        }
        return place;
    }

    /** To be called between forces: what comes is the begin of another. */
    void onForce(final int place, final long nowNs) {
        begunNs.set(place, nowNs);
    }

    /**
     * True when whoever asks should leave: far fewer logs wait than when it joined, none of them behind a slow force. To be
     * called after {@link #onForce}, so that the caller's own last force does not count.
     */
    boolean isTooLarge(final int waitingLogs, final long nowNs) {
        return threads.get() > THREADS_MIN + Math.max(waitingLogs, 0) / (LOGS_OF_ONE_MORE / 2)
                && (waitingLogs <= 0 || atSlowForces(nowNs) == 0);
    }

    /** The opposite of {@link #enter}. */
    void exit(final int place) {
        begunNs.set(place, FREE);
    }

    /** To be called once for each that has joined, after {@link #exit} if it has entered. */
    void leave() {
        threads.decrementAndGet();
    }

    private int atSlowForces(final long nowNs) {
        int slow = 0;
        for (int place = 0; place < THREADS_MAX; place++) {
            final long begun = begunNs.get(place);
            if (begun != FREE && nowNs - begun > SLOW_NS) {
                slow++;
            }
        }
        return slow;
    }
}
