package io.highwater.protocol.transport;

import io.highwater.port.Shard;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One link's share of the {@link FrameBudget}: at most one frame being reserved or arriving, and any number delivered
 * and not released.
 *
 * <p>Confined to the link's shard, except {@link #release}, which any thread may call, and what the budget does under its
 * lock.
 */
final class FrameAccount {
    /** The link, as the account sees it. */
    interface Owner {
        /** {@link #reserve} is worth another try. Called on the shard. */
        void onMemory();

        /** The half-arrived frame has to go, and the link with it. Called on the shard. */
        void onCut(String reason);
    }

    private static final int NO_GRANT = -1;

    /** Length of the frame that waits for memory. Written on the shard before the account enters the budget's queue. */
    int wantedBytes;

    /** Neighbours in the budget's list of half frames. Guarded by the budget. */
    FrameAccount olderHalf;

    FrameAccount youngerHalf;

    /** When the half-arrived frame was begun. Written before the account enters the budget's list. */
    long halfSinceNs;

    /** The pool of memory taken and not yet handed to the link. */
    private volatile int grant = NO_GRANT;

    /** True while the link waits for its own frames to come back; a release then calls the owner. */
    private volatile boolean waitingForOwn;

    private boolean queued;
    private boolean closed;

    /** True while a timer for impatience is set. */
    private boolean patienceArmed;

    private int halfBytes;

    /** Bytes reserved by this link. */
    private final AtomicLong inFlight = new AtomicLong();

    private final FrameBudget budget;
    private final FrameLimits limits;
    private final Shard shard;
    private final Owner owner;

    FrameAccount(final FrameBudget budget, final FrameLimits limits, final Shard shard, final Owner owner) {
        this.budget = budget;
        this.limits = limits;
        this.shard = shard;
        this.owner = owner;
    }

    Shard shard() {
        return shard;
    }

    FrameLimits limits() {
        return limits;
    }

    /** Bytes this link has in flight. */
    long inFlightBytes() {
        return inFlight.get();
    }

    /** True when other links wait for memory: a good moment to read no more than has to be known. */
    boolean isMemoryShort() {
        return budget.waitingLinks() > 0;
    }

    /**
     * Reserves a frame of {@code bytes}. When it returns false the owner is called once it is worth trying again, with
     * the same number.
     */
    boolean reserve(final int bytes) {
        if (queued) {
            if (grant == NO_GRANT) {
                return false;
            }
            queued = false;
            return true;
        }
        if (!ownAllows(bytes)) {
            return false;
        }
        wantedBytes = bytes;
        if (budget.takeOrWait(this)) {
            return true;
        }
        queued = true;
        armPatience();
        return false;
    }

    /** The grant just reserved passes to a frame; says which pool it goes back to. */
    int takeGrant() {
        final int pool = grant;
        grant = NO_GRANT;
        inFlight.addAndGet(wantedBytes);
        return pool;
    }

    /** A frame that holds {@code bytes} is gone. Any thread. */
    void release(final int bytes, final int pool) {
        inFlight.addAndGet(-bytes);
        budget.give(bytes, pool);
        if (waitingForOwn) {
            tellMemory();
        }
    }

    /** The reserved frame has arrived in part. */
    void halfFrameBegun(final int bytes) {
        halfBytes = bytes;
        budget.halfFrameBegun(this);
    }

    /** The half-arrived frame is whole, or given up. */
    void halfFrameEnded() {
        budget.halfFrameEnded(this);
        halfBytes = 0;
    }

    int halfBytes() {
        return halfBytes;
    }

    /** Nothing more will be reserved; frames in use come back later. */
    void close() {
        closed = true;
        waitingForOwn = false;
        if (halfBytes > 0) {
            halfFrameEnded();
        }
        budget.stopWaiting(this);
        if (grant != NO_GRANT) {
            final int pool = grant;
            grant = NO_GRANT;
            budget.give(wantedBytes, pool);
        }
    }

    boolean hasGrant() {
        return grant != NO_GRANT;
    }

    void granted(final int pool) {
        grant = pool;
    }

    void tellMemory() {
        shard.execute(() -> {
            if (!closed) {
                waitingForOwn = false;
                owner.onMemory();
            }
        });
    }

    void tellCut(final String reason) {
        final long cutSinceNs = halfSinceNs;
        shard.execute(() -> {
            // By now the frame may be whole, and another begun.
            if (!closed && halfBytes > 0 && halfSinceNs == cutSinceNs) {
                owner.onCut(reason);
            }
        });
    }

    private void armPatience() {
        if (!patienceArmed) {
            patienceArmed = true;
            shard.schedule(this::onImpatience, budget.patienceMs());
        }
    }

    private void onImpatience() {
        patienceArmed = false;
        if (!closed && queued && grant == NO_GRANT) {
            budget.cutStale();
            armPatience();
        }
    }

    private boolean ownAllows(final int bytes) {
        if (fitsOwn(bytes)) {
            return true;
        }
        waitingForOwn = true;
        // A release between the first look and the flag has told nobody.
        if (fitsOwn(bytes)) {
            waitingForOwn = false;
            return true;
        }
        return false;
    }

    private boolean fitsOwn(final int bytes) {
        final long held = inFlight.get();
        return held == 0 || held + bytes <= limits.connectionBytesMax();
    }
}
