package io.highwater.log;

import static io.highwater.log.LogFixture.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the data journal alone has goes to the logs' files little by little, not all at once in its checkpoints. */
final class LogWriteBackTest {
    private static final int APPENDS = 200;

    private final SimulatedDisk disk = new SimulatedDisk(9);

    @Test
    void aLogsFileIsForcedWheneverSoMuchIsInFramesOnly() throws Exception {
        final LogFixture fixture = new LogFixture(disk, Path.of("/data"), LogConfig.DEFAULT).open();
        // The first group finds no data journal, and starts it.
        fixture.append(batch("first", 1, 1000));
        fixture.settle();
        final long before = fixture.log.sizeBytes();
        final int[] logForces = new int[1];
        final int[] groups = new int[1];
        disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.FORCE) {
                logForces[0] += path.endsWith("orders-0/00000000000000000000.log") ? 1 : 0;
            } else if (operation == DiskOperation.WRITE_THROUGH) {
                groups[0] += path.getFileName().toString().startsWith("data-journal.") ? 1 : 0;
            }
        });
        for (int i = 0; i < APPENDS; i++) {
            fixture.append(batch("v".repeat(200), 1, 2000 + i));
            fixture.settle();
        }
        assertEquals(1 + APPENDS, fixture.log.stableEnd());
        assertTrue(groups[0] >= APPENDS, groups[0] + " groups");
        final long bytes = fixture.log.sizeBytes() - before;
        final long most = LogFixture.DIRECTORY_CONFIG.dataJournal().behindBytesMax();
        assertTrue(bytes / APPENDS > most / 2 && bytes / APPENDS < most, "two appends are too much");
        // Checkpoints alone force it less than half as often.
        assertTrue(logForces[0] >= APPENDS / 2, logForces[0] + " forces for " + bytes + " bytes");
        assertTrue(logForces[0] < APPENDS, logForces[0] + " forces for " + APPENDS + " appends");
    }
}
