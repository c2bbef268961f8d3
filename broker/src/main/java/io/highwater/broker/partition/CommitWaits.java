package io.highwater.broker.partition;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * The appends of one partition whose senders wait for the commit, in the order of their offsets. A repeated batch joins
 * at the end although its original lies lower: what is before it is older still to be committed, so it waits for one
 * more force at most.
 *
 * <p>One timer serves all of them: it is set when the first begins to wait, or one whose patience ends earlier, and looks
 * at everybody when it runs, so the usual append, committed in milliseconds, neither sets nor cancels one. Confined to the
 * partition's shard.
 */
final class CommitWaits {
    private final ArrayDeque<PendingAppend> waiting = new ArrayDeque<>();

    /** The timer that will look for passed deadlines, null when none is set. */
    private Shard.Timer timer;

    /** Monotonic time at which it runs. */
    private long timerMs;

    private final Shard shard;
    private final Clock clock;

    CommitWaits(final Shard shard, final Clock clock) {
        this.shard = shard;
        this.clock = clock;
    }

    void add(final PendingAppend append, final long timeoutMs) {
        final long deadlineMs = clock.monotonicMs() + timeoutMs;
        append.waitUntil(deadlineMs);
        waiting.add(append);
        if (timer == null || deadlineMs < timerMs) {
            arm(deadlineMs, timeoutMs);
        }
    }

    private void arm(final long deadlineMs, final long delayMs) {
        if (timer != null) {
            timer.cancel();
        }
        timerMs = deadlineMs;
        timer = shard.schedule(this::expire, delayMs);
    }

    int count() {
        return waiting.size();
    }

    void committed(final long highWatermark) {
        PendingAppend head = waiting.peek();
        while (head != null && head.endOffset() <= highWatermark) {
            waiting.remove();
            head.done();
            head = waiting.peek();
        }
    }

    void failAll(final ErrorCode error) {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        PendingAppend head = waiting.poll();
        while (head != null) {
            head.fail(error);
            head = waiting.poll();
        }
    }

    private void expire() {
        timer = null;
        final long nowMs = clock.monotonicMs();
        long nextMs = Long.MAX_VALUE;
        final ArrayDeque<PendingAppend> late = new ArrayDeque<>();
        for (final Iterator<PendingAppend> each = waiting.iterator(); each.hasNext(); ) {
            final PendingAppend append = each.next();
            if (append.deadlineMs() <= nowMs) {
                each.remove();
                late.add(append);
            } else {
                nextMs = Math.min(nextMs, append.deadlineMs());
            }
        }
        if (nextMs != Long.MAX_VALUE) {
            arm(nextMs, nextMs - nowMs);
        }
        late.forEach(append -> append.fail(ErrorCode.REQUEST_TIMED_OUT));
    }
}
