package io.highwater.broker.api;

import io.highwater.broker.partition.Partition;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogStorageException;
import io.highwater.log.PartitionLog;
import io.highwater.log.TrimmedSegments;
import io.highwater.port.Shard;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raises the low-water marks of logs without holding up a shard: first the new starts become durable, then each log begins
 * at its own, and last the files below are deleted. A crash between two of them loses nothing that was not to go.
 *
 * <p>Safe for any thread.
 */
public final class LogTrim {
    private static final Logger LOG = LoggerFactory.getLogger(LogTrim.class);

    private final LogDirectory directory;
    private final Executor blockingExecutor;

    /** Works on logs of this directory; blocks on the executor only. */
    public LogTrim(final LogDirectory directory, final Executor blockingExecutor) {
        this.directory = directory;
        this.blockingExecutor = blockingExecutor;
    }

    /**
     * Raises the starts.
     *
     * @param starts not beyond the high-water marks
     * @param done told null when nothing below the starts is shown any more and no crash brings it back, else why not;
     *     on any thread
     */
    public void raise(final Map<Partition, Long> starts, final Consumer<LogStorageException> done) {
        final Map<PartitionLog, Long> ofLogs = new LinkedHashMap<>();
        starts.forEach((partition, start) -> ofLogs.put(partition.log(), start));
        blockingExecutor.execute(() -> {
            try {
                directory.makeStartsDurable(ofLogs);
            } catch (final LogStorageException e) {
                done.accept(e);
                return;
            } catch (final RuntimeException e) {
                LOG.error("log starts met a fault", e);
                done.accept(new LogStorageException("internal error: " + e, e));
                return;
            }
            adopt(starts, done);
        });
    }

    private void adopt(final Map<Partition, Long> starts, final Consumer<LogStorageException> done) {
        final Map<Shard, Map<Partition, Long>> byShard = new LinkedHashMap<>();
        starts.forEach((partition, start) -> byShard.computeIfAbsent(partition.shard(), unused -> new LinkedHashMap<>())
                .put(partition, start));
        final Queue<TrimmedSegments> below = new ConcurrentLinkedQueue<>();
        final AtomicInteger shardsLeft = new AtomicInteger(byShard.size());
        byShard.forEach((shard, own) -> shard.execute(() -> {
            own.forEach((partition, start) -> {
                final TrimmedSegments trimmed = partition.log().adoptStart(start);
                if (!trimmed.isEmpty()) {
                    below.add(trimmed);
                }
            });
            if (shardsLeft.decrementAndGet() == 0) {
                done.accept(null);
                if (!below.isEmpty()) {
                    blockingExecutor.execute(() -> delete(below));
                }
            }
        }));
    }

    private static void delete(final Queue<TrimmedSegments> below) {
        for (final TrimmedSegments segments : below) {
            try {
                segments.delete();
            } catch (final LogStorageException e) {
                // The directory is offline by now, and what is left is deleted at the next start.
                LOG.error("{}", e.getMessage());
            }
        }
    }
}
