package io.highwater.log;

import io.highwater.log.disk.Disk;
import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * One data directory: its lock, identity, journal, flusher and logs. Opening and closing block, so they run on threads
 * that may; safe for any thread because its state is guarded.
 */
public final class LogDirectory implements AutoCloseable {
    private LogDirectory() {}

    /**
     * Takes the directory, creating it if it is missing.
     *
     * @param flushExecutor runs the forces, one task at a time
     * @param blockingExecutor runs deletions
     * @param clusterIdOrNull null to take what the directory says
     * @throws LogDirectoryException when it is locked, another node's or cluster's, or of another format
     */
    public static LogDirectory open(
            final Disk disk,
            final Path path,
            final LogDirectoryConfig config,
            final Clock clock,
            final RandomSource random,
            final Executor flushExecutor,
            final Executor blockingExecutor,
            final int nodeId,
            final String clusterIdOrNull)
            throws IOException, LogDirectoryException {
        throw new UnsupportedOperationException();
    }

    /** This directory's own id, for ever. */
    public UUID directoryId() {
        throw new UnsupportedOperationException();
    }

    /** The cluster that it belongs to, null before one is chosen. */
    public String clusterIdOrNull() {
        throw new UnsupportedOperationException();
    }

    /** Notes the cluster, durably; it can be set once. */
    public void setClusterId(final String clusterId) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** True when the last user of the directory closed it in order. */
    public boolean wasCleanlyStopped() {
        throw new UnsupportedOperationException();
    }

    /**
     * The log of this partition: found and recovered, or created. The topic id is durable when this returns. Blocks.
     *
     * @param shard where the log is used, and told about forces
     */
    public PartitionLog openPartition(final TopicPartitionKey key, final LogConfig config, final Shard shard)
            throws LogStorageException {
        throw new UnsupportedOperationException();
    }

    /** Forgets the partition, durably, and deletes its files in the background. Blocks shortly. */
    public void deletePartition(final TopicPartitionKey key) throws LogStorageException {
        throw new UnsupportedOperationException();
    }

    /** The partitions that were found on disk at start or created since, whether open or not. */
    public Collection<TopicPartitionKey> knownPartitions() {
        throw new UnsupportedOperationException();
    }

    /** The open logs. */
    public Collection<PartitionLog> partitions() {
        throw new UnsupportedOperationException();
    }

    /** True while more unforced bytes are about than the configuration allows: producers should wait. */
    public boolean isDirtyAboveMax() {
        throw new UnsupportedOperationException();
    }

    /** Stops in order: forces everything, notes it, and releases the lock. No shard may use a log any more. Blocks. */
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
