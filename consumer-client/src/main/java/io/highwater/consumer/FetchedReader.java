package io.highwater.consumer;

import io.highwater.protocol.ErrorCode;
import io.highwater.records.BatchCursor;
import io.highwater.records.BatchProblem;
import io.highwater.records.CorruptBatchException;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordCursor;
import java.util.List;

/** Reads fetched batches record by record: CRC, decompression, control batches left out. Confined to the polling thread. */
final class FetchedReader implements AutoCloseable {
    private final ConsumerConfig config;
    private final Fetched fetched;
    private final BatchCursor batches = new BatchCursor();
    /** Of the current batch; null between batches. */
    private RecordCursor records;

    FetchedReader(final ConsumerConfig config, final Fetched fetched) {
        this.config = config;
        this.fetched = fetched;
        batches.wrap(fetched.records());
    }

    Fetched fetched() {
        return fetched;
    }

    /** Adds records until there are as many as wanted (false) or no more here (true). */
    boolean readInto(final List<ConsumedRecord> target, final int countMax) {
        try {
            while (target.size() < countMax) {
                if (records == null && !nextBatch()) {
                    return true;
                }
                if (!records.next()) {
                    close();
                } else if (records.offset() >= fetched.fromOffset()) {
                    target.add(new ConsumedRecord(fetched.partition(), records.record()));
                }
            }
            return false;
        } catch (final CorruptBatchException e) {
            throw new ConsumeException(
                    ErrorCode.CORRUPT_MESSAGE,
                    fetched.partition() + " in the batch at offset " + batches.baseOffset() + ", " + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        if (records != null) {
            records.close();
            records = null;
        }
    }

    /** Opens the next batch with records for people; false at the end. */
    private boolean nextBatch() {
        while (batches.next()) {
            final BatchProblem problem = config.checksCrc() ? batches.check() : BatchProblem.NONE;
            if (problem != BatchProblem.NONE) {
                throw new ConsumeException(
                        ErrorCode.CORRUPT_MESSAGE,
                        fetched.partition() + " in the batch at offset " + batches.baseOffset() + ", "
                                + problem.text());
            }
            if (!RecordBatch.isControl(batches.buffer(), batches.position())
                    && batches.lastOffset() >= fetched.fromOffset()) {
                records = batches.records(config.decompressedBytesMax());
                return true;
            }
        }
        return false;
    }
}
