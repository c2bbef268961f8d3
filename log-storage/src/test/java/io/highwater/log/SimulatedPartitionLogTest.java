package io.highwater.log;

import io.highwater.log.disk.Disk;
import io.highwater.log.disk.SimulatedDisk;
import java.nio.file.Path;

final class SimulatedPartitionLogTest extends PartitionLogContract {
    @Override
    Disk disk() {
        return new SimulatedDisk(11);
    }

    @Override
    Path path() {
        return Path.of("/simulated");
    }
}
