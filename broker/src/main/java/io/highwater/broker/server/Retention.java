package io.highwater.broker.server;

import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.api.LogTrim;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogStorageException;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at regular times which segments are too old or too many, and has them deleted. Each shard looks after its own
 * partitions, a few at a time; a shard whose last trims are not through waits for the next time.
 *
 * <p>Started once; safe for any thread.
 */
final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Partitions that are looked at before others get their turn on the shard. */
    private static final int SLICE_PARTITIONS = 100;

    private volatile boolean isStopped;

    private final HostedPartitions hosted;
    private final LogTrim trim;
    private final Clock clock;
    private final long intervalMs;

    Retention(final HostedPartitions hosted, final LogTrim trim, final Clock clock, final long intervalMs) {
        this.hosted = hosted;
        this.trim = trim;
        this.clock = clock;
        this.intervalMs = intervalMs;
    }

    void start(final List<Shard> shards) {
        shards.forEach(this::schedule);
    }

    /** Begins nothing more. */
    void stop() {
        isStopped = true;
    }

    private void schedule(final Shard shard) {
        shard.schedule(() -> begin(shard), intervalMs);
    }

    private void begin(final Shard shard) {
        if (isStopped) {
            return;
        }
        final List<Partition> own = hosted.topics().stream()
                .map(HostedTopic::partitions)
                .flatMap(Arrays::stream)
                .filter(partition -> partition != null && partition.shard() == shard)
                .toList();
        slice(shard, own, 0, new LinkedHashMap<>());
    }

    private void slice(
            final Shard shard, final List<Partition> own, final int from, final Map<Partition, Long> starts) {
        final int to = Math.min(from + SLICE_PARTITIONS, own.size());
        own.subList(from, to).forEach(partition -> judge(partition, starts));
        if (to < own.size()) {
            shard.execute(() -> slice(shard, own, to, starts));
        } else if (starts.isEmpty() || isStopped) {
            schedule(shard);
        } else {
            trim.raise(starts, failureOrNull -> {
                if (failureOrNull == null) {
                    starts.forEach((partition, start) -> LOG.info(
                            "{} begins at offset {} by its retention",
                            partition.key().directoryName(),
                            start));
                } else {
                    LOG.error("retention could not be applied: {}", failureOrNull.getMessage());
                }
                shard.execute(() -> schedule(shard));
            });
        }
    }

    private void judge(final Partition partition, final Map<Partition, Long> starts) {
        if (partition.checkReadable(-1) != ErrorCode.NONE) {
            return;
        }
        try {
            final long start = partition.log().startByRetention(clock.wallMs(), partition.highWatermark());
            if (start > partition.log().startOffset()) {
                starts.put(partition, start);
            }
        } catch (final LogStorageException e) {
            LOG.error("{}", e.getMessage());
        } catch (final RuntimeException e) {
            LOG.error("the retention of {} met a fault", partition.key().directoryName(), e);
        }
    }
}
