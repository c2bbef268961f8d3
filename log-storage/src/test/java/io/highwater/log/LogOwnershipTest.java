package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/**
 * A log's files have one owner at a time. Aim: a log is deleted or closed, on a thread that may block, while its shard is
 * in the middle of something. Method: the disk calls the other thread's part from inside an operation of the shard's, or
 * holds the shard there until the other thread has got as far as it may.
 */
final class LogOwnershipTest {
    private final SimulatedDisk disk = new SimulatedDisk(31);

    private LogFixture opened(final LogConfig config) throws Exception {
        return new LogFixture(disk, Path.of("/data"), config).open();
    }

    /** Once, before the first operation that the condition names. */
    private void onceBefore(final DiskOperation wanted, final String pathPart, final Step step) {
        final boolean[] done = new boolean[1];
        disk.beforeEach((operation, path) -> {
            if (!done[0] && operation == wanted && path.toString().contains(pathPart)) {
                done[0] = true;
                run(step);
            }
        });
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private static void run(final Step step) {
        try {
            step.run();
        } catch (final Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLogThatIsDeletedWhileItsShardTidiesUpIsClosedAfterwards() throws Exception {
        final LogFixture fixture = opened(LogConfig.DEFAULT.withSegmentBytes(2000));
        fixture.append(LogFixture.batch("a", 1, 1000));
        fixture.settle();
        final int files = disk.openFiles();
        for (int i = 0; i < 10; i++) {
            fixture.append(LogFixture.batch("a".repeat(700), 2, 1000));
        }
        fixture.flushes.runAll();
        onceBefore(DiskOperation.TRUNCATE, ".log", () -> fixture.directory.deletePartition(LogFixture.KEY));
        fixture.shard.runAll();
        assertTrue(fixture.directory.knownPartitions().isEmpty());
        assertEquals(files - 1, disk.openFiles());
        fixture.settle();
        assertNull(fixture.directory.failure());
        fixture.directory.close();
        assertEquals(0, disk.openFiles());
    }

    @Test
    void aLogThatIsDeletedWhileItIsReadStaysReadableToTheEndOfTheRead() throws Exception {
        int whole = 0;
        for (int operation = 0; operation < 40; operation++) {
            whole += readWhileDeleted(operation) ? 1 : 0;
        }
        assertTrue(whole > 0, "no read came through");
    }

    /**
     * True when the read gave its records although the log was deleted under it; false when it met a file that was gone, or
     * was over before that operation. Anything else is thrown.
     */
    private boolean readWhileDeleted(final int atOperation) throws Exception {
        final LogConfig config = LogConfig.DEFAULT.withSegmentBytes(60_000).withIndexIntervalBytes(1);
        final LogFixture fixture = new LogFixture(disk, Path.of("/data" + atOperation), config).open();
        final ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 0; i < 1000; i++) {
            final ByteBuffer batch = LogFixture.batch("n" + i, 1, 1000);
            fixture.append(batch);
            if (i >= 600 && i < 620) {
                final byte[] bytes = new byte[batch.remaining()];
                batch.get(bytes);
                expected.write(bytes);
            }
        }
        fixture.settle();
        final int[] left = {atOperation};
        disk.beforeEach((operation, path) -> {
            if (left[0]-- == 0) {
                run(() -> fixture.directory.deletePartition(LogFixture.KEY));
            }
        });
        try {
            final LogSlice slice = fixture.log.read(600, expected.size() + 10, 1000, true);
            disk.beforeEach((operation, path) -> {});
            fixture.settle();
            final byte[] got = new byte[slice.sizeBytes()];
            slice.records().get(got);
            slice.lifetime().release();
            assertArrayEquals(expected.toByteArray(), got);
            return left[0] < 0;
        } catch (final LogStorageException e) {
            assertInstanceOf(NoSuchFileException.class, e.getCause());
            return false;
        } finally {
            disk.beforeEach((operation, path) -> {});
            fixture.settle();
            fixture.directory.close();
            assertEquals(0, disk.openFiles());
        }
    }

    @Test
    void aCloseWaitsForWhatTheShardHasUnderWay() throws Exception {
        final LogFixture fixture = opened(LogConfig.DEFAULT.withSegmentBytes(2000));
        for (int i = 0; i < 10; i++) {
            fixture.append(LogFixture.batch("a".repeat(700), 2, 1000));
        }
        fixture.flushes.runAll();
        final CountDownLatch shardIsInside = new CountDownLatch(1);
        final CountDownLatch shardMayGoOn = new CountDownLatch(1);
        onceBefore(DiskOperation.TRUNCATE, ".log", () -> {
            shardIsInside.countDown();
            shardMayGoOn.await();
        });
        final FutureTask<Integer> shardsPart = new FutureTask<>(fixture.shard::runAll);
        new Thread(shardsPart, "shard").start();
        shardIsInside.await();
        final FutureTask<Void> closersPart = new FutureTask<>(() -> {
            fixture.directory.close();
            return null;
        });
        final Thread closer = new Thread(closersPart, "closer");
        closer.start();
        while (closer.getState() != Thread.State.WAITING && closer.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        shardMayGoOn.countDown();
        shardsPart.get();
        closersPart.get();
        assertEquals(0, disk.openFiles());
        assertEquals(0, disk.mappedRegions());
        final LogFixture next = fixture.reopen();
        assertTrue(next.directory.wasCleanlyStopped());
        assertEquals(20, next.log.endOffset());
        next.directory.close();
    }
}
