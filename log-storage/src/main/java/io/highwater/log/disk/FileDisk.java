package io.highwater.log.disk;

import io.highwater.port.SeededRandom;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The file system of the operating system. Safe for any thread because its only state is a concurrent set. */
public final class FileDisk implements Disk {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /**
     * Files that this process holds locked. Asked before a file is opened, since closing any channel of a file drops the
     * locks that the process has on it (POSIX), and a second attempt would do just that.
     */
    private static final Set<Object> LOCKED = ConcurrentHashMap.newKeySet();

    private final String bootId;

    private FileDisk(final String bootId) {
        this.bootId = bootId;
    }

    /** The disk of this machine. Where the system does not name its boots each process counts as one: the safe side. */
    public static FileDisk open() throws IOException {
        return new FileDisk(
                Files.isReadable(BOOT_ID)
                        ? Files.readString(BOOT_ID).strip()
                        : SeededRandom.fromSystem().nextUuid().toString());
    }

    @Override
    public String bootId() {
        return bootId;
    }

    @Override
    public boolean exists(final Path path) throws IOException {
        return attributesOrNull(path) != null;
    }

    @Override
    public boolean isDirectory(final Path path) throws IOException {
        final BasicFileAttributes attributes = attributesOrNull(path);
        return attributes != null && attributes.isDirectory();
    }

    /** Null when there is nothing of this name. {@link Files#exists} says so too of what can't be looked at. */
    private static BasicFileAttributes attributesOrNull(final Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public List<String> list(final Path directory) throws IOException {
        final List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (final Path entry : entries) {
                names.add(String.valueOf(entry.getFileName()));
            }
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public DiskFile open(final Path path, final boolean create) throws IOException {
        final FileChannel channel = create
                ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                : FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new FileDiskFile(path, channel);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(final Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long totalBytes(final Path directory) throws IOException {
        return Files.getFileStore(directory).getTotalSpace();
    }

    @Override
    public long usableBytes(final Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    @Override
    public Closeable tryLock(final Path lockFile) throws IOException {
        final Object key = fileKey(lockFile);
        if (!LOCKED.add(key)) {
            return null;
        }
        Closeable lock = null;
        try {
            lock = lock(lockFile, key);
        } finally {
            if (lock == null) {
                LOCKED.remove(key);
            }
        }
        return lock;
    }

    private static Closeable lock(final Path lockFile, final Object key) throws IOException {
        final FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (!locked) {
            return null;
        }
        return () -> {
            channel.close();
            LOCKED.remove(key);
        };
    }

    /** The file itself (device and inode) rather than one of its names, where the system tells. */
    private static Object fileKey(final Path lockFile) throws IOException {
        if (!Files.exists(lockFile)) {
            FileChannel.open(lockFile, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                    .close();
        }
        final Object key =
                Files.readAttributes(lockFile, BasicFileAttributes.class).fileKey();
        return key == null ? lockFile.toRealPath() : key;
    }
}
