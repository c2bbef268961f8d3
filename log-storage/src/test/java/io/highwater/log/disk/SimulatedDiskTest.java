package io.highwater.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.ProcessKilled;
import io.highwater.port.SeededRandom;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The contract on the simulated disk, and what it does to whoever forgets to force. */
class SimulatedDiskTest extends DiskContract {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path FILE = DIRECTORY.resolve("a");
    private static final int SEEDS = 64;

    @Override
    Disk newDisk() {
        return new SimulatedDisk(1);
    }

    @Override
    Path newDirectory(final Disk onDisk) throws IOException {
        onDisk.createDirectories(DIRECTORY);
        return DIRECTORY;
    }

    @Test
    void keepsWhatWasForced() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            final SimulatedDisk disk = diskWithFile(seed);
            try (DiskFile file = disk.open(FILE, false)) {
                file.write(filled(4096, 1), 0);
                file.force();
            }
            disk.crash();
            assertEquals("1".repeat(8), sectors(disk));
        }
    }

    @Test
    void persistsEachUnforcedSectorOnItsOwn() throws IOException {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < 400; seed++) {
            final SimulatedDisk disk = diskWithFile(seed);
            try (DiskFile file = disk.open(FILE, false)) {
                file.write(filled(1536, 1), 0);
                file.force();
                file.write(filled(1536, 2), 0);
            }
            assertEquals(3, disk.dirtySectors(FILE));
            disk.crash();
            outcomes.add(sectors(disk));
        }
        assertEquals(Set.of("111", "112", "121", "122", "211", "212", "221", "222"), outcomes);
    }

    @Test
    void anUnforcedSizeMayBeLostOrBackWithoutItsBytes() throws IOException {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < 100; seed++) {
            final SimulatedDisk disk = diskWithFile(seed);
            try (DiskFile file = disk.open(FILE, false)) {
                file.write(filled(512, 1), 0);
            }
            disk.crash();
            outcomes.add(sectors(disk));
        }
        assertEquals(Set.of("", "0", "1"), outcomes);
    }

    @Test
    void cutBytesMayComeBackUntilTheCutIsForced() throws IOException {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < 200; seed++) {
            final SimulatedDisk disk = diskWithFile(seed);
            try (DiskFile file = disk.open(FILE, false)) {
                file.write(filled(1024, 1), 0);
                file.force();
                file.truncate(512);
            }
            disk.crash();
            outcomes.add(sectors(disk));
        }
        assertEquals(Set.of("1", "10", "11"), outcomes);
    }

    @Test
    void aNewNameIsLostUnlessItsDirectoryWasForced() throws IOException {
        final Set<Boolean> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            final SimulatedDisk disk = diskWithFile(seed);
            try (DiskFile file = disk.open(DIRECTORY.resolve("b"), true)) {
                file.write(filled(512, 1), 0);
                file.force();
            }
            disk.crash();
            assertTrue(disk.exists(FILE));
            outcomes.add(disk.exists(DIRECTORY.resolve("b")));
        }
        assertEquals(Set.of(false, true), outcomes);
    }

    @Test
    void aRenameIsOneStepAlsoInACrash() throws IOException {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            final SimulatedDisk disk = diskWithFile(seed);
            disk.rename(FILE, DIRECTORY.resolve("b"));
            disk.delete(DIRECTORY.resolve("b"));
            disk.crash();
            outcomes.add(String.join(",", disk.list(DIRECTORY)));
        }
        assertEquals(Set.of("", "a", "b"), outcomes);
    }

    @Test
    void aFailedForceIsNotMendedByALaterOne() throws IOException {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            final SimulatedDisk disk = diskWithFile(seed);
            try (DiskFile file = disk.open(FILE, false)) {
                file.write(filled(512, 1), 0);
                file.force();
                file.write(filled(512, 2), 0);
                disk.fail(DiskOperation.FORCE, "a", 1);
                assertThrows(IOException.class, file::force);
                file.force();
            }
            assertEquals("2", sectors(disk));
            disk.crash();
            outcomes.add(sectors(disk));
        }
        assertEquals(Set.of("1", "2"), outcomes);
    }

    @Test
    void whatIsWrittenThroughIsDurableAndTheRestIsNotForThat() throws IOException {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            final SimulatedDisk disk = diskWithTwoBlocks(seed);
            try (DiskFile file = disk.open(FILE, false)) {
                file.write(filled(512, 2), 0);
                file.writeThrough(block(3), DiskFile.BLOCK_BYTES);
            }
            assertEquals(1, disk.dirtySectors(FILE));
            disk.crash();
            outcomes.add(sectors(disk));
        }
        assertEquals(Set.of("1".repeat(8) + "3".repeat(8), "2" + "1".repeat(7) + "3".repeat(8)), outcomes);
    }

    @Test
    void aCrashInAWriteThroughTearsIt() throws IOException {
        final Set<String> outcomes = outcomesOfAWriteThroughIn(SimulatedDisk::crash);
        assertTrue(outcomes.size() > SEEDS / 2, outcomes.toString());
        assertTrue(outcomes.stream().allMatch(seen -> seen.matches("[13]{8}1{8}")), outcomes.toString());
    }

    @Test
    void aKillInAWriteThroughLeavesAllOfItOrNothing() throws IOException {
        assertEquals(
                Set.of("1".repeat(16), "3".repeat(8) + "1".repeat(8)), outcomesOfAWriteThroughIn(SimulatedDisk::kill));
    }

    private static Set<String> outcomesOfAWriteThroughIn(final Consumer<SimulatedDisk> death) throws IOException {
        final Set<String> outcomes = new TreeSet<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            final SimulatedDisk disk = diskWithTwoBlocks(seed);
            final DiskFile file = disk.open(FILE, false);
            disk.beforeEach((operation, path) -> {
                if (operation == DiskOperation.WRITE_THROUGH) {
                    death.accept(disk);
                }
            });
            assertThrows(ProcessKilled.class, () -> file.writeThrough(block(3), 0));
            disk.beforeEach((operation, path) -> {});
            outcomes.add(sectors(disk));
        }
        return outcomes;
    }

    /** Whoever gave a place to somebody else meanwhile has lost what he wrote there. */
    @Test
    void aWriteThroughComesAfterWhatHappensMeanwhile() throws IOException {
        final SimulatedDisk disk = diskWithTwoBlocks(1);
        final DiskFile file = disk.open(FILE, false);
        final boolean[] isNested = new boolean[1];
        disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.WRITE_THROUGH && !isNested[0]) {
                isNested[0] = true;
                through(file, 2);
                assertEquals("2".repeat(8) + "1".repeat(8), sectorsOrFail(disk));
            }
        });
        file.writeThrough(block(3), 0);
        assertEquals("3".repeat(8) + "1".repeat(8), sectors(disk));
    }

    private static void through(final DiskFile file, final int value) {
        try {
            file.writeThrough(block(value), 0);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sectorsOrFail(final SimulatedDisk disk) {
        try {
            return sectors(disk);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFailedWriteThroughIsNotMendedByAForce() throws IOException {
        final SimulatedDisk disk = diskWithTwoBlocks(1);
        try (DiskFile file = disk.open(FILE, false)) {
            disk.fail(DiskOperation.WRITE_THROUGH, "a", 1);
            assertThrows(IOException.class, () -> file.writeThrough(block(3), 0));
            file.force();
        }
        disk.crash();
        assertTrue(sectors(disk).matches("(?=.*1.*1{8})[13]*3[13]*1{8}"), sectors(disk));
    }

    private static SimulatedDisk diskWithTwoBlocks(final int seed) throws IOException {
        final SimulatedDisk disk = diskWithFile(seed);
        try (DiskFile file = disk.open(FILE, false)) {
            file.write(filled(2 * DiskFile.BLOCK_BYTES, 1), 0);
            file.force();
        }
        return disk;
    }

    private static ByteBuffer block(final int value) {
        return ByteBuffer.allocateDirect(2 * DiskFile.BLOCK_BYTES)
                .alignedSlice(DiskFile.BLOCK_BYTES)
                .put(filled(DiskFile.BLOCK_BYTES, value))
                .flip();
    }

    @Test
    void aKilledProcessLosesHandlesAndLocksButNoBytes() throws IOException {
        final SimulatedDisk disk = diskWithFile(1);
        final String bootId = disk.bootId();
        final DiskFile file = disk.open(FILE, false);
        file.write(filled(512, 1), 0);
        final MappedRegion region = file.map(0, 512);
        disk.tryLock(DIRECTORY.resolve(".lock"));
        disk.kill();
        assertThrows(ProcessKilled.class, () -> file.write(filled(1, 1), 0));
        assertEquals("1", sectors(disk));
        assertEquals(bootId, disk.bootId());
        assertNotNull(disk.tryLock(DIRECTORY.resolve(".lock")));
        region.release();
    }

    @Test
    void aCrashIsAnotherBoot() throws IOException {
        final SimulatedDisk disk = diskWithFile(1);
        final String bootId = disk.bootId();
        disk.crash();
        assertNotEquals(bootId, disk.bootId());
    }

    @Test
    void canCrashInTheMiddleOfAnyOperation() throws IOException {
        final SimulatedDisk disk = diskWithFile(1);
        final DiskFile file = disk.open(FILE, false);
        disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.FORCE) {
                disk.crash();
            }
        });
        file.write(filled(512, 1), 0);
        assertThrows(ProcessKilled.class, file::force);
    }

    @Test
    void aFullDiskTakesWhatFitsAndHealsBySpace() throws IOException {
        final SimulatedDisk disk = diskWithFile(1);
        disk.setCapacityBytes(1000);
        try (DiskFile file = disk.open(FILE, false)) {
            assertThrows(IOException.class, () -> file.allocate(1001));
            assertEquals(0, file.sizeBytes());
            assertThrows(IOException.class, () -> file.write(filled(1200, 1), 0));
            assertEquals(1000, file.sizeBytes());
            assertEquals(0, disk.usableBytes(DIRECTORY));
            file.write(filled(1000, 2), 0);
            file.truncate(10);
            file.write(filled(990, 3), 10);
        }
    }

    @Test
    void injectsErrorsWhereToldAndAsOftenAsTold() throws IOException {
        final SimulatedDisk disk = diskWithFile(1);
        try (DiskFile file = disk.open(FILE, false)) {
            disk.fail(DiskOperation.READ, "data/a", 2);
            disk.fail(DiskOperation.READ, "other", 2);
            assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(1), 0));
            assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(1), 0));
            assertEquals(0, file.read(ByteBuffer.allocate(1), 0));
            disk.fail(DiskOperation.WRITE, "a", 1);
            disk.heal();
            file.write(filled(1, 1), 0);
        }
    }

    @Test
    void rotsABitForGood() throws IOException {
        final SimulatedDisk disk = diskWithFile(1);
        try (DiskFile file = disk.open(FILE, false)) {
            file.write(filled(512, 4), 0);
            file.force();
        }
        disk.flipBit(FILE, 0, 0);
        disk.crash();
        final ByteBuffer first = ByteBuffer.allocate(1);
        disk.open(FILE, false).read(first, 0);
        assertEquals(5, first.get(0));
    }

    @Test
    void aViewReadTooLateIsPoison() throws IOException {
        final SimulatedDisk disk = diskWithFile(1);
        try (DiskFile file = disk.open(FILE, false)) {
            file.write(filled(512, 4), 0);
            final MappedRegion region = file.map(0, 512);
            final ByteBuffer view = region.slice(0, 512);
            region.release();
            assertEquals(SimulatedRegion.POISON, view.get(0));
        }
    }

    @Test
    void aDeadProcessGetsNothingDone() throws IOException {
        final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
        final SimulatedProcess process = scheduler.newProcess("p");
        final SimulatedDisk disk = diskWithFile(1);
        final Disk own = disk.of(process);
        assertTrue(own.exists(FILE));
        process.kill();
        assertThrows(ProcessKilled.class, () -> own.open(FILE, true));
        assertFalse(disk.exists(DIRECTORY.resolve("b")));
    }

    @Test
    void oneSeedIsOneTrace() throws IOException {
        assertEquals(traceOf(7, 1), traceOf(7, 1));
        assertNotEquals(traceOf(7, 1), traceOf(8, 1));
        assertNotEquals(traceOf(7, 1), traceOf(7, 2));
    }

    private static String traceOf(final long seed, final int content) throws IOException {
        final Trace trace = new Trace();
        final SimulatedDisk disk = new SimulatedDisk("d", new SeededRandom(seed), trace);
        disk.createDirectories(DIRECTORY);
        disk.forceDirectory(Path.of("/"));
        final DiskFile file = disk.open(FILE, true);
        disk.forceDirectory(DIRECTORY);
        file.write(filled(20_000, content), 0);
        file.force();
        file.write(filled(20_000, content + 1), 0);
        disk.crash();
        final ByteBuffer read = ByteBuffer.allocate(20_000);
        disk.open(FILE, false).read(read, 0);
        return trace.toString();
    }

    private static SimulatedDisk diskWithFile(final long seed) throws IOException {
        final SimulatedDisk disk = new SimulatedDisk(seed);
        disk.createDirectories(DIRECTORY);
        disk.forceDirectory(Path.of("/"));
        disk.open(FILE, true).close();
        disk.forceDirectory(DIRECTORY);
        return disk;
    }

    private static ByteBuffer filled(final int bytes, final int value) {
        final ByteBuffer buffer = ByteBuffer.allocate(bytes);
        for (int i = 0; i < bytes; i++) {
            buffer.put(i, (byte) value);
        }
        return buffer;
    }

    /** The first byte of each sector, after checking that the others are the same. */
    private static String sectors(final SimulatedDisk disk) throws IOException {
        final StringBuilder said = new StringBuilder();
        try (DiskFile file = disk.open(FILE, false)) {
            final ByteBuffer all = ByteBuffer.allocate((int) file.sizeBytes());
            file.read(all, 0);
            for (int at = 0; at < all.capacity(); at += 512) {
                said.append(all.get(at));
                assertEquals(all.get(at), all.get(Math.min(at + 511, all.capacity() - 1)));
            }
        }
        return said.toString();
    }
}
