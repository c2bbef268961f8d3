package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One kind of log line that peers can bring about as often as they like: it is written once in {@link #INTERVAL_MS}, with
 * the number of those that it stands for, so that nobody fills the log's disk or hides other lines in it. Counters count
 * all.
 *
 * <p>Safe for any thread: of those that come when a line is due, one gets to write it.
 */
public final class RareLine {
    static final long INTERVAL_MS = 10_000;

    private final AtomicLong untold = new AtomicLong();
    private final AtomicLong toldMs;
    private final Clock clock;

    /** A line of which the first is due at once. */
    public RareLine(final Clock clock) {
        this.clock = clock;
        this.toldMs = new AtomicLong(clock.monotonicMs() - INTERVAL_MS);
    }

    /** It has come once more; returns for how many the line stands that is to be written now, 0 for no line. */
    public long cameAgain() {
        untold.incrementAndGet();
        final long nowMs = clock.monotonicMs();
        final long lastMs = toldMs.get();
        return nowMs - lastMs >= INTERVAL_MS && toldMs.compareAndSet(lastMs, nowMs) ? untold.getAndSet(0) : 0;
    }
}
