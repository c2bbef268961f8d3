package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that frames in flight may take, over all links of a transport. The whole length of a frame is reserved when
 * its prefix has been read, before anything is allocated, and comes back when the frame is released.
 *
 * <p>A frame that finds no memory makes its link stop reading and wait its turn, first come, first served. This cannot
 * lock up:
 *
 * <ul>
 *   <li>A frame is reserved whole, so no half-arrived frame ever waits for memory; delivered frames come back without
 *       any frame having to arrive first. Waiting links hold nothing that another waits for.
 *   <li>Half-arrived frames whose peers send no more do hold memory. While a link waits, each half frame older than the
 *       patience is cut, the oldest first, until the wait can end: its link is closed.
 *   <li>Frames of at most {@link #SMALL_FRAME_BYTES} have a reserve of their own, so that heartbeats and handshakes pass
 *       while big frames wait.
 * </ul>
 *
 * <p>Safe for any thread: the counters are atomic and the lists, touched only by big half frames and when memory is
 * short, are guarded by this object's lock. A giver adds to a counter and then reads {@code waitingCount}; a waiter
 * raises {@code waitingCount} and then tries the counters again: one of the two sees the other.
 */
public final class FrameBudget {
    /** Frames up to this size may draw on the reserve. */
    public static final int SMALL_FRAME_BYTES = 16 * 1024;

    private static final long RESERVE_BYTES_MAX = 1024 * 1024;
    private static final int RESERVE_DIVISOR = 16;

    /** What is left for frames of any size. */
    private final AtomicLong available;

    /** What is left for small frames only. */
    private final AtomicLong reserve;

    /** Links without memory for a big frame, in the order they came. Guarded by this. */
    private final ArrayDeque<FrameAccount> waitingBig = new ArrayDeque<>();

    /** Links without memory for a small frame, which may have memory that a big one may not. Guarded by this. */
    private final ArrayDeque<FrameAccount> waitingSmall = new ArrayDeque<>();

    /** Sizes of the two queues together, and of the second, readable without the lock. */
    private volatile int waitingCount;

    private volatile int waitingSmallCount;

    /** The half-arrived frame that was begun first; accounts are linked by age. Guarded by this. */
    private FrameAccount oldestHalf;

    private FrameAccount youngestHalf;

    private final long bytesMax;
    private final long reserveBytes;
    private final long patienceMs;
    private final Clock clock;

    /**
     * @param bytesMax all the memory of frames in flight, the reserve for small ones included
     * @param patienceMs how long a half-arrived frame may keep others waiting
     */
    public FrameBudget(final long bytesMax, final long patienceMs, final Clock clock) {
        if (bytesMax <= 0 || patienceMs <= 0) {
            throw new IllegalArgumentException("frame budget must be positive: " + bytesMax + ", " + patienceMs);
        }
        this.bytesMax = bytesMax;
        this.reserveBytes = Math.min(bytesMax / RESERVE_DIVISOR, RESERVE_BYTES_MAX);
        this.available = new AtomicLong(bytesMax - reserveBytes);
        this.reserve = new AtomicLong(reserveBytes);
        this.patienceMs = patienceMs;
        this.clock = clock;
    }

    /** All the memory that frames may take. */
    public long bytesMax() {
        return bytesMax;
    }

    /** The biggest frame that can ever be reserved. */
    public long frameBytesMax() {
        return bytesMax - reserveBytes;
    }

    /** Memory of frames that arrive or are in use now. */
    public long bytesInFlight() {
        return bytesMax - available.get() - reserve.get();
    }

    /** Links that have stopped reading because memory is short. */
    public int waitingLinks() {
        return waitingCount;
    }

    /** Refuses limits that a frame could meet and yet never get memory. */
    void requireFits(final FrameLimits limits) {
        if (limits.maxFrameBytes() > frameBytesMax()) {
            throw new IllegalArgumentException("a frame of " + limits.maxFrameBytes()
                    + " bytes never fits the frame budget, which holds " + frameBytesMax());
        }
    }

    /** The account of one link. */
    FrameAccount open(final FrameLimits limits, final Shard shard, final FrameAccount.Owner owner) {
        return new FrameAccount(this, limits, shard, owner);
    }

    /** Takes memory for the account's wanted frame, or puts the account in the queue. */
    boolean takeOrWait(final FrameAccount account) {
        if (waitingCount == 0 && takeGeneral(account.wantedBytes)) {
            account.granted(false);
            return true;
        }
        if (waitingSmallCount == 0 && takeReserve(account.wantedBytes)) {
            account.granted(true);
            return true;
        }
        synchronized (this) {
            queueOf(account).add(account);
            countWaiting();
            serveWaiting(account);
            return account.hasGrant();
        }
    }

    void give(final int bytes, final boolean fromReserve) {
        (fromReserve ? reserve : available).addAndGet(bytes);
        if (waitingCount > 0) {
            synchronized (this) {
                serveWaiting(null);
            }
        }
    }

    void stopWaiting(final FrameAccount account) {
        synchronized (this) {
            if (queueOf(account).remove(account)) {
                countWaiting();
                serveWaiting(null);
            }
        }
    }

    void halfFrameBegun(final FrameAccount account) {
        account.halfSinceNs = clock.monotonicNs();
        synchronized (this) {
            account.olderHalf = youngestHalf;
            if (youngestHalf == null) {
                oldestHalf = account;
            } else {
                youngestHalf.youngerHalf = account;
            }
            youngestHalf = account;
        }
    }

    void halfFrameEnded(final FrameAccount account) {
        synchronized (this) {
            if (account.olderHalf == null) {
                oldestHalf = account.youngerHalf;
            } else {
                account.olderHalf.youngerHalf = account.youngerHalf;
            }
            if (account.youngerHalf == null) {
                youngestHalf = account.olderHalf;
            } else {
                account.youngerHalf.olderHalf = account.olderHalf;
            }
            account.olderHalf = null;
            account.youngerHalf = null;
        }
    }

    /** Serves the queues' heads while memory lasts; {@code caller} sees its grant by itself and needs no call. */
    private void serveWaiting(final FrameAccount caller) {
        FrameAccount head = waitingBig.peek();
        while (head != null && takeGeneral(head.wantedBytes)) {
            waitingBig.remove();
            grant(head, false, caller);
            head = waitingBig.peek();
        }
        head = waitingSmall.peek();
        while (head != null) {
            final boolean fromReserve = takeReserve(head.wantedBytes);
            if (!fromReserve && !(waitingBig.isEmpty() && takeGeneral(head.wantedBytes))) {
                return;
            }
            waitingSmall.remove();
            grant(head, fromReserve, caller);
            head = waitingSmall.peek();
        }
    }

    private void grant(final FrameAccount account, final boolean fromReserve, final FrameAccount caller) {
        countWaiting();
        account.granted(fromReserve);
        if (account != caller) {
            account.tellMemory();
        }
    }

    private ArrayDeque<FrameAccount> queueOf(final FrameAccount account) {
        return account.wantedBytes <= SMALL_FRAME_BYTES ? waitingSmall : waitingBig;
    }

    private void countWaiting() {
        waitingSmallCount = waitingSmall.size();
        waitingCount = waitingBig.size() + waitingSmall.size();
    }

    /** Cuts as many half frames beyond patience as the head of the queue needs. */
    void cutStale() {
        synchronized (this) {
            final FrameAccount head = waitingBig.isEmpty() ? waitingSmall.peek() : waitingBig.peek();
            if (head == null) {
                return;
            }
            long missing = head.wantedBytes - available.get();
            final long nowNs = clock.monotonicNs();
            FrameAccount half = oldestHalf;
            while (half != null && missing > 0) {
                final long ageMs = TimeUnit.NANOSECONDS.toMillis(nowNs - half.halfSinceNs);
                if (ageMs < patienceMs) {
                    return;
                }
                missing -= half.halfBytes();
                half.tellCut("a half-arrived frame of " + half.halfBytes() + " bytes kept others waiting for " + ageMs
                        + " ms");
                half = half.youngerHalf;
            }
        }
    }

    long patienceMs() {
        return patienceMs;
    }

    private boolean takeGeneral(final int bytes) {
        return take(available, bytes);
    }

    private boolean takeReserve(final int bytes) {
        return bytes <= SMALL_FRAME_BYTES && take(reserve, bytes);
    }

    private static boolean take(final AtomicLong counter, final int bytes) {
        long left = counter.get();
        while (left >= bytes) {
            if (counter.compareAndSet(left, left - bytes)) {
                return true;
            }
            left = counter.get();
        }
        return false;
    }
}
