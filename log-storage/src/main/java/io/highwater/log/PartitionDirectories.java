package io.highwater.log;

import io.highwater.log.disk.Disk;
import io.highwater.log.journal.PartitionId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of partitions within a data directory: made, moved out of the way, moved to their deletion. Knows whether
 * their names are durable. Only directories are ever moved: a file of a partition's name is somebody else's.
 *
 * <p>Guarded by the data directory's lock.
 */
final class PartitionDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionDirectories.class);

    /** What file systems take. */
    private static final int NAME_BYTES_MAX = 255;

    /** A name came or went since they were last forced. */
    private boolean namesChanged;

    private final Disk disk;
    private final Path parent;
    private final DeletedPartitions deleted;

    PartitionDirectories(final Disk disk, final Path parent, final DeletedPartitions deleted) {
        this.disk = disk;
        this.parent = parent;
        this.deleted = deleted;
    }

    Path pathOf(final TopicPartitionKey key) {
        return parent.resolve(key.directoryName());
    }

    /**
     * Makes way for a partition that the journal does not know: what has its name is of no partition, and what waits for
     * deletion under its id is of its former stay here. Durable with {@link #forceNames()}.
     *
     * @param isKnown tells the topic ids of the partitions that the journal knows
     * @return true when what has its name is its own, which the journal must have known and lost
     * @throws LogStorageException when there can't be a directory of its name, or what is there is another partition's
     */
    boolean makeWay(final TopicPartitionKey key, final PartitionId id, final Predicate<UUID> isKnown)
            throws IOException {
        final String name = key.directoryName();
        final int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > NAME_BYTES_MAX) {
            throw new LogStorageException(
                    "a directory's name has at most " + NAME_BYTES_MAX + " bytes, " + name + " has " + bytes);
        }
        final Path directory = pathOf(key);
        if (disk.exists(directory)) {
            if (!disk.isDirectory(directory)) {
                throw new LogStorageException(directory + " is no directory, and not Highwater's to remove");
            }
            final UUID owner = ownerOrNull(directory);
            if (key.topicId().equals(owner)) {
                return true;
            }
            if (owner != null && isKnown.test(owner)) {
                throw mixedUp(directory, owner, key);
            }
            namesChanged = true;
            deleted.moveForeign(directory);
        }
        final Path former = deleted.asideOf(id);
        if (disk.exists(former)) {
            namesChanged = true;
            deleted.moveForeign(former);
        }
        return false;
    }

    /**
     * Makes the directory as far as it is not there, durable with {@link #forceNames()}.
     *
     * @throws LogStorageException when what is there is another topic's
     */
    void create(final TopicPartitionKey key) throws IOException {
        final Path directory = pathOf(key);
        final UUID owner = ownerOrNull(directory);
        if (owner != null && !owner.equals(key.topicId())) {
            throw mixedUp(directory, owner, key);
        }
        if (owner == null) {
            namesChanged = true;
            disk.createDirectories(directory);
            DerivedFiles.write(
                    disk, directory, DerivedFiles.PARTITION_METADATA, DerivedFiles.partitionMetadata(key.topicId()));
        }
    }

    /**
     * Renames the directory to its deletion, durable with {@link #forceNames()}.
     *
     * @return what it is now, null when there is none; one of another topic stays, and is none of this partition
     */
    Path moveAside(final TopicPartitionKey key, final PartitionId id) throws IOException {
        if (!disk.isDirectory(pathOf(key))) {
            return null;
        }
        final UUID owner = ownerOrNull(pathOf(key));
        if (owner != null && !owner.equals(key.topicId())) {
            LOG.warn(
                    "{} is of topic id {} and stays, although the partition of that name, of {}, is deleted",
                    pathOf(key),
                    owner,
                    key.topicId());
            return null;
        }
        namesChanged = true;
        return deleted.move(pathOf(key), id);
    }

    private UUID ownerOrNull(final Path directory) throws IOException {
        return DerivedFiles.topicIdOrNull(DerivedFiles.readMetadata(disk, directory));
    }

    private static LogStorageException mixedUp(final Path directory, final UUID owner, final TopicPartitionKey key) {
        return new LogStorageException(directory + " is of topic id " + owner + ", and not of " + key.topicId()
                + "; put the directories back where they were, or remove the file " + DerivedFiles.PARTITION_METADATA
                + " in it if only that is damaged");
    }

    /** Makes all of the above durable. */
    void forceNames() throws IOException {
        if (namesChanged) {
            disk.forceDirectory(parent);
            namesChanged = false;
        }
    }
}
