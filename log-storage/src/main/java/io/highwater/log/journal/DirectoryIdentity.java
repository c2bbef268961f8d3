package io.highwater.log.journal;

import io.highwater.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Who a data directory is: the contents of meta.properties. Immutable.
 *
 * @param clusterIdOrNull null until the node has joined a cluster.
 */
public record DirectoryIdentity(String clusterIdOrNull, int nodeId, UUID directoryId) {
    /** Reads a directory's identity, or null when it is new: missing or holding nothing of ours. */
    public static DirectoryIdentity read(final Disk disk, final Path directory) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Writes it, replacing the former one in one durable step. */
    public void write(final Disk disk, final Path directory) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** The same directory as a member of a cluster. */
    public DirectoryIdentity withClusterId(final String clusterId) {
        return new DirectoryIdentity(clusterId, nodeId, directoryId);
    }
}
