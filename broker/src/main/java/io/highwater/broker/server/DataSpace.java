package io.highwater.broker.server;

import io.highwater.broker.api.DirectorySpace;
import io.highwater.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/** The data directory on its disk. Safe for any thread; the two sizes may block. */
record DataSpace(Disk disk, Path directory) implements DirectorySpace {
    @Override
    public String path() {
        return directory.toAbsolutePath().normalize().toString();
    }

    @Override
    public long totalBytes() throws IOException {
        return disk.totalBytes(directory);
    }

    @Override
    public long usableBytes() throws IOException {
        return disk.usableBytes(directory);
    }
}
