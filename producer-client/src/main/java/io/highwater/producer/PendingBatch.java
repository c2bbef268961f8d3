package io.highwater.producer;

import io.highwater.protocol.ErrorCode;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Records of one partition that travel together, from the first record to the answer. Confined to the producer's shard. */
final class PendingBatch {
    final PartitionQueue queue;
    /** Rising with creation; batches of a partition are sent in this order. */
    final long number;

    /** Of the first record; monotonic. */
    final long createdMs;

    /** Completes, never exceptionally, when all its records are acknowledged or failed. */
    final CompletableFuture<Void> done = new CompletableFuture<>();

    private final RecordBatchBuilder builder = new RecordBatchBuilder();
    private final List<PendingRecord> records = new ArrayList<>();
    private final BufferSpace space;
    private ByteBuffer built;
    /** Takes no more records. */
    boolean isClosed;

    /** How often it was sent. */
    int attempts;

    /** -1 before the first attempt of an idempotent producer. */
    int baseSequence = RecordBatch.NO_SEQUENCE;

    /** How many batches of the partition had got a number before it. */
    long ordinal;

    /** When it was last sent, an older batch was on its way: if that one fails, so must this one, in the broker's eyes. */
    boolean isSentBehindAnother;

    /** An attempt ended without the broker's word on it: it may be stored. */
    boolean mayBeStored;

    PendingBatch(final PartitionQueue queue, final long number, final long createdMs, final BufferSpace space) {
        this.queue = queue;
        this.number = number;
        this.createdMs = createdMs;
        this.space = space;
    }

    /** True when the record may join; the first one always may. */
    boolean hasRoomFor(final PendingRecord pending, final int batchBytes) {
        return !isClosed && (records.isEmpty() || builder.sizeInBytes() + pending.bytes <= batchBytes);
    }

    /** Adds a record that there is room for. */
    void add(final PendingRecord pending, final int batchBytes) {
        final ProducerRecord record = pending.record;
        builder.append(pending.timestamp, record.key(), record.value(), record.headers());
        records.add(pending);
        isClosed = builder.sizeInBytes() >= batchBytes;
    }

    int recordCount() {
        return records.size();
    }

    boolean hasSequence() {
        return baseSequence != RecordBatch.NO_SEQUENCE;
    }

    /** Numbers the batch for an idempotent producer; the bytes change. */
    void number(final long producerId, final short producerEpoch, final int sequence) {
        baseSequence = sequence;
        builder.producer(producerId, producerEpoch, sequence);
        built = null;
    }

    /** Takes the number back: the broker has not stored it and the next attempt gets a new one. */
    void forgetNumber() {
        baseSequence = RecordBatch.NO_SEQUENCE;
        built = null;
    }

    /** The bytes to send; the same for each attempt. */
    ByteBuffer bytes(final Compression compression) {
        isClosed = true;
        if (built == null) {
            built = builder.compression(compression).build();
        }
        return built.duplicate();
    }

    /** Bytes before compression. */
    int sizeInBytes() {
        return builder.sizeInBytes();
    }

    /** The broker stored it. */
    void acknowledge(final long baseOffset, final long logAppendTimeMs) {
        for (int i = 0; i < records.size(); i++) {
            final PendingRecord record = records.get(i);
            space.giveBack(record.bytes);
            record.future.complete(new Acknowledgement(
                    queue.partition,
                    baseOffset < 0 ? -1 : baseOffset + i,
                    logAppendTimeMs < 0 ? record.timestamp : logAppendTimeMs));
        }
        done.complete(null);
    }

    /** It will not be sent again. */
    void fail(final ErrorCode error, final String reason) {
        final ProduceException e = new ProduceException(error, reason);
        for (final PendingRecord record : records) {
            space.giveBack(record.bytes);
            record.future.completeExceptionally(e);
        }
        done.complete(null);
    }
}
