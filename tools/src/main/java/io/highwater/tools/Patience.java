package io.highwater.tools;

import java.util.concurrent.TimeUnit;

/** How long a command goes on without success: a limit that each success renews. Confined to the main thread. */
final class Patience {
    private final long limitMs;
    private long sinceNs = System.nanoTime();

    Patience(final long limitMs) {
        this.limitMs = limitMs;
    }

    void renew() {
        sinceNs = System.nanoTime();
    }

    boolean isOver() {
        return System.nanoTime() - sinceNs >= TimeUnit.MILLISECONDS.toNanos(limitMs);
    }

    long limitMs() {
        return limitMs;
    }
}
