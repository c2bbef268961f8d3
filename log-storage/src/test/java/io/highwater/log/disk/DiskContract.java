package io.highwater.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every disk promises while nothing goes wrong. */
abstract class DiskContract {
    private Disk disk;
    private Path directory;

    abstract Disk newDisk() throws IOException;

    /** A directory that exists and is empty. */
    abstract Path newDirectory(Disk onDisk) throws IOException;

    @BeforeEach
    void setUp() throws IOException {
        disk = newDisk();
        directory = newDirectory(disk);
    }

    @Test
    void readsWhatWasWrittenAndExtendsTheFile() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("hello"), 3);
            assertEquals(8, file.sizeBytes());
            final ByteBuffer target = ByteBuffer.allocate(20);
            assertEquals(8, file.read(target, 0));
            assertEquals("\0\0\0hello", text(target.flip()));
            assertEquals(0, file.read(ByteBuffer.allocate(1), 8));
            assertEquals(0, file.read(ByteBuffer.allocate(1), 800));
        }
    }

    @Test
    void writesDirectBuffersFromTheirPosition() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            final ByteBuffer source =
                    ByteBuffer.allocateDirect(4).put(bytes("abcd")).position(1).limit(3);
            file.write(source, 0);
            assertEquals(3, source.position());
            assertEquals("bc", content(file));
        }
    }

    @Test
    void keepsTheBytesWhenAFileIsOpenedAgain() throws IOException {
        write("a", "one");
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            assertEquals("one", content(file));
        }
    }

    @Test
    void refusesToOpenWhatIsNotThere() {
        assertThrows(NoSuchFileException.class, () -> disk.open(directory.resolve("a"), false));
        assertThrows(NoSuchFileException.class, () -> disk.open(directory.resolve("no/a"), true));
    }

    @Test
    void allocatesZerosAndNeverShrinks() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("x"), 0);
            file.allocate(200_000);
            assertEquals(200_000, file.sizeBytes());
            file.allocate(10);
            assertEquals(200_000, file.sizeBytes());
            final ByteBuffer target = ByteBuffer.allocate(200_001);
            assertEquals(200_000, file.read(target, 0));
            assertEquals('x', target.get(0));
            for (int i = 1; i < 200_000; i++) {
                assertEquals(0, target.get(i));
            }
        }
    }

    @Test
    void truncatesAndShowsZerosWhereOldBytesWere() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("abcdef"), 0);
            file.truncate(2);
            assertEquals(2, file.sizeBytes());
            file.truncate(100);
            assertEquals(2, file.sizeBytes());
            file.write(bytes("z"), 4);
            assertEquals("ab\0\0z", content(file));
        }
    }

    @Test
    void forcesFilesAndDirectories() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("x"), 0);
            file.startWriteBack(0, 1);
            file.force();
        }
        disk.forceDirectory(directory);
    }

    @Test
    void writesThroughToPlacesThatWereAllocated() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.allocate(4 * DiskFile.BLOCK_BYTES);
            file.write(bytes("first"), 0);
            file.write(bytes("last"), 4 * DiskFile.BLOCK_BYTES - 4);
            file.force();
            assumeTrue(file.tryWriteThrough(), "the file system has no writes past its page cache");
            assertTrue(file.tryWriteThrough());
            final ByteBuffer source =
                    ByteBuffer.allocateDirect(4 * DiskFile.BLOCK_BYTES).alignedSlice(DiskFile.BLOCK_BYTES);
            source.put(bytes("new"))
                    .position(2 * DiskFile.BLOCK_BYTES - 3)
                    .put(bytes("end"))
                    .flip();
            file.writeThrough(source, DiskFile.BLOCK_BYTES);
            assertEquals(0, source.remaining());
            final String text = content(file);
            assertEquals(4 * DiskFile.BLOCK_BYTES, text.length());
            assertEquals("\0\0\0\0\0", text.substring(0, 5));
            assertEquals("new\0", text.substring(DiskFile.BLOCK_BYTES, DiskFile.BLOCK_BYTES + 4));
            assertEquals("end\0", text.substring(3 * DiskFile.BLOCK_BYTES - 3, 3 * DiskFile.BLOCK_BYTES + 1));
            assertEquals("\0last", text.substring(4 * DiskFile.BLOCK_BYTES - 5));
        }
    }

    @Test
    void mapsAViewThatSeesLaterWrites() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("0123456789"), 0);
            final MappedRegion region = file.map(2, 6);
            assertEquals(2, region.position());
            assertEquals(6, region.lengthBytes());
            final ByteBuffer slice = region.slice(1, 4);
            assertTrue(slice.isReadOnly());
            assertTrue(slice.isDirect());
            assertEquals("3456", text(slice.duplicate()));
            file.write(bytes("XY"), 4);
            assertEquals("3XY6", text(slice.duplicate()));
            region.release();
        }
    }

    @Test
    void keepsARegionMappedUntilTheLastShareIsGone() throws IOException {
        final MappedRegion region;
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("abc"), 0);
            region = file.map(0, 3);
        }
        assertTrue(region.tryRetain());
        region.release();
        assertEquals("abc", text(region.slice(0, 3)));
        region.retain();
        region.release();
        region.release();
        assertFalse(region.tryRetain());
        assertThrows(IllegalStateException.class, region::retain);
        assertThrows(IllegalStateException.class, region::release);
        assertThrows(IllegalStateException.class, () -> region.slice(0, 1));
    }

    @Test
    void mapsOnlyWhatIsInTheFileAndSlicesOnlyWhatIsMapped() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("abc"), 0);
            assertThrows(IllegalArgumentException.class, () -> file.map(0, 4));
            assertThrows(IllegalArgumentException.class, () -> file.map(-1, 2));
            assertThrows(IllegalArgumentException.class, () -> file.map(1, 0));
            assertEquals(3, file.sizeBytes());
            final MappedRegion region = file.map(1, 2);
            assertThrows(IndexOutOfBoundsException.class, () -> region.slice(0, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> region.slice(-1, 1));
            region.release();
        }
    }

    @Test
    void refusesToCutUnderAMapping() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.allocate(8192);
            final MappedRegion region = file.map(0, 4096);
            file.truncate(4096);
            assertThrows(IllegalStateException.class, () -> file.truncate(4095));
            region.release();
            file.truncate(0);
            assertEquals(0, file.sizeBytes());
        }
    }

    @Test
    void listsNamesInOrder() throws IOException {
        write("b", "");
        write("a", "");
        disk.createDirectories(directory.resolve("c/d/e"));
        assertEquals(List.of("a", "b", "c"), disk.list(directory));
        assertEquals(List.of("d"), disk.list(directory.resolve("c")));
        assertTrue(disk.isDirectory(directory.resolve("c/d/e")));
        assertFalse(disk.isDirectory(directory.resolve("a")));
        assertTrue(disk.exists(directory.resolve("a")));
        assertFalse(disk.exists(directory.resolve("z")));
        disk.createDirectories(directory.resolve("c/d/e"));
        assertThrows(IOException.class, () -> disk.list(directory.resolve("z")));
    }

    @Test
    void renamesOverAnExistingFile() throws IOException {
        write("a", "new");
        write("b", "old");
        disk.rename(directory.resolve("a"), directory.resolve("b"));
        assertEquals(List.of("b"), disk.list(directory));
        try (DiskFile file = disk.open(directory.resolve("b"), false)) {
            assertEquals("new", content(file));
        }
        assertThrows(NoSuchFileException.class, () -> disk.rename(directory.resolve("a"), directory.resolve("b")));
    }

    @Test
    void renamesADirectoryWithItsContents() throws IOException {
        disk.createDirectories(directory.resolve("a"));
        write("a/x", "1");
        disk.rename(directory.resolve("a"), directory.resolve("b"));
        assertEquals(List.of("x"), disk.list(directory.resolve("b")));
    }

    @Test
    void deletesFilesAndEmptyDirectoriesOnly() throws IOException {
        disk.createDirectories(directory.resolve("c"));
        write("c/a", "");
        assertThrows(DirectoryNotEmptyException.class, () -> disk.delete(directory.resolve("c")));
        disk.delete(directory.resolve("c/a"));
        disk.delete(directory.resolve("c"));
        disk.delete(directory.resolve("c"));
        assertEquals(List.of(), disk.list(directory));
    }

    @Test
    void anOpenFileOutlivesItsName() throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"), true)) {
            file.write(bytes("abc"), 0);
            disk.delete(directory.resolve("a"));
            assertEquals("abc", content(file));
        }
    }

    @Test
    void refusesAClosedFile() throws IOException {
        final DiskFile file = disk.open(directory.resolve("a"), true);
        file.close();
        assertThrows(IOException.class, () -> file.write(bytes("x"), 0));
        assertThrows(IOException.class, file::force);
    }

    @Test
    void givesALockToOneHolderAtATime() throws IOException {
        final Path lockFile = directory.resolve(".lock");
        final Closeable lock = disk.tryLock(lockFile);
        assertNotNull(lock);
        assertNull(disk.tryLock(lockFile));
        assertNull(disk.tryLock(lockFile));
        lock.close();
        final Closeable again = disk.tryLock(lockFile);
        assertNotNull(again);
        again.close();
    }

    @Test
    void namesItsBootAndItsSpace() throws IOException {
        assertFalse(disk.bootId().isBlank());
        assertTrue(disk.usableBytes(directory) > 0);
    }

    private void write(final String name, final String text) throws IOException {
        try (DiskFile file = disk.open(directory.resolve(name), true)) {
            file.write(bytes(text), 0);
        }
    }

    static ByteBuffer bytes(final String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String text(final ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes).toString();
    }

    static String content(final DiskFile file) throws IOException {
        final ByteBuffer target = ByteBuffer.allocate((int) file.sizeBytes());
        file.read(target, 0);
        return text(target.flip());
    }
}
