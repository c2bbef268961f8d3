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
 * Directories on their way out. A partition's directory is first renamed to its id and {@code .deleted}, in one step, so
 * that a crash leaves either the partition or something that tells whose deletion to finish; the files go later. One that
 * is of no partition becomes {@code foreign-}, an id of chance, and {@code .deleted}. Neither looks like
 * {@code topic-partition}, nor is it as long.
 *
 * <p>Safe for any thread because it has no mutable state.
 */
final class DeletedPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(DeletedPartitions.class);
    private static final String SUFFIX = ".deleted";
    private static final String FOREIGN_PREFIX = "foreign-";
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

    /** What this partition's directory is called on its way out. */
    Path asideOf(final PartitionId id) {
        return parent.resolve(id.topicId() + "-" + id.partition() + SUFFIX);
    }

    /** Renames a partition's directory; the caller forces its parent. */
    Path move(final Path directory, final PartitionId id) throws IOException {
        final Path aside = asideOf(id);
        disk.rename(directory, aside);
        return aside;
    }

    /** Renames a directory that is of no partition and lets it go; the caller forces its parent. */
    void moveForeign(final Path directory) throws IOException {
        final Path aside = parent.resolve(FOREIGN_PREFIX + random.nextUuid() + SUFFIX);
        LOG.warn("{} is of no partition known here, it goes as {}", directory, aside.getFileName());
        disk.rename(directory, aside);
        deleteInBackground(aside);
    }

    /** What is on its way out, as its name says. */
    List<Path> found() throws IOException {
        final List<Path> found = new ArrayList<>();
        for (final String name : disk.list(parent)) {
            final Path path = parent.resolve(name);
            if ((isForeign(name) || idOf(path) != null) && disk.isDirectory(path)) {
                found.add(path);
            }
        }
        return found;
    }

    /** Whose directory it was, null when it was of no partition. */
    PartitionId idOf(final Path aside) {
        final String name = String.valueOf(aside.getFileName());
        if (!name.endsWith(SUFFIX)) {
            return null;
        }
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

    private static boolean isForeign(final String name) {
        return name.startsWith(FOREIGN_PREFIX)
                && name.endsWith(SUFFIX)
                && name.length() == FOREIGN_PREFIX.length() + UUID_CHARS + SUFFIX.length();
    }
}
