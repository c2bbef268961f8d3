package io.highwater.broker.server;

import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.network.AppendGate;
import io.highwater.broker.partition.Partition;
import io.highwater.log.FlushPolicy;
import io.highwater.log.LogDirectory;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets appends pass while no more than {@code dirty.bytes.max} are unforced. Requests that passed before the others of
 * their instant were appended can exceed that, by no more than what the frame budget holds. A directory that failed forces
 * nothing more: then all pass, to be refused by their partitions.
 *
 * <p>Logs that are not forced for each append are asked to be while the gate is closed, or it might never open.
 *
 * <p>Safe for any thread.
 */
final class DirtyBytesGate implements AppendGate {
    private static final long ASK_AGAIN_MS = 50;

    /** Monotonic time of the last round of asking. */
    private final AtomicLong askedMs;

    private final LogDirectory directory;
    private final HostedPartitions hosted;
    private final List<Shard> shards;
    private final Clock clock;

    DirtyBytesGate(
            final LogDirectory directory, final HostedPartitions hosted, final List<Shard> shards, final Clock clock) {
        this.directory = directory;
        this.hosted = hosted;
        this.shards = shards;
        this.clock = clock;
        this.askedMs = new AtomicLong(clock.monotonicMs() - ASK_AGAIN_MS);
    }

    @Override
    public boolean isOpen() {
        if (!directory.isDirtyAboveMax() || directory.failure() != null) {
            return true;
        }
        final long nowMs = clock.monotonicMs();
        final long lastMs = askedMs.get();
        if (nowMs - lastMs >= ASK_AGAIN_MS && askedMs.compareAndSet(lastMs, nowMs)) {
            shards.forEach(shard -> shard.execute(() -> askForForces(shard)));
        }
        return false;
    }

    private void askForForces(final Shard shard) {
        for (final HostedTopic topic : hosted.topics()) {
            for (final Partition partition : topic.partitions()) {
                if (partition != null
                        && partition.shard() == shard
                        && partition.log().config().flushPolicy() != FlushPolicy.COMMIT) {
                    partition.log().requestFlush();
                }
            }
        }
    }
}
