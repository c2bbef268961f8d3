package io.highwater.log;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.FileDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FilePartitionLogTest extends PartitionLogContract {
    @TempDir
    Path directory;

    @Override
    Disk disk() throws IOException {
        return FileDisk.open();
    }

    @Override
    Path path() {
        return directory;
    }
}
