package io.highwater.log.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.SeededRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class IndexTest {
    private static final int COUNT = 2000;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final Path path = Path.of("/d/index");

    @BeforeEach
    void createDirectory() throws IOException {
        disk.createDirectories(Path.of("/d"));
    }

    @Test
    void findsTheSameAsANaiveScan() throws IOException {
        final OffsetIndex index = new OffsetIndex(disk, path, 1000);
        final SeededRandom random = new SeededRandom(4);
        final long[] offsets = new long[COUNT];
        final int[] positions = new int[COUNT];
        long offset = 1000;
        int position = 0;
        for (int i = 0; i < COUNT; i++) {
            offset += 1 + random.nextInt(10);
            position += 1 + random.nextInt(100);
            offsets[i] = offset;
            positions[i] = position;
            index.add(offset, position);
            final long wanted = 1000 + random.nextInt((int) (offset - 990));
            final int wantedPosition = random.nextInt(position + 10);
            int floor = -1;
            int floorPosition = -1;
            for (int k = 0; k <= i; k++) {
                floor = offsets[k] <= wanted ? k : floor;
                floorPosition = positions[k] <= wantedPosition ? k : floorPosition;
            }
            assertEquals(floor, index.floorByOffset(wanted));
            assertEquals(floorPosition, index.floorByPosition(wantedPosition));
        }
        index.persist();
        final OffsetIndex again = new OffsetIndex(disk, path, 1000);
        assertEquals(COUNT, again.count());
        for (int i = 0; i < COUNT; i++) {
            assertEquals(offsets[i], again.lastOffset(i));
            assertEquals(positions[i], again.position(i));
        }
        again.truncateTo(offsets[700]);
        assertEquals(700, again.count());
        again.add(offsets[700], 5);
        again.truncateTo(offsets[300] + 1);
        assertEquals(301, again.count());
        again.add(offsets[301], 77);
        again.persist();
        assertEquals(302, new OffsetIndex(disk, path, 1000).count());
        assertEquals(77, new OffsetIndex(disk, path, 1000).position(301));
    }

    @Test
    void timestampsOfEntriesOnlyRise() throws IOException {
        final TimeIndex index = new TimeIndex(disk, path, 50);
        index.add(-1, 50);
        index.add(100, 51);
        index.add(100, 52);
        index.add(90, 53);
        index.add(120, 60);
        assertEquals(2, index.count());
        assertEquals(-1, index.floorBelow(100));
        assertEquals(0, index.floorBelow(101));
        assertEquals(1, index.floorBelow(121));
        assertEquals(0, index.floorByOffset(59));
    }

    @Test
    void entriesHaveTheseBytes() throws IOException {
        final OffsetIndex offsets = new OffsetIndex(disk, path, 1000);
        offsets.add(1005, 0x01020304);
        offsets.persist();
        final TimeIndex times = new TimeIndex(disk, Path.of("/d/times"), 1000);
        times.add(0x0102030405060708L, 1006);
        times.persist();
        try (DiskFile file = disk.open(path, false);
                DiskFile timeFile = disk.open(Path.of("/d/times"), false)) {
            assertEquals(8, file.sizeBytes());
            assertEquals(12, timeFile.sizeBytes());
            final ByteBuffer bytes = ByteBuffer.allocate(20);
            file.read(bytes.limit(8), 0);
            timeFile.read(bytes.limit(20), 0);
            assertEquals(5, bytes.getInt(0));
            assertEquals(0x01020304, bytes.getInt(4));
            assertEquals(0x0102030405060708L, bytes.getLong(8));
            assertEquals(6, bytes.getInt(16));
        }
    }

    @Test
    void withoutRoomOnTheDiskEntriesAreLeftOut() throws IOException {
        final OffsetIndex index = new OffsetIndex(disk, path, 0);
        disk.fail(DiskOperation.WRITE, "index", 1);
        for (int i = 0; i < 200; i++) {
            index.add(i + 1, i * 10);
        }
        assertEquals(72, index.count());
        assertEquals(71, index.floorByOffset(500));
        assertEquals(129, index.lastOffset(0));
    }
}
