package io.highwater.broker.core;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.TreeMap;

/** The names in a group's directory: twenty digits of an index, and what the file is. */
final class CoreFiles {
    static final String LOG = ".log";
    static final String SNAPSHOT = ".snapshot";
    static final String TEMPORARY = ".tmp";

    private static final int DIGITS = 20;

    private CoreFiles() {}

    static Path path(final Path directory, final long index, final String suffix) {
        final String digits = Long.toString(index);
        return directory.resolve("0".repeat(DIGITS - digits.length()) + digits + suffix);
    }

    /** The files of one kind, by index. */
    static TreeMap<Long, Path> list(final Disk disk, final Path directory, final String suffix) throws IOException {
        final TreeMap<Long, Path> found = new TreeMap<>();
        for (final String name : disk.list(directory)) {
            if (name.matches("[0-9]{" + DIGITS + "}" + suffix.replace(".", "\\."))) {
                try {
                    found.put(Long.parseLong(name.substring(0, DIGITS)), directory.resolve(name));
                } catch (final NumberFormatException e) {
                    throw new IOException(directory.resolve(name) + ": no index of ours", e);
                }
            }
        }
        return found;
    }

    /** Removes what a stop left half made. */
    static void deleteTemporaries(final Disk disk, final Path directory) throws IOException {
        for (final String name : disk.list(directory)) {
            if (name.endsWith(TEMPORARY)) {
                disk.delete(directory.resolve(name));
            }
        }
    }

    /**
     * Makes the directory, and with it those between it and {@code root}, which must be there, unless they are there
     * already. Every name in them is durable afterwards, also those that a killed process made or changed and did not come
     * to force: else what is acknowledged next could go with such a name.
     */
    static void openDirectory(final Disk disk, final Path root, final Path directory) throws IOException {
        disk.createDirectories(directory);
        for (Path at = directory; !at.equals(root); at = at.getParent()) {
            disk.forceDirectory(at);
        }
        disk.forceDirectory(root);
    }

    /** The whole file. */
    static ByteBuffer readAll(final Path path, final DiskFile file) throws IOException {
        final long size = file.sizeBytes();
        if (size > Integer.MAX_VALUE - Long.BYTES) {
            throw new CoreLogException(CoreLogException.Reason.CORRUPT, path, size + " bytes are too many");
        }
        final ByteBuffer bytes = ByteBuffer.allocate((int) size);
        while (bytes.hasRemaining()) {
            final int read = file.read(bytes, bytes.position());
            if (read == 0) {
                throw new IOException(path + ": ends at " + bytes.position() + " instead of " + size);
            }
        }
        return bytes.flip();
    }
}
