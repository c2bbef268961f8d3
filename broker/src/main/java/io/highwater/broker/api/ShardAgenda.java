package io.highwater.broker.api;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the requests of all connections have done on one shard. What comes is done at once, for up to {@link #SLICE_MS};
 * what is left waits, and all that waits has one slice of this length in each round of the event loop, in turns of the
 * connections. So costly work, however many send it, holds up whoever asks for little by little more than a slice.
 *
 * <p>While something waits, or something that came in this round took long, a connection that comes new has what is left
 * of the slice, and {@link #CROWDED_NS} at least: requests of little work go before all that waits, and each connection
 * has this once before it waits itself.
 *
 * <pre>
 *   idle ──work comes──> at work ──all parts done──> idle
 *                        at work ──the turn is over──> ready ──its turn──> at work
 *                        at work ──no memory for what it would keep──> blocked ──others are done──> ready
 * </pre>
 *
 * What parts keep between turns is bounded by {@link #KEPT_BYTES_MAX} and {@link #KEPT_SMALL_BYTES_MAX}, unless one alone
 * takes more. How much waits is bounded by the requests that the connections may have under way.
 *
 * <p>Confined to its shard.
 */
final class ShardAgenda implements Runnable {
    /** How long a shard works off requests before it looks at its sockets again; see {@link ShardPart} for what can't stop. */
    static final long SLICE_MS = 5;

    /** Several connections are served in a slice, so that one with a few milliseconds of work need not wait for many slices. */
    static final long TURN_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /** What work that comes new has at least: enough for any request but those of much data. */
    static final long CROWDED_NS = TURN_NS / 2;

    /** What parts that wait may keep: for four zstd batches, whose window is not known before they are unpacked. */
    static final long KEPT_BYTES_MAX = 136L << 20;

    /** What they may keep beside that, each at most {@link #SMALL_BYTES}: gzip and lz4 must not wait behind the others. */
    static final long KEPT_SMALL_BYTES_MAX = 32L << 20;

    /** More than the state of a codec that has no window, and an lz4 block. */
    static final long SMALL_BYTES = 5L << 20;

    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(SLICE_MS);

    /** Whose turn comes next, first the one that has waited longest. */
    private final ArrayDeque<Work> ready = new ArrayDeque<>();

    private final Room large = new Room(KEPT_BYTES_MAX);
    private final Room small = new Room(KEPT_SMALL_BYTES_MAX);

    /** When the slice ends that is under way, or when the last one did. */
    private long sliceEndNs;

    /** The next slice is asked for, or under way. */
    private boolean isScheduled;

    private final Shard shard;
    private final Clock clock;

    ShardAgenda(final Shard shard, final Clock clock) {
        this.shard = shard;
        this.clock = clock;
    }

    /** The work of a connection that has asked for nothing yet. */
    Work newWork() {
        return new Work();
    }

    /** One slice. */
    @Override
    public void run() {
        long nowNs = clock.monotonicNs();
        sliceEndNs = nowNs + SLICE_NS;
        try {
            while (!ready.isEmpty() && nowNs - sliceEndNs < 0) {
                ready.remove().proceed(Math.min(TURN_NS, sliceEndNs - nowNs), nowNs);
                nowNs = clock.monotonicNs();
            }
        } finally {
            isScheduled = false;
            if (!ready.isEmpty()) {
                schedule();
            }
        }
    }

    /** New work, of a connection that has nothing waiting. */
    private void atOnce(final Work work) {
        final long nowNs = clock.monotonicNs();
        if (!isScheduled) {
            sliceEndNs = nowNs + SLICE_NS;
        }
        try {
            work.proceed(Math.max(CROWDED_NS, sliceEndNs - nowNs), nowNs);
        } finally {
            if (work.lookedNs - nowNs >= TURN_NS) {
                // Even when nothing waits: until then, whatever else comes in this round has the same slice.
                schedule();
            }
        }
    }

    /**
     * Asks for the next slice, by the timer: an event loop looks at its timers once a round, whereas of tasks that were
     * handed to it, and hand themselves over again, it runs 64 before it looks at its sockets.
     */
    private void schedule() {
        if (!isScheduled) {
            isScheduled = true;
            shard.schedule(this, 0);
        }
    }

    private Room roomFor(final long bytes) {
        return bytes <= SMALL_BYTES ? small : large;
    }

    /** Memory that parts keep, and the work that waits for some. */
    private final class Room {
        /** Not empty only while others keep some. */
        private final ArrayDeque<Work> blocked = new ArrayDeque<>();

        /** What those that are ready or at work keep, or may keep in the turn that they wait for. */
        private long keptBytes;

        private final long bytesMax;

        Room(final long bytesMax) {
            this.bytesMax = bytesMax;
        }

        private boolean takes(final long bytes) {
            return blocked.isEmpty() && hasFree(bytes);
        }

        private boolean hasFree(final long bytes) {
            return keptBytes == 0 || keptBytes + bytes <= bytesMax;
        }

        private void unblock() {
            while (!blocked.isEmpty() && hasFree(blocked.element().wantedBytes)) {
                final Work work = blocked.remove();
                work.keepsBytes = work.wantedBytes;
                keptBytes += work.keepsBytes;
                work.wantedBytes = 0;
                ready.add(work);
                schedule();
            }
        }
    }

    /** The parts of one connection's requests on this shard, in their order. */
    final class Work implements ShardPart.Turn {
        private final ArrayDeque<ShardPart> parts = new ArrayDeque<>();

        /** At work, ready or blocked. */
        private boolean isUnderWay;

        /** What the first part may keep between turns; 0 when it has not asked. */
        private long keepsBytes;

        /** What the first part was not allowed to keep, while it is blocked; else 0. */
        private long wantedBytes;

        private long turnEndNs;

        /** When the clock was looked at last. */
        private long lookedNs;

        private Work() {}

        /** Does the parts after those that were added before. */
        void add(final List<ShardPart> more) {
            parts.addAll(more);
            if (!isUnderWay) {
                atOnce(this);
            }
        }

        @Override
        public boolean isOver() {
            lookedNs = clock.monotonicNs();
            return lookedNs - turnEndNs >= 0;
        }

        @Override
        public boolean mayKeep(final long bytes) {
            if (bytes > keepsBytes) {
                leaveRoom();
                final Room room = roomFor(bytes);
                if (room.takes(bytes)) {
                    keepsBytes = bytes;
                    room.keptBytes += bytes;
                }
            }
            wantedBytes = keepsBytes == 0 ? bytes : 0;
            return keepsBytes > 0;
        }

        private void proceed(final long turnNs, final long nowNs) {
            isUnderWay = true;
            lookedNs = nowNs;
            turnEndNs = nowNs + turnNs;
            try {
                boolean goesOn = true;
                while (goesOn) {
                    goesOn = isFirstDone() && !parts.isEmpty() && !isOver();
                }
            } finally {
                isUnderWay = !parts.isEmpty();
                if (isUnderWay) {
                    (wantedBytes > 0 ? roomFor(wantedBytes).blocked : ready).add(this);
                    schedule();
                }
            }
        }

        /** One that meets a fault is done, too. */
        private boolean isFirstDone() {
            boolean isDone = true;
            try {
                isDone = parts.element().proceed(this);
            } finally {
                if (isDone) {
                    parts.remove();
                    wantedBytes = 0;
                    leaveRoom();
                }
            }
            return isDone;
        }

        private void leaveRoom() {
            if (keepsBytes > 0) {
                final Room room = roomFor(keepsBytes);
                room.keptBytes -= keepsBytes;
                keepsBytes = 0;
                room.unblock();
            }
        }
    }
}
