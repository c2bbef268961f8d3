package io.highwater.log.index;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries of one size in a file, in append order, big-endian, nothing before, between or after them. The newest ones stay
 * in memory until {@link #TAIL_ENTRIES_MAX} of them are written at once; lookups among older ones go through one cached
 * block. The file is opened for each of these and closed again, since ten thousand logs share the file descriptors.
 *
 * <p>Confined to the log's shard.
 */
final class IndexEntries {
    private static final Logger LOG = LoggerFactory.getLogger(IndexEntries.class);
    /** With an entry per 4 KiB of log, a write of the index for each 512 KiB. */
    private static final int TAIL_ENTRIES_MAX = 128;

    private static final int TAIL_ENTRIES_FIRST = 8;
    private static final int BLOCK_ENTRIES = 512;
    private static final int NOT_LOOKED = -1;

    private final Disk disk;
    private final Path path;
    private final int entryBytes;
    /** Entries in the file, or NOT_LOOKED before the file was first needed. */
    private int spilled = NOT_LOOKED;

    private ByteBuffer tail;
    private int tailCount;
    /** Entries {@code blockFirst} and following, null when none are cached. */
    private ByteBuffer block;

    private int blockFirst;

    IndexEntries(final Disk disk, final Path path, final int entryBytes) {
        this.disk = disk;
        this.path = path;
        this.entryBytes = entryBytes;
    }

    int count() throws IOException {
        return spilled() + tailCount;
    }

    long longAt(final int entry, final int at) throws IOException {
        final ByteBuffer buffer = bufferOf(entry);
        return buffer.getLong(positionOf(entry) + at);
    }

    int intAt(final int entry, final int at) throws IOException {
        final ByteBuffer buffer = bufferOf(entry);
        return buffer.getInt(positionOf(entry) + at);
    }

    /** A value of each entry that never falls from one to the next. */
    interface Key {
        long of(int entry) throws IOException;
    }

    /**
     * The last entry whose key is at most {@code wanted}, -1 when there is none. Looks at the entries in memory first: a
     * reader that goes forwards finds its next one there, and no file is opened.
     */
    int floor(final Key key, final long wanted) throws IOException {
        int low = 0;
        int high = count() - 1;
        if (tailCount > 0) {
            if (key.of(spilled) <= wanted) {
                low = spilled + 1;
            } else {
                high = spilled - 1;
            }
        }
        if (block != null && low < spilled) {
            final int blockLast = Math.min(blockFirst + BLOCK_ENTRIES, spilled) - 1;
            if (key.of(blockLast) <= wanted) {
                low = blockLast + 1;
            } else if (key.of(blockFirst) <= wanted) {
                low = blockFirst + 1;
                high = blockLast - 1;
            } else {
                high = blockFirst - 1;
            }
        }
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (key.of(middle) <= wanted) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The memory of a new last entry, position at its first byte, to be filled at once. */
    ByteBuffer add() throws IOException {
        spilled();
        if (tailCount == TAIL_ENTRIES_MAX) {
            persist();
        }
        if (tail == null) {
            tail = ByteBuffer.allocate(TAIL_ENTRIES_FIRST * entryBytes);
        } else if ((tailCount + 1) * entryBytes > tail.capacity()) {
            final ByteBuffer larger = ByteBuffer.allocate(tail.capacity() * 2);
            larger.put(0, tail, 0, tailCount * entryBytes);
            tail = larger;
        }
        tail.clear().position(tailCount * entryBytes);
        tailCount++;
        return tail;
    }

    /** Writes what is only in memory. Without room on the disk these entries are dropped: lookups scan further. */
    void persist() throws IOException {
        final int first = spilled();
        if (tailCount == 0 && (first > 0 || disk.exists(path))) {
            return;
        }
        try (DiskFile file = disk.open(path, true)) {
            if (tailCount > 0) {
                tail.clear().limit(tailCount * entryBytes);
                file.write(tail, (long) first * entryBytes);
                spilled = first + tailCount;
            }
        } catch (final IOException e) {
            LOG.warn("index {} goes without {} entries: {}", path, tailCount, e.getMessage());
        }
        tailCount = 0;
        block = null;
    }

    /** Keeps the first entries only. */
    void truncate(final int entries) throws IOException {
        final int first = spilled();
        if (entries >= first) {
            tailCount = Math.min(tailCount, entries - first);
            return;
        }
        tailCount = 0;
        block = null;
        try (DiskFile file = disk.open(path, true)) {
            file.truncate((long) entries * entryBytes);
        }
        spilled = entries;
    }

    private int spilled() throws IOException {
        if (spilled == NOT_LOOKED) {
            if (!disk.exists(path)) {
                spilled = 0;
            } else {
                try (DiskFile file = disk.open(path, false)) {
                    spilled = (int) Math.min(file.sizeBytes() / entryBytes, Integer.MAX_VALUE / entryBytes);
                }
            }
        }
        return spilled;
    }

    private ByteBuffer bufferOf(final int entry) throws IOException {
        if (entry >= spilled()) {
            return tail;
        }
        if (block == null || entry < blockFirst || entry >= blockFirst + BLOCK_ENTRIES) {
            load(entry - entry % BLOCK_ENTRIES);
        }
        return block;
    }

    private int positionOf(final int entry) {
        return (entry >= spilled ? entry - spilled : entry - blockFirst) * entryBytes;
    }

    private void load(final int first) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(BLOCK_ENTRIES * entryBytes);
        final int wanted = Math.min(BLOCK_ENTRIES, spilled - first) * entryBytes;
        bytes.limit(wanted);
        try (DiskFile file = disk.open(path, false)) {
            if (file.read(bytes, (long) first * entryBytes) != wanted) {
                throw new IOException("index " + path + " ends before entry " + spilled);
            }
        }
        bytes.clear();
        block = bytes;
        blockFirst = first;
    }
}
