package io.highwater.broker.core;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits for an index to become visible, in the order of their coming, which is the order of the indexes. One timer
 * stands for all deadlines.
 *
 * <p>Confined to the shard.
 */
final class PendingAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(PendingAnswers.class);

    private final Queue<Waiting> queue = new ArrayDeque<>();
    private final Shard shard;
    private final Clock clock;
    private Shard.Timer timerOrNull;
    private long timerMs;

    PendingAnswers(final Shard shard, final Clock clock) {
        this.shard = shard;
        this.clock = clock;
    }

    private static final class Waiting {
        private final long index;
        private final long deadlineMs;
        private final LongConsumer applied;
        private final Consumer<CoreFailure> failed;
        private boolean answered;

        Waiting(
                final long index,
                final long deadlineMs,
                final LongConsumer applied,
                final Consumer<CoreFailure> failed) {
            this.index = index;
            this.deadlineMs = deadlineMs;
            this.applied = applied;
            this.failed = failed;
        }
    }

    /** How many wait, those included who were told that their time is over. */
    int size() {
        return queue.size();
    }

    /** The index must not be less than that of the one before. */
    void add(final long index, final long deadlineMs, final LongConsumer applied, final Consumer<CoreFailure> failed) {
        queue.add(new Waiting(index, deadlineMs, applied, failed));
        if (timerOrNull == null || deadlineMs < timerMs) {
            arm(deadlineMs);
        }
    }

    /** Answers all who wait for this index or one before. */
    void advance(final long index) {
        while (!queue.isEmpty() && queue.peek().index <= index) {
            final Waiting waiting = queue.poll();
            answer(waiting, () -> waiting.applied.accept(waiting.index));
        }
    }

    /** Fails all who wait. */
    void fail(final CoreFailure failure) {
        final List<Waiting> all = new ArrayList<>(queue);
        queue.clear();
        disarm();
        for (final Waiting waiting : all) {
            answer(waiting, () -> waiting.failed.accept(failure));
        }
    }

    /** Runs foreign code: its fault must not keep the others from their answers. */
    static void call(final Runnable callback) {
        try {
            callback.run();
        } catch (final RuntimeException e) {
            LOG.error("a callback of the core failed", e);
        }
    }

    private static void answer(final Waiting waiting, final Runnable callback) {
        if (!waiting.answered) {
            waiting.answered = true;
            call(callback);
        }
    }

    private void arm(final long deadlineMs) {
        disarm();
        timerMs = deadlineMs;
        timerOrNull = shard.schedule(this::expire, Math.max(0, deadlineMs - clock.monotonicMs()));
    }

    private void disarm() {
        if (timerOrNull != null) {
            timerOrNull.cancel();
            timerOrNull = null;
        }
    }

    private void expire() {
        timerOrNull = null;
        final long nowMs = clock.monotonicMs();
        long nextMs = Long.MAX_VALUE;
        for (final Waiting waiting : new ArrayList<>(queue)) {
            if (waiting.deadlineMs <= nowMs) {
                answer(waiting, () -> waiting.failed.accept(CoreFailure.TIMED_OUT));
            } else {
                nextMs = Math.min(nextMs, waiting.deadlineMs);
            }
        }
        if (nextMs < Long.MAX_VALUE) {
            arm(nextMs);
        }
    }
}
