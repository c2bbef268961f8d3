package io.highwater.protocol.transport;

import java.util.concurrent.TimeUnit;

/**
 * When a listener may accept again, so that it accepts no more connections in a second than it is to (a token bucket). A
 * listener that was not busy may accept a tenth of a second's worth, one at least, at once.
 *
 * <p>Confined to the listener's thread. Pure: time is an argument.
 */
final class AcceptPace {
    private static final long BURST_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A shorter pause is not worth its timer: it is added to the next. */
    private static final long PAUSE_NS_MIN = TimeUnit.MILLISECONDS.toNanos(1);

    /** When all that was accepted would have come, had it come evenly. */
    private long evenNs;

    private final long intervalNs;

    AcceptPace(final int perSecondMax, final long nowNs) {
        this.intervalNs = TimeUnit.SECONDS.toNanos(1) / perSecondMax;
        this.evenNs = nowNs - BURST_NS;
    }

    /** One was accepted; returns how long no other may be, 0 for the next at once. */
    long pauseNsAfterOne(final long nowNs) {
        evenNs = Math.max(evenNs, nowNs - BURST_NS) + intervalNs;
        final long aheadNs = evenNs - nowNs;
        return aheadNs < PAUSE_NS_MIN ? 0 : aheadNs;
    }
}
