package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
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
 *       while bigger frames wait, and so have those of at most {@link #NORMAL_FRAME_BYTES}: what clients send by default
 *       does not wait behind the few that announce a hundred times as much.
 * </ul>
 *
 * <p>Safe for any thread: the counters are atomic and the lists, touched only by big half frames and when memory is
 * short, are guarded by this object's lock. A giver adds to a counter and then reads {@code waitingCount}; a waiter
 * raises {@code waitingCount} and then tries the counters again: one of the two sees the other.
 */
public final class FrameBudget {
    /** Frames up to this size may draw on the reserve. */
    public static final int SMALL_FRAME_BYTES = 16 * 1024;

    /** A produce request of the usual clients' largest size, 1 MiB, with what is around its records. */
    public static final int NORMAL_FRAME_BYTES = 1024 * 1024 + SMALL_FRAME_BYTES;

    private static final long SMALL_RESERVE_BYTES_MAX = 1024 * 1024;
    private static final long NORMAL_RESERVE_BYTES_MAX = 8 * 1024 * 1024;
    private static final int RESERVE_DIVISOR = 16;

    /** Classes of frames by size; each is the index of its pool and its queue. */
    static final int SMALL = 0;

    static final int NORMAL = 1;
    /** Its pool is for frames of all classes, as long as none of a larger class waits. */
    static final int LARGE = 2;

    private static final int CLASSES = 3;
    private static final int NONE = -1;

    /** What is left in the reserves of the smaller classes, and for frames of any size. */
    private final AtomicLong[] pools = new AtomicLong[CLASSES];

    /** For each class the links without memory for a frame of it, in the order they came. Guarded by this. */
    private final List<ArrayDeque<FrameAccount>> queues =
            List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());

    /** Sizes of the queues, and of all together, readable without the lock. */
    private final AtomicIntegerArray waiting = new AtomicIntegerArray(CLASSES);

    private volatile int waitingCount;

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
        final long smallBytes = Math.min(bytesMax / RESERVE_DIVISOR, SMALL_RESERVE_BYTES_MAX);
        final long normalBytes = Math.min(bytesMax / RESERVE_DIVISOR, NORMAL_RESERVE_BYTES_MAX);
        // A reserve that does not hold one frame would only take from all others.
        final boolean hasNormal = normalBytes >= NORMAL_FRAME_BYTES;
        this.reserveBytes = smallBytes + (hasNormal ? normalBytes : 0);
        pools[SMALL] = new AtomicLong(smallBytes);
        pools[NORMAL] = new AtomicLong(hasNormal ? normalBytes : 0);
        pools[LARGE] = new AtomicLong(bytesMax - reserveBytes);
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
        return bytesMax - pools[SMALL].get() - pools[NORMAL].get() - pools[LARGE].get();
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
        final int frameClass = classOf(account.wantedBytes);
        if (waitingCount == 0 && take(LARGE, account.wantedBytes)) {
            account.granted(LARGE);
            return true;
        }
        if (frameClass != LARGE && waiting.get(frameClass) == 0 && take(frameClass, account.wantedBytes)) {
            account.granted(frameClass);
            return true;
        }
        synchronized (this) {
            queues.get(frameClass).add(account);
            countWaiting();
            serveWaiting(account);
            return account.hasGrant();
        }
    }

    /** Memory comes back to the pool that it was taken from. */
    void give(final int bytes, final int pool) {
        pools[pool].addAndGet(bytes);
        if (waitingCount > 0) {
            synchronized (this) {
                serveWaiting(null);
            }
        }
    }

    void stopWaiting(final FrameAccount account) {
        synchronized (this) {
            if (queues.get(classOf(account.wantedBytes)).remove(account)) {
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
        boolean isLargerWaiting = false;
        for (int frameClass = LARGE; frameClass >= SMALL; frameClass--) {
            final ArrayDeque<FrameAccount> queue = queues.get(frameClass);
            FrameAccount head = queue.peek();
            while (head != null) {
                final int pool = takeFor(frameClass, head.wantedBytes, isLargerWaiting);
                if (pool == NONE) {
                    break;
                }
                queue.remove();
                grant(head, pool, caller);
                head = queue.peek();
            }
            isLargerWaiting |= head != null;
        }
    }

    /** The pool that the bytes were taken from. */
    private int takeFor(final int frameClass, final int bytes, final boolean isLargerWaiting) {
        if (frameClass != LARGE && take(frameClass, bytes)) {
            return frameClass;
        }
        return !isLargerWaiting && take(LARGE, bytes) ? LARGE : NONE;
    }

    private void grant(final FrameAccount account, final int pool, final FrameAccount caller) {
        countWaiting();
        account.granted(pool);
        if (account != caller) {
            account.tellMemory();
        }
    }

    private static int classOf(final int bytes) {
        if (bytes <= SMALL_FRAME_BYTES) {
            return SMALL;
        }
        return bytes <= NORMAL_FRAME_BYTES ? NORMAL : LARGE;
    }

    private void countWaiting() {
        int sum = 0;
        for (int frameClass = SMALL; frameClass < CLASSES; frameClass++) {
            final int size = queues.get(frameClass).size();
            waiting.set(frameClass, size);
            sum += size;
        }
        waitingCount = sum;
    }

    /** Cuts as many half frames beyond patience as the heads of the queues need. */
    void cutStale() {
        synchronized (this) {
            long missing = -pools[LARGE].get();
            for (final ArrayDeque<FrameAccount> queue : queues) {
                final FrameAccount head = queue.peek();
                missing += head == null ? 0 : head.wantedBytes;
            }
            if (waitingCount == 0) {
                return;
            }
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

    private boolean take(final int pool, final int bytes) {
        final AtomicLong counter = pools[pool];
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
