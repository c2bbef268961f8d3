package io.highwater.protocol.transport;

import java.util.concurrent.TimeUnit;

/**
 * Judges from time to time whether a link's peer brings what it began: a new link its first frame, and a frame that has
 * arrived in part its end. A frame may take any time as long as it goes on: in each timeout it has to end, or to bring
 * {@link #BYTES_PER_MS_MIN} on average. What is smaller than that has the timeout from its first byte on, seen at the
 * next look, and the first frame of a link from the link's begin on.
 *
 * <p>While the link is not read for reasons of ours no time passes. Costs the link nothing between two looks. Confined to
 * the link's shard.
 */
final class FrameArrival {
    /** 1,000 bytes a second: a fraction of what any link brings that a client could work over. */
    private static final long BYTES_PER_MS_MIN = 1;

    /** The last look at which there was nothing to wait for, or enough had come since the one before. */
    private long sinceNs;

    private long receivedMark;
    private long framesMark;

    /** True when the last look found something to wait for. */
    private boolean isAwaited = true;

    private final FrameAssembler assembler;
    private final long timeoutMs;
    private final long progressBytes;

    FrameArrival(final TransportOptions options, final FrameAssembler assembler, final long nowNs) {
        this.assembler = assembler;
        this.timeoutMs = options.receiveTimeoutMs();
        this.progressBytes = Math.max(1, timeoutMs * BYTES_PER_MS_MIN);
        this.sinceNs = nowNs;
    }

    /**
     * One look.
     *
     * @param receivedNow all the bytes that the link has received
     * @return why the link has to be closed; null when it may stay
     */
    String look(final long nowNs, final long receivedNow) {
        final boolean wasAwaited = isAwaited;
        isAwaited = !assembler.isBlocked() && (assembler.framesEnded() == 0 || assembler.isHalfArrived());
        final boolean hasMoved = assembler.framesEnded() != framesMark || receivedNow - receivedMark >= progressBytes;
        if (timeoutMs == 0 || !isAwaited || !wasAwaited || hasMoved) {
            sinceNs = nowNs;
            receivedMark = receivedNow;
            framesMark = assembler.framesEnded();
            return null;
        }
        final long waitedMs = TimeUnit.NANOSECONDS.toMillis(nowNs - sinceNs);
        if (waitedMs < timeoutMs) {
            return null;
        }
        return isHalf()
                ? "a frame that had begun brought " + (receivedNow - receivedMark) + " bytes in " + waitedMs + " ms"
                : "nothing came for " + waitedMs + " ms after it was opened";
    }

    /** True when the peer has begun a frame: then it is its fault that the link ends, else it was only silent. */
    boolean isHalf() {
        return assembler.isHalfArrived();
    }
}
