package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.FileDisk;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SystemClock;
import io.highwater.records.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A shard, a flusher and readers on threads of their own, over real files and small segments that roll, are trimmed and
 * deleted all the time: a reader never touches unmapped memory, the flusher never a closed file.
 */
final class LogThreadsTest {
    private static final int BATCHES = 20_000;

    @TempDir
    Path directory;

    private final ScheduledExecutorService shardThread = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService flushThread = Executors.newSingleThreadExecutor();
    private final ExecutorService readers = Executors.newFixedThreadPool(2);
    private final AtomicReference<String> failure = new AtomicReference<>();

    private final Shard shard = new Shard() {
        @Override
        public void execute(final Runnable task) {
            shardThread.execute(task);
        }

        @Override
        public Timer schedule(final Runnable task, final long delayMs) {
            final var scheduled = shardThread.schedule(task, delayMs, TimeUnit.MILLISECONDS);
            return () -> scheduled.cancel(false);
        }

        @Override
        public boolean isCurrent() {
            return false;
        }
    };

    @AfterEach
    void stopThreads() {
        shardThread.shutdownNow();
        flushThread.shutdown();
        readers.shutdown();
    }

    private <T> T onShard(final Callable<T> task) throws Exception {
        return shardThread.submit(task).get();
    }

    @Test
    void readersAndFlusherLiveBesideTheWriter() throws Exception {
        final LogDirectory data = LogDirectory.open(
                FileDisk.open(),
                directory.resolve("data"),
                LogDirectoryConfig.DEFAULT,
                SystemClock.INSTANCE,
                new SeededRandom(1),
                flushThread,
                flushThread,
                1,
                null);
        final PartitionLog log = data.openPartition(
                LogFixture.KEY, LogConfig.DEFAULT.withSegmentBytes(100_000).withIndexIntervalBytes(1000), shard);
        final AtomicLong read = new AtomicLong();
        final SeededRandom random = new SeededRandom(2);
        for (int round = 0; round < BATCHES / 100; round++) {
            onShard(() -> {
                for (int i = 0; i < 100; i++) {
                    log.append(LogFixture.batch("text number " + i, 1 + i % 3, 1000 + i), 0, -1);
                }
                return null;
            });
            for (int i = 0; i < 4; i++) {
                final long offset = log.startOffset() + random.nextInt((int) (log.endOffset() - log.startOffset()));
                final LogSlice slice = onShard(() -> log.read(offset, 10_000, log.endOffset() - 3, true));
                readers.execute(() -> check(slice, read));
            }
            if (round % 10 == 9) {
                final long start = log.startOffset() + (log.endOffset() - log.startOffset()) / 2;
                onShard(() -> {
                    log.trimTo(start);
                    return null;
                });
            }
            if (round % 17 == 16) {
                onShard(() -> {
                    // Only what no reader was shown.
                    log.truncateTo(log.endOffset() - 1);
                    return null;
                });
            }
        }
        readers.shutdown();
        assertTrue(readers.awaitTermination(20, TimeUnit.SECONDS));
        assertNull(failure.get());
        assertTrue(read.get() > BATCHES, read::toString);
        final long end = log.endOffset();
        for (int i = 0; i < 1000 && log.stableEnd() < end; i++) {
            onShard(() -> null);
            flushThread.submit(() -> {}).get();
        }
        assertEquals(end, log.stableEnd());
        assertNull(data.failure());
        onShard(() -> null);
        data.close();
    }

    private void check(final LogSlice slice, final AtomicLong read) {
        final ByteBuffer records = slice.records();
        for (int at = 0; at < records.limit(); at += RecordBatch.sizeInBytes(records, at)) {
            if (RecordBatch.crc(records, at) != RecordBatch.computeCrc(records, at)) {
                failure.compareAndSet(null, "bad batch at " + at + " of the slice at " + slice.firstOffset());
                break;
            }
            read.incrementAndGet();
        }
        slice.lifetime().release();
    }
}
