package io.highwater.log.disk;

import io.highwater.port.SimulatedProcess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A simulated disk in the hands of one process; a dead process gets nothing done. */
final class ProcessDisk implements Disk {
    private final SimulatedDisk disk;
    private final SimulatedProcess process;

    ProcessDisk(final SimulatedDisk disk, final SimulatedProcess process) {
        this.disk = disk;
        this.process = process;
    }

    @Override
    public String bootId() {
        return alive().bootId();
    }

    @Override
    public boolean exists(final Path path) {
        return alive().exists(path);
    }

    @Override
    public boolean isDirectory(final Path path) {
        return alive().isDirectory(path);
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        alive().createDirectories(directory);
    }

    @Override
    public List<String> list(final Path directory) throws IOException {
        return alive().list(directory);
    }

    @Override
    public DiskFile open(final Path path, final boolean create) throws IOException {
        return alive().open(path, create);
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        alive().rename(from, to);
    }

    @Override
    public void delete(final Path path) throws IOException {
        alive().delete(path);
    }

    @Override
    public void forceDirectory(final Path directory) throws IOException {
        alive().forceDirectory(directory);
    }

    @Override
    public long totalBytes(final Path directory) {
        return alive().totalBytes(directory);
    }

    @Override
    public long usableBytes(final Path directory) {
        return alive().usableBytes(directory);
    }

    @Override
    public Closeable tryLock(final Path lockFile) throws IOException {
        return alive().tryLock(lockFile);
    }

    private SimulatedDisk alive() {
        process.requireAlive();
        return disk;
    }
}
