package io.highwater.log.journal;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;

/**
 * Who a data directory is: the contents of meta.properties, in the ecosystem's form (version=1, cluster.id, node.id,
 * directory.id) with one key of ours, {@code highwater.layout}: the form of everything beside it. A directory without that
 * key is another program's, or from before the key, and is refused by name. Replaced whole: a temporary file is written
 * and forced, renamed over the old one, and the directory forced.
 *
 * <p>Immutable.
 *
 * @param clusterIdOrNull null until the node has joined a cluster.
 */
public record DirectoryIdentity(String clusterIdOrNull, int nodeId, UUID directoryId) {
    /**
     * The form of a data directory; to be raised with each change that an older version can't read. In form 1 the journal's
     * files were called like partitions of a topic {@code journal}.
     */
    public static final int LAYOUT = 2;

    private static final String FILE = "meta.properties";
    private static final String TEMPORARY_FILE = "meta.properties.tmp";
    private static final int VERSION = 1;
    private static final int FILE_BYTES_MAX = 64 << 10;
    private static final int ID_BYTES = 2 * Long.BYTES;
    /** What may be in a directory that never got as far as its identity: every name in use but partitions and deletions. */
    public static final Set<String> EXPECTED_BEFORE =
            Set.of(".lock", TEMPORARY_FILE, Journal.FILES.get(0), Journal.FILES.get(1), "core", "lost+found");

    /** Reads a directory's identity, or null when it is new: missing or holding nothing of anybody's. */
    public static DirectoryIdentity read(final Disk disk, final Path directory) throws IOException {
        if (!disk.exists(directory)) {
            return null;
        }
        final Path path = directory.resolve(FILE);
        if (!disk.exists(path)) {
            for (final String name : disk.list(directory)) {
                if (!EXPECTED_BEFORE.contains(name)) {
                    throw new DirectoryRefusedException(
                            Reason.FOREIGN_LAYOUT,
                            directory + " is no Highwater data directory: it holds " + name + " and no " + FILE);
                }
            }
            return null;
        }
        final Properties properties = load(disk, path);
        if (properties.getProperty("highwater.layout") == null) {
            throw new DirectoryRefusedException(
                    Reason.FOREIGN_LAYOUT,
                    path + " has no highwater.layout: the directory is another program's, or of an older Highwater");
        }
        requireFormat(path, "highwater.layout", number(path, properties, "highwater.layout"), LAYOUT);
        requireFormat(path, "version", number(path, properties, "version"), VERSION);
        return new DirectoryIdentity(
                properties.getProperty("cluster.id"),
                number(path, properties, "node.id"),
                directoryId(path, properties));
    }

    /** Writes it, replacing the former one in one durable step. */
    public void write(final Disk disk, final Path directory) throws IOException {
        final Path temporary = directory.resolve(TEMPORARY_FILE);
        try (DiskFile file = disk.open(temporary, true)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(text().getBytes(StandardCharsets.UTF_8)), 0);
            file.force();
        }
        disk.rename(temporary, directory.resolve(FILE));
        disk.forceDirectory(directory);
    }

    /** The same directory as a member of a cluster. */
    public DirectoryIdentity withClusterId(final String clusterId) {
        return new DirectoryIdentity(clusterId, nodeId, directoryId);
    }

    /** Refuses when the directory is another node's, or another cluster's where both sides know theirs. */
    public void requireOwner(final Path directory, final int expectedNodeId, final String expectedClusterIdOrNull)
            throws DirectoryRefusedException {
        if (nodeId != expectedNodeId) {
            throw new DirectoryRefusedException(
                    Reason.FOREIGN_NODE, directory + " belongs to node " + nodeId + ", this is node " + expectedNodeId);
        }
        if (clusterIdOrNull != null
                && expectedClusterIdOrNull != null
                && !clusterIdOrNull.equals(expectedClusterIdOrNull)) {
            throw new DirectoryRefusedException(
                    Reason.FOREIGN_CLUSTER,
                    directory + " belongs to cluster " + clusterIdOrNull + ", this node to " + expectedClusterIdOrNull);
        }
    }

    private String text() {
        final ByteBuffer id = ByteBuffer.allocate(ID_BYTES)
                .putLong(directoryId.getMostSignificantBits())
                .putLong(directoryId.getLeastSignificantBits());
        return "version=" + VERSION + "\n"
                + (clusterIdOrNull == null ? "" : "cluster.id=" + clusterIdOrNull + "\n")
                + "node.id=" + nodeId + "\n"
                + "directory.id=" + Base64.getUrlEncoder().withoutPadding().encodeToString(id.array()) + "\n"
                + "highwater.layout=" + LAYOUT + "\n";
    }

    private static Properties load(final Disk disk, final Path path) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES_MAX);
        try (DiskFile file = disk.open(path, false)) {
            file.read(bytes, 0);
        }
        final Properties properties = new Properties();
        try {
            properties.load(
                    new StringReader(StandardCharsets.UTF_8.decode(bytes.flip()).toString()));
        } catch (final IllegalArgumentException e) {
            throw damaged(path, "is not a properties file");
        }
        return properties;
    }

    private static int number(final Path path, final Properties properties, final String key)
            throws DirectoryRefusedException {
        final String value = properties.getProperty(key);
        try {
            return Integer.parseInt(value);
        } catch (final NumberFormatException e) {
            throw damaged(path, "has " + (value == null ? "no " + key : "the " + key + " \"" + value + "\""));
        }
    }

    private static UUID directoryId(final Path path, final Properties properties) throws DirectoryRefusedException {
        final String value = properties.getProperty("directory.id", "");
        final ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(value));
        } catch (final IllegalArgumentException e) {
            throw damaged(path, "has the directory.id \"" + value + "\"");
        }
        if (bytes.remaining() != ID_BYTES) {
            throw damaged(path, "has the directory.id \"" + value + "\"");
        }
        return new UUID(bytes.getLong(), bytes.getLong());
    }

    private static void requireFormat(final Path path, final String key, final int found, final int known)
            throws DirectoryRefusedException {
        if (found != known) {
            throw new DirectoryRefusedException(
                    found < known ? Reason.OLDER_FORMAT : Reason.NEWER_FORMAT,
                    path + " has " + key + "=" + found + ", this version of Highwater reads and writes " + known);
        }
    }

    private static DirectoryRefusedException damaged(final Path path, final String what) {
        return new DirectoryRefusedException(Reason.DAMAGED, path + " is damaged: it " + what);
    }
}
