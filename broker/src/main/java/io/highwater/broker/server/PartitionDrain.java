package io.highwater.broker.server;

import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.partition.Partition;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The end of a node's partitions: appends that wait for a force get one, then every partition resigns, so that long polls
 * end and later requests are sent elsewhere. A disk that does not answer holds this back for two seconds, no longer.
 */
final class PartitionDrain {
    private static final long PATIENCE_MS = 2_000;
    private static final long LOOK_AGAIN_MS = 5;

    private final HostedPartitions hosted;
    private final Clock clock;
    private final List<Shard> shards;

    PartitionDrain(final HostedPartitions hosted, final Clock clock, final List<Shard> shards) {
        this.hosted = hosted;
        this.clock = clock;
        this.shards = shards;
    }

    /** Calls {@code done} once, on the shard that ends last. */
    void start(final Runnable done) {
        final AtomicInteger left = new AtomicInteger(shards.size());
        final long deadlineMs = clock.monotonicMs() + PATIENCE_MS;
        for (final Shard shard : shards) {
            shard.execute(() -> {
                final List<Partition> partitions = partitionsOf(shard);
                partitions.stream()
                        .filter(partition -> partition.waitingAppends() > 0)
                        .forEach(partition -> partition.log().requestFlush());
                resignWhenIdle(shard, partitions, deadlineMs, () -> {
                    if (left.decrementAndGet() == 0) {
                        done.run();
                    }
                });
            });
        }
    }

    private void resignWhenIdle(
            final Shard shard, final List<Partition> partitions, final long deadlineMs, final Runnable done) {
        final boolean isBusy = partitions.stream().anyMatch(partition -> partition.waitingAppends() > 0);
        if (isBusy && clock.monotonicMs() < deadlineMs) {
            shard.schedule(() -> resignWhenIdle(shard, partitions, deadlineMs, done), LOOK_AGAIN_MS);
            return;
        }
        partitions.forEach(partition -> partition.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        done.run();
    }

    private List<Partition> partitionsOf(final Shard shard) {
        final List<Partition> own = new ArrayList<>();
        for (final HostedPartitions.HostedTopic topic : hosted.topics()) {
            for (final Partition partition : topic.partitions()) {
                if (partition != null && partition.shard() == shard) {
                    own.add(partition);
                }
            }
        }
        return own;
    }
}
