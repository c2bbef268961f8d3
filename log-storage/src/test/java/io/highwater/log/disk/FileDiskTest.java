package io.highwater.log.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.FileBacked;
import io.highwater.port.FileRange;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the real file system, and what only a real one can get wrong. */
class FileDiskTest extends DiskContract {
    @TempDir
    Path temporary;

    @Override
    Disk newDisk() throws IOException {
        return FileDisk.open();
    }

    @Override
    Path newDirectory(final Disk onDisk) {
        return temporary;
    }

    /** Another process tries the lock after this one tried twice: POSIX drops a lock when any channel of the file closes. */
    @Test
    void keepsTheLockAgainstOtherProcessesAfterASecondAttempt() throws Exception {
        final Path lockFile = temporary.resolve(".lock");
        final Disk disk = FileDisk.open();
        final Closeable lock = disk.tryLock(lockFile);
        assertNull(disk.tryLock(temporary.resolve("./.lock")));
        assertEquals("taken", otherProcess(lockFile));
        lock.close();
        assertEquals("free", otherProcess(lockFile));
    }

    /** What a transport sends instead of the memory: the same bytes, from a channel that is open until they are sent. */
    @Test
    void aRegionNamesTheFileBehindItsMemoryWhileTheFileIsOpen() throws Exception {
        final Path path = temporary.resolve("ranged");
        final DiskFile file = FileDisk.open().open(path, true);
        final byte[] bytes = new byte[3 * 4096];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 >>> 3);
        }
        file.write(ByteBuffer.wrap(bytes), 0);
        final MappedRegion region = file.map(4096, 2 * 4096);
        final ByteBuffer piece = region.slice(100, 1000);
        piece.position(10).limit(500);
        final FileRange range = ((FileBacked) region).rangeOrNull(piece);
        assertEquals(4096 + 100 + 10, range.position());
        file.close();
        final ByteBuffer read = ByteBuffer.allocate(piece.remaining());
        assertEquals(read.capacity(), range.channel().read(read, range.position()));
        assertEquals(piece, read.flip());
        assertNull(((FileBacked) region).rangeOrNull(ByteBuffer.allocateDirect(8)));
        assertThrows(IOException.class, () -> file.write(ByteBuffer.allocate(1), 0));
        assertThrows(IOException.class, file::force);
        assertNull(((FileBacked) region).rangeOrNull(piece), "a closed file sends nothing new");
        assertTrue(range.channel().isOpen());
        range.open().release();
        assertFalse(range.channel().isOpen(), "a region has no descriptor of its own");
        assertEquals(bytes[4096 + 100 + 10], piece.get(piece.position()));
        region.release();
    }

    /**
     * An owner maps, publishes, unpublishes and unmaps regions while readers read what is published. A reader that touched
     * unmapped memory would end the process; one that saw another region's bytes fails here.
     */
    @Test
    void readersNeverTouchUnmappedMemory() throws Exception {
        final int readersCount = 3;
        final int regionBytes = 64 * 1024;
        final int rounds = 3_000;
        final AtomicReference<MappedRegion> published = new AtomicReference<>();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final AtomicLong reads = new AtomicLong();
        final Disk disk = FileDisk.open();
        try (DiskFile file = disk.open(temporary.resolve("s"), true)) {
            final ByteBuffer block = ByteBuffer.allocate(regionBytes);
            for (int i = 0; i < 4; i++) {
                for (int at = 0; at < regionBytes; at++) {
                    block.put(at, (byte) (i + 1));
                }
                file.write(block.clear(), (long) i * regionBytes);
            }
            published.set(file.map(0, regionBytes));
            final List<Thread> readers = new ArrayList<>();
            for (int r = 0; r < readersCount; r++) {
                final Thread reader = new Thread(() -> read(published, reads));
                reader.setUncaughtExceptionHandler((thread, e) -> failure.compareAndSet(null, e));
                readers.add(reader);
                reader.start();
            }
            for (int i = 1; i <= rounds && failure.get() == null; i++) {
                final MappedRegion next = i == rounds ? null : file.map((long) (i % 4) * regionBytes, regionBytes);
                published.getAndSet(next).release();
                Thread.onSpinWait();
            }
            final MappedRegion left = published.getAndSet(null);
            if (left != null) {
                left.release();
            }
            for (final Thread reader : readers) {
                reader.join();
            }
            assertNull(failure.get());
            assertTrue(reads.get() > 0);
            // All are gone: nothing covers the cut any more.
            file.truncate(0);
        }
    }

    private static void read(final AtomicReference<MappedRegion> published, final AtomicLong reads) {
        while (true) {
            final MappedRegion region = published.get();
            if (region == null) {
                return;
            }
            if (!region.tryRetain()) {
                continue;
            }
            final ByteBuffer slice = region.slice(0, (int) region.lengthBytes());
            final byte expected = (byte) (region.position() / region.lengthBytes() + 1);
            for (int at = 0; at < slice.capacity(); at += 4096) {
                if (slice.get(at) != expected) {
                    throw new IllegalStateException("read " + slice.get(at) + " instead of " + expected);
                }
            }
            region.release();
            reads.incrementAndGet();
        }
    }

    private static String otherProcess(final Path lockFile) throws Exception {
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockAttempt.class.getName(),
                        lockFile.toString())
                .redirectErrorStream(true)
                .start();
        final String said =
                new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return said.strip();
    }

    /** Says whether the lock of this file is free. */
    static final class LockAttempt {
        public static void main(final String[] args) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
                final FileLock lock = channel.tryLock();
                System.out.println(lock == null ? "taken" : "free");
            }
        }
    }

    @Test
    void bootIdIsTheMachines() throws IOException {
        final Path bootId = Path.of("/proc/sys/kernel/random/boot_id");
        if (Files.exists(bootId)) {
            assertEquals(Files.readString(bootId).strip(), FileDisk.open().bootId());
        }
        assertEquals(FileDisk.open().bootId(), FileDisk.open().bootId());
    }
}
