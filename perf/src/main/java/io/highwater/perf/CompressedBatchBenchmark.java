package io.highwater.perf;

import io.highwater.records.BatchProblem;
import io.highwater.records.BatchValidation;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the check of one compressed batch costs: header, CRC-32C, decompression, the walk over its records. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CompressedBatchBenchmark {
    private static final int BOMB_BYTES = 31 << 20;

    /** The codec. */
    @Param({"gzip", "snappy", "lz4", "zstd"})
    public String codec;

    /**
     * {@code 64k} and {@code 1m}: so many bytes of records before compression, texts of 200 bytes that shrink to a third or
     * so. {@code bomb}: one record of 31 MiB of zeros, near the bound on decompressed bytes.
     */
    @Param({"64k", "1m", "bomb"})
    public String batch;

    private ByteBuffer bytes;

    /** Makes the batch, off the heap as a receive buffer is. */
    @Setup
    public void setUp() {
        final RecordBatchBuilder builder = new RecordBatchBuilder().compression(Compression.forName(codec));
        if ("bomb".equals(batch)) {
            builder.append(1_000_000L, null, ByteBuffer.allocate(BOMB_BYTES));
        } else {
            addTexts(builder, "1m".equals(batch) ? 1 << 20 : 64 << 10);
        }
        final ByteBuffer built = builder.build();
        bytes = ByteBuffer.allocateDirect(built.remaining())
                .put(built.duplicate())
                .flip();
        if (checkProduced() != BatchProblem.NONE) {
            throw new IllegalStateException("the batch is refused: " + checkProduced());
        }
        System.out.println("bytes: " + builder.sizeInBytes() + " plain, " + built.remaining() + " compressed");
    }

    private static void addTexts(final RecordBatchBuilder builder, final int plainBytes) {
        final SplittableRandom random = new SplittableRandom(1);
        while (builder.sizeInBytes() < plainBytes) {
            final String text = "{\"id\":" + random.nextLong(1L << 40) + ",\"user\":\"user-" + random.nextInt(5_000)
                    + "\",\"action\":\"" + (random.nextBoolean() ? "view" : "click") + "\",\"page\":\"/products/"
                    + random.nextInt(1_000) + "\",\"session\":\"" + Long.toHexString(random.nextLong())
                    + "\",\"agent\":\"Mozilla/5.0 (X11; Linux x86_64)\",\"took_ms\":" + random.nextInt(900) + "}";
            builder.append(
                    1_000_000L + random.nextInt(100), null, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** The check that every produced batch passes. */
    @Benchmark
    public BatchProblem checkProduced() {
        return BatchValidation.checkProduced(bytes);
    }
}
