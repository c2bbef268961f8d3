package io.highwater.perf;

import io.highwater.log.AppendResult;
import io.highwater.log.FlushPolicy;
import io.highwater.log.LogConfig;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogDirectoryConfig;
import io.highwater.log.LogSlice;
import io.highwater.log.PartitionLog;
import io.highwater.log.TopicPartitionKey;
import io.highwater.log.disk.FileDisk;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SystemClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One partition's log on the machine's disk, under {@code flush.policy=os}: what an append of 64 KiB and a read of 1 MiB
 * cost the shard that does them. The log is cut when it has grown to a gigabyte, so that a run needs bounded space.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogBenchmark {
    private static final long LOG_BYTES_MAX = 1L << 30;
    private static final long LONG = Long.MAX_VALUE;
    private static final int READ_BYTES = 1 << 20;
    private static final int FILLED_BATCHES = 1_000;

    private Path scratch;
    private ExecutorService executor;
    private LogDirectory directory;
    private PartitionLog log;
    private ByteBuffer batch;
    private long readFrom;

    /** Opens a log in a scratch directory and fills it with 64 MB. */
    @Setup(Level.Trial)
    public void setUp() throws Exception {
        scratch = Files.createTempDirectory("highwater-perf");
        executor = Executors.newSingleThreadExecutor();
        directory = LogDirectory.open(
                FileDisk.open(),
                scratch.resolve("data"),
                LogDirectoryConfig.DEFAULT,
                SystemClock.INSTANCE,
                new SeededRandom(1),
                executor,
                executor,
                1,
                null);
        log = directory.openPartition(
                new TopicPartitionKey("bench", 0, new UUID(1, 1)),
                new LogConfig(
                        1 << 30, LONG, 4096, 1 << 20, FlushPolicy.OS, 1_000, false, LONG, LONG, 1 << 30, -1, -1, LONG),
                new CallerShard());
        log.epochs().assign(0, 0);
        batch = BatchBenchmark.batchOf(1024);
        for (int i = 0; i < FILLED_BATCHES; i++) {
            append();
        }
    }

    /** Closes and removes everything. */
    @TearDown(Level.Trial)
    public void tearDown() throws IOException {
        directory.close();
        executor.shutdown();
        try (Stream<Path> paths = Files.walk(scratch)) {
            for (final Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }

    /** Appends one batch of 64 KiB. */
    @Benchmark
    public AppendResult append() throws Exception {
        if (log.sizeBytes() > LOG_BYTES_MAX) {
            log.truncateTo(0);
            readFrom = 0;
        }
        return log.append(batch, 0, -1);
    }

    /** Finds and maps 1 MiB; the bytes themselves are not touched. */
    @Benchmark
    public long read() throws Exception {
        if (readFrom >= log.endOffset()) {
            readFrom = 0;
        }
        final LogSlice slice = log.read(readFrom, READ_BYTES, log.endOffset(), true);
        readFrom = slice.nextOffset();
        slice.lifetime().release();
        return readFrom;
    }

    /** The benchmark's own thread is the log's single writer. */
    private static final class CallerShard implements Shard {
        @Override
        public void execute(final Runnable task) {
            task.run();
        }

        @Override
        public Timer schedule(final Runnable task, final long delayMs) {
            return () -> {};
        }

        @Override
        public boolean isCurrent() {
            return true;
        }
    }
}
