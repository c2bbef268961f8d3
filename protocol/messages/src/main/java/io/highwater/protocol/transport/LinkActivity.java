package io.highwater.protocol.transport;

import java.util.concurrent.TimeUnit;

/**
 * Judges from time to time whether a link still lives: whether bytes move on it, and whether its peer takes what is
 * queued. Costs the link nothing between two looks. Confined to the link's shard.
 */
final class LinkActivity {
    /** Looks per timeout: a link is closed at most a quarter of its timeout late, for {@link FrameArrival} half of it. */
    private static final int LOOKS_PER_TIMEOUT = 4;

    private static final long LOOK_INTERVAL_MS_MIN = 10;
    private static final long LOOK_INTERVAL_MS_MAX = 10_000;

    private long receivedMark;
    private long sentMark;

    /** When bytes last moved either way. */
    private long movedNs;

    /** When the peer last took a byte, or had nothing to take. */
    private long takenNs;

    private boolean isStalled;

    private final long idleMaxMs;
    private final long writeStallTimeoutMs;

    LinkActivity(final TransportOptions options, final long nowNs) {
        this.idleMaxMs = options.idleMaxMs();
        this.writeStallTimeoutMs = options.writeStallTimeoutMs();
        this.movedNs = nowNs;
        this.takenNs = nowNs;
    }

    /** How often links have to be looked at; 0 when never. */
    static long lookIntervalMs(final TransportOptions options) {
        final long idle = options.idleMaxMs() == 0 ? Long.MAX_VALUE : options.idleMaxMs();
        final long stall = options.writeStallTimeoutMs() == 0 ? Long.MAX_VALUE : options.writeStallTimeoutMs();
        final long receive = options.receiveTimeoutMs() == 0 ? Long.MAX_VALUE : options.receiveTimeoutMs();
        final long shortest = Math.min(Math.min(idle, stall), receive);
        if (shortest == Long.MAX_VALUE) {
            return 0;
        }
        final long interval = Math.min(shortest / LOOKS_PER_TIMEOUT, LOOK_INTERVAL_MS_MAX);
        return Math.max(interval, LOOK_INTERVAL_MS_MIN);
    }

    /** True when the last look ended the link because its peer takes nothing. */
    boolean isStalled() {
        return isStalled;
    }

    /**
     * One look. The marks are any numbers that change when bytes have been received, or taken by the peer.
     *
     * @return why the link has to be closed; null when it may stay
     */
    String look(final long nowNs, final long receivedNow, final long sentNow, final long queuedBytes) {
        final boolean received = receivedNow != receivedMark;
        final boolean sent = sentNow != sentMark;
        receivedMark = receivedNow;
        sentMark = sentNow;
        if (received || sent) {
            movedNs = nowNs;
        }
        if (sent || queuedBytes == 0) {
            takenNs = nowNs;
        }
        final long stalledMs = TimeUnit.NANOSECONDS.toMillis(nowNs - takenNs);
        if (writeStallTimeoutMs > 0 && stalledMs >= writeStallTimeoutMs) {
            isStalled = true;
            return "the peer has read nothing for " + stalledMs + " ms, " + queuedBytes + " bytes are queued";
        }
        final long idleMs = TimeUnit.NANOSECONDS.toMillis(nowNs - movedNs);
        if (idleMaxMs > 0 && idleMs >= idleMaxMs) {
            return "idle for " + idleMs + " ms";
        }
        return null;
    }
}
