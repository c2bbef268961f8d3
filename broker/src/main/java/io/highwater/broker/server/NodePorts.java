package io.highwater.broker.server;

import io.highwater.log.disk.Disk;
import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.transport.Transport;
import java.util.concurrent.Executor;

/**
 * Everything through which a node meets the world.
 *
 * @param clock time
 * @param random chance; the node forks what it needs before it starts
 * @param disk files
 * @param transport connections, and the shards of the partitions
 * @param coreShard where the core runs: never an event loop
 * @param metaExecutor forces and snapshots of the core's group {@code meta}: at most one of each at a time
 * @param groupsExecutor the same of {@code groups}, whose snapshots are large and must not delay {@code meta}
 * @param flushExecutor forces of the logs, as many at a time as the flusher has under way
 * @param blockingExecutor everything else that blocks: opening and deleting
 */
public record NodePorts(
        Clock clock,
        RandomSource random,
        Disk disk,
        Transport transport,
        Shard coreShard,
        Executor metaExecutor,
        Executor groupsExecutor,
        Executor flushExecutor,
        Executor blockingExecutor) {}
