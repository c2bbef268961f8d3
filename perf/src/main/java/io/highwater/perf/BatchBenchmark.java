package io.highwater.perf;

import io.highwater.records.BatchProblem;
import io.highwater.records.BatchValidation;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the check of one uncompressed 64 KiB batch costs: header, CRC-32C, the walk over its records. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BatchBenchmark {
    static final int BATCH_BYTES = 64 * 1024;

    /** Bytes of each record's value. */
    @Param({"100", "1024"})
    public int recordBytes;

    private ByteBuffer batch;

    /** Makes the batch, off the heap as a receive buffer is. */
    @Setup
    public void setUp() {
        batch = batchOf(recordBytes);
    }

    static ByteBuffer batchOf(final int recordBytes) {
        final RecordBatchBuilder builder = new RecordBatchBuilder();
        final ByteBuffer value = ByteBuffer.allocate(recordBytes);
        while (builder.sizeInBytes() + recordBytes < BATCH_BYTES) {
            builder.append(1_000_000L, null, value);
        }
        final ByteBuffer built = builder.build();
        return ByteBuffer.allocateDirect(built.remaining())
                .put(built.duplicate())
                .flip();
    }

    /** The check that every produced batch passes. */
    @Benchmark
    public BatchProblem checkProduced() {
        return BatchValidation.checkProduced(batch);
    }
}
