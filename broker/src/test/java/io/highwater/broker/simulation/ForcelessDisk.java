package io.highwater.broker.simulation;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.MappedRegion;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A planted fault: as if the broker forgot to force its segments. Everything else passes through. */
final class ForcelessDisk implements Disk {
    private final Disk disk;

    ForcelessDisk(final Disk disk) {
        this.disk = disk;
    }

    @Override
    public String bootId() {
        return disk.bootId();
    }

    @Override
    public boolean exists(final Path path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public boolean isDirectory(final Path path) throws IOException {
        return disk.isDirectory(path);
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public List<String> list(final Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public DiskFile open(final Path path, final boolean create) throws IOException {
        final DiskFile file = disk.open(path, create);
        return path.toString().contains("topic") ? new ForcelessFile(file) : file;
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(final Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    @Override
    public long totalBytes(final Path directory) throws IOException {
        return disk.totalBytes(directory);
    }

    @Override
    public long usableBytes(final Path directory) throws IOException {
        return disk.usableBytes(directory);
    }

    @Override
    public Closeable tryLock(final Path lockFile) throws IOException {
        return disk.tryLock(lockFile);
    }

    private record ForcelessFile(DiskFile file) implements DiskFile {
        @Override
        public long sizeBytes() throws IOException {
            return file.sizeBytes();
        }

        @Override
        public void write(final ByteBuffer source, final long position) throws IOException {
            file.write(source, position);
        }

        @Override
        public int read(final ByteBuffer target, final long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void force() {
            // The fault.
        }

        @Override
        public boolean tryWriteThrough() throws IOException {
            return file.tryWriteThrough();
        }

        @Override
        public void writeThrough(final ByteBuffer source, final long position) throws IOException {
            file.write(source, position);
        }

        @Override
        public void startWriteBack(final long position, final long bytes) throws IOException {
            file.startWriteBack(position, bytes);
        }

        @Override
        public void allocate(final long sizeBytes) throws IOException {
            file.allocate(sizeBytes);
        }

        @Override
        public void truncate(final long sizeBytes) throws IOException {
            file.truncate(sizeBytes);
        }

        @Override
        public MappedRegion map(final long position, final long bytes) throws IOException {
            return file.map(position, bytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
