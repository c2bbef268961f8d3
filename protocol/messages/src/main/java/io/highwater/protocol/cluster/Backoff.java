package io.highwater.protocol.cluster;

import io.highwater.port.RandomSource;

/**
 * How long to wait before the next attempt: doubling, bounded, and spread by a fifth so that many clients don't come at
 * once. Confined to the thread that owns it.
 */
public final class Backoff {
    private static final int DOUBLINGS_MAX = 20;

    private final long firstMs;
    private final long maxMs;
    private final RandomSource random;

    /** Waits about {@code firstMs} at first and about {@code maxMs} in the end. */
    public Backoff(final long firstMs, final long maxMs, final RandomSource random) {
        this.firstMs = firstMs;
        this.maxMs = maxMs;
        this.random = random;
    }

    /** The wait after this many failures in a row; 0 after none. */
    public long delayMs(final int failures) {
        if (failures <= 0) {
            return 0;
        }
        final long delay = Math.min(maxMs, firstMs << Math.min(failures - 1, DOUBLINGS_MAX));
        return (long) (delay * (0.8 + 0.4 * random.nextDouble()));
    }
}
