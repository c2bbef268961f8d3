package io.highwater.log;

import io.highwater.log.disk.Disk;
import io.highwater.log.journal.PartitionId;
import io.highwater.port.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directories on their way out. A partition's directory is first renamed to its id and {@code .deleted}, in one durable
 * step, so that a crash leaves either the partition or something that tells whose deletion to finish; the files go later.
 *
 * <p>Safe for any thread because it has no mutable state.
 */
final class DeletedPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedPartitions.class);
    private static final String SUFFIX = ".deleted";
    private static final int UUID_CHARS = 36;

    private final Disk disk;
    private final Path parent;
    private final RandomSource random;
    private final Executor executor;

    DeletedPartitions(final Disk disk, final Path parent, final RandomSource random, final Executor executor) {
        this.disk = disk;
        this.parent = parent;
        this.random = random.fork();
        this.executor = executor;
    }

    /** Renames a partition's directory, durably. */
    Path move(final Path directory, final PartitionId id) throws IOException {
        return moveTo(directory, parent.resolve(id.topicId() + "-" + id.partition() + SUFFIX));
    }

    /** Renames a directory that is of no partition, durably, and lets it go. */
    void moveForeign(final Path directory) throws IOException {
        deleteInBackground(moveTo(directory, parent.resolve("foreign-" + random.nextUuid() + SUFFIX)));
    }

    /** What is on its way out by its name. */
    List<Path> found() throws IOException {
        final List<Path> found = new ArrayList<>();
        for (final String name : disk.list(parent)) {
            if (name.endsWith(SUFFIX)) {
                found.add(parent.resolve(name));
            }
        }
        return found;
    }

    /** Whose directory it was, null when it was of no partition. */
    PartitionId idOf(final Path aside) {
        final String name = String.valueOf(aside.getFileName());
        final String stem = name.substring(0, name.length() - SUFFIX.length());
        if (stem.length() <= UUID_CHARS + 1 || stem.charAt(UUID_CHARS) != '-') {
            return null;
        }
        try {
            return new PartitionId(
                    UUID.fromString(stem.substring(0, UUID_CHARS)), Integer.parseInt(stem.substring(UUID_CHARS + 1)));
        } catch (final IllegalArgumentException e) {
            return null;
        }
    }

    /** Removes the files, some time. */
    void deleteInBackground(final Path aside) {
        executor.execute(() -> {
            try {
                for (final String name : disk.list(aside)) {
                    disk.delete(aside.resolve(name));
                }
                disk.delete(aside);
            } catch (final IOException e) {
                LOG.warn("{} is left over until the next start: {}", aside, e.getMessage());
            }
        });
    }

    private Path moveTo(final Path directory, final Path aside) throws IOException {
        disk.rename(directory, aside);
        disk.forceDirectory(parent);
        return aside;
    }
}
