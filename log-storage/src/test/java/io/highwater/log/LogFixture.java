package io.highwater.log;

import io.highwater.log.datajournal.DataJournalConfig;
import io.highwater.log.disk.Disk;
import io.highwater.port.Clock;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;

/** One directory with one log, every thread stepped by hand. */
final class LogFixture {
    static final UUID TOPIC_ID = new UUID(0x1234_5678_9ABC_4DEFL, 0x8123_4567_89AB_CDEFL);
    /** A data journal so small that its files are used in turn. */
    static final LogDirectoryConfig DIRECTORY_CONFIG =
            new LogDirectoryConfig(64L << 20, 8 << 20, 1000, new DataJournalConfig(16 << 10, 64 << 10, 5_000, 512));

    static final TopicPartitionKey KEY = new TopicPartitionKey("orders", 0, TOPIC_ID);

    final Disk disk;
    final Path path;
    final LogConfig config;
    final Steps flushes = new Steps();
    final Steps deletions = new Steps();
    final Steps shard = new Steps();
    final List<Long> told = new ArrayList<>();
    final List<String> offline = new ArrayList<>();
    long nowMs = 1_000_000;
    LogDirectory directory;
    PartitionLog log;

    LogFixture(final Disk disk, final Path path, final LogConfig config) {
        this.disk = disk;
        this.path = path;
        this.config = config;
    }

    /** Tasks that wait to be run by the test. Timers run with the others. */
    static final class Steps implements Shard {
        final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

        @Override
        public void execute(final Runnable task) {
            waiting.add(task);
        }

        @Override
        public Timer schedule(final Runnable task, final long delayMs) {
            waiting.add(task);
            return () -> waiting.remove(task);
        }

        @Override
        public boolean isCurrent() {
            return false;
        }

        int runAll() {
            int ran = 0;
            for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
                task.run();
                ran++;
            }
            return ran;
        }
    }

    LogFixture open() throws IOException, LogDirectoryException {
        start();
        log = directory.openPartition(KEY, config, shard);
        log.onStableEnd(new StableEndListener() {
            @Override
            public void onStableEnd(final PartitionLog source, final long stableEnd) {
                told.add(stableEnd);
            }

            @Override
            public void onOffline(final PartitionLog source, final LogOfflineException reason) {
                offline.add(reason.getMessage());
            }
        });
        return this;
    }

    /** Opens the directory and none of its partitions. */
    LogFixture start() throws IOException, LogDirectoryException {
        directory = openDirectory(flushes);
        return this;
    }

    /** The same for the process after this one. */
    LogFixture restart() throws IOException, LogDirectoryException {
        final LogFixture next = new LogFixture(disk, path, config);
        next.nowMs = nowMs;
        return next.start();
    }

    LogDirectory openDirectory(final Executor flushExecutor) throws IOException, LogDirectoryException {
        final Clock clock = new Clock() {
            @Override
            public long wallMs() {
                return nowMs;
            }

            @Override
            public long monotonicNs() {
                return nowMs * 1_000_000L;
            }
        };
        return LogDirectory.open(
                disk, path, DIRECTORY_CONFIG, clock, new SeededRandom(7), flushExecutor, deletions, 1, null);
    }

    /** Everything that waits is done, and what follows from it. */
    void settle() {
        while (flushes.runAll() + shard.runAll() + deletions.runAll() > 0) {
            // Each may have given the others work.
        }
    }

    LogFixture reopenCleanly() throws IOException, LogDirectoryException {
        settle();
        directory.close();
        return reopen();
    }

    /** As the next process would. */
    LogFixture reopen() throws IOException, LogDirectoryException {
        final LogFixture next = new LogFixture(disk, path, config);
        next.nowMs = nowMs;
        return next.open();
    }

    /** One plain batch; record {@code i} has the value {@code text-i} and the timestamp {@code timestamp + i}. */
    static ByteBuffer batch(final String text, final int records, final long timestamp) {
        return batch(Compression.NONE, text, records, timestamp);
    }

    static ByteBuffer batch(final Compression codec, final String text, final int records, final long timestamp) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().reset().compression(codec);
        for (int i = 0; i < records; i++) {
            builder.append(timestamp + i, null, ByteBuffer.wrap((text + "-" + i).getBytes(StandardCharsets.UTF_8)));
        }
        return builder.build();
    }

    static ByteBuffer idempotent(final long producerId, final int epoch, final int sequence, final int records) {
        final RecordBatchBuilder builder =
                new RecordBatchBuilder().reset().producer(producerId, (short) epoch, sequence);
        for (int i = 0; i < records; i++) {
            builder.append(1000 + i, null, ByteBuffer.wrap(new byte[20]));
        }
        return builder.build();
    }

    long append(final ByteBuffer batch) throws LogStorageException {
        return append(batch, 0);
    }

    long append(final ByteBuffer batch, final int epoch) throws LogStorageException {
        return log.append(batch, epoch, -1).baseOffset();
    }

    /** All bytes from the log's start to its end, read in pieces. */
    byte[] readAll(final int maxBytes) throws Exception {
        return readAll(log, maxBytes);
    }

    static byte[] readAll(final PartitionLog log, final int maxBytes) throws Exception {
        final java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        long offset = log.startOffset();
        while (offset < log.endOffset()) {
            final LogSlice slice = log.read(offset, maxBytes, log.endOffset(), true);
            final byte[] bytes = new byte[slice.sizeBytes()];
            if (bytes.length == 0) {
                throw new AssertionError("nothing at offset " + offset + " of " + log.endOffset());
            }
            slice.records().get(bytes);
            out.write(bytes);
            offset = slice.nextOffset();
            slice.lifetime().release();
        }
        return out.toByteArray();
    }

    /** Base offsets of the batches in a slice; the slice is released. */
    static List<Long> basesOf(final LogSlice slice) {
        final List<Long> bases = new ArrayList<>();
        final ByteBuffer records = slice.records();
        for (int at = 0; at < records.limit(); at += RecordBatch.sizeInBytes(records, at)) {
            bases.add(RecordBatch.baseOffset(records, at));
        }
        slice.lifetime().release();
        return bases;
    }
}
