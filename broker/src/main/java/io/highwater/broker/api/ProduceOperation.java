package io.highwater.broker.api;

import io.highwater.broker.observe.Metrics;
import io.highwater.broker.partition.Partition;
import io.highwater.broker.partition.PendingAppend;
import io.highwater.log.LogConfig;
import io.highwater.port.Clock;
import io.highwater.port.Retained;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordCheck;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Produce request under way: handed over once to each shard that has a partition of it, answered once when the last
 * batch is done. The list of batches is built on the connection's shard; each batch then belongs to its partition's
 * shard until it is done, and the counter that the last one brings to zero passes all of them to the answer.
 *
 * <p>The batches lie in the request's bytes, so the operation holds a share of these from its start to its answer: the
 * connection may be gone long before the last shard has copied its batch.
 */
final class ProduceOperation {
    private static final Logger LOG = LoggerFactory.getLogger(ProduceOperation.class);

    /**
     * How much of compressed records is checked before the clock is looked at, decompressed: at most some 0.5 ms of the
     * smallest records under gzip. More than the usual batch of a producer.
     */
    private static final long PIECE_BYTES = 64 << 10;

    private final List<Batch> batches = new ArrayList<>();
    private final ShardWork work = new ShardWork();
    private final AtomicInteger batchesLeft = new AtomicInteger(1);

    private final ProduceRequest request;
    private final Retained frame;
    private final Reply<ProduceResponse> reply;
    private final Clock clock;
    private final Metrics metrics;

    ProduceOperation(
            final ProduceRequest request,
            final Retained frame,
            final Reply<ProduceResponse> reply,
            final Clock clock,
            final Metrics metrics) {
        this.request = request;
        this.frame = frame;
        this.reply = reply;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Adds a batch: refused already when {@code refusal} is not null. */
    void add(
            final ProduceRequest.TopicProduceData topic,
            final ProduceRequest.PartitionProduceData data,
            final Partition partition,
            final BatchRefusal refusal) {
        final Batch batch = new Batch(topic, data, partition, refusal);
        batches.add(batch);
        if (refusal == null) {
            batchesLeft.incrementAndGet();
            work.add(partition.shard(), batch);
        }
    }

    /** Begins; on the connection's shard, while the request's bytes are there. */
    void start(final ShardTurns turns) {
        frame.retain();
        work.run(turns, () -> {});
        oneDone();
    }

    private void oneDone() {
        if (batchesLeft.decrementAndGet() == 0) {
            try {
                answer();
            } finally {
                frame.release();
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // One object for each topic of the request, even when it names one twice.
    private void answer() {
        if (request.acks == 0) {
            for (final Batch batch : batches) {
                if (batch.result() != ErrorCode.NONE) {
                    reply.close("a batch for " + batch.topic.name + "-" + batch.data.index + " sent with acks=0 got "
                            + batch.result());
                    return;
                }
            }
            reply.none();
            return;
        }
        final ProduceResponse response = new ProduceResponse();
        ProduceRequest.TopicProduceData lastTopic = null;
        ProduceResponse.TopicProduceResponse answers = null;
        for (final Batch batch : batches) {
            if (batch.topic != lastTopic) {
                lastTopic = batch.topic;
                answers = new ProduceResponse.TopicProduceResponse();
                answers.name = lastTopic.name;
                answers.topicId = lastTopic.topicId;
                response.responses.add(answers);
            }
            answers.partitionResponses.add(batch.response());
        }
        reply.send(response);
    }

    /** One partition's part. */
    private final class Batch extends PendingAppend implements ShardPart {
        private final ProduceRequest.TopicProduceData topic;
        private final ProduceRequest.PartitionProduceData data;
        private final Partition partition;

        /** Why the batch never reached the partition; null while it may, and once it did. */
        private BatchRefusal refusal;

        /** Told once, however it ends. */
        private boolean isDone;

        /** The check of the records while it waits for the next turn; else null. */
        private RecordCheck check;

        Batch(
                final ProduceRequest.TopicProduceData topic,
                final ProduceRequest.PartitionProduceData data,
                final Partition partition,
                final BatchRefusal refusal) {
            this.topic = topic;
            this.data = data;
            this.partition = partition;
            this.refusal = refusal;
        }

        @Override
        public boolean proceed(final Turn turn) {
            try {
                if (check == null) {
                    refusal = BatchRules.refusalOfSize(
                            data.records, partition.log().config());
                }
                if (refusal == null && !isChecked(turn)) {
                    return false;
                }
                store();
            } catch (final RuntimeException e) {
                // The shard's other batches, and the share in the frame, must not be lost with this one.
                LOG.error("a batch for {} met a fault", partition.key().directoryName(), e);
                if (!isDone) {
                    refuse(ErrorCode.UNKNOWN_SERVER_ERROR);
                }
            }
            return true;
        }

        /** False when the turn is over before the records are known to be good or bad. */
        private boolean isChecked(final Turn turn) {
            final ByteBuffer records = data.records;
            final LogConfig config = partition.log().config();
            final boolean isNew = check == null;
            final RecordCheck at = isNew ? RecordCheck.ofThread() : check;
            check = null;
            boolean isChecked;
            try {
                isChecked = isNew
                        ? at.begin(
                                records,
                                records.position(),
                                BatchRules.unpackedBytesMax(config),
                                config.recordBytesMax(),
                                PIECE_BYTES)
                        : at.proceed(PIECE_BYTES);
                while (!isChecked && !turn.isOver()) {
                    isChecked = at.proceed(PIECE_BYTES);
                }
                if (!isChecked && turn.mayKeep(at.keptBytesMax())) {
                    at.keep();
                    check = at;
                }
            } finally {
                // After a fault, too: nobody else ends it.
                if (check == null) {
                    at.end();
                }
            }
            if (isChecked) {
                refusal = BatchRules.refusalOfRecords(records, at, config, clock.wallMs());
            }
            return isChecked;
        }

        private void store() {
            if (refusal != null) {
                refuse(refusal.error());
                return;
            }
            final ByteBuffer records = data.records;
            final int bytes = records.remaining();
            final int count = RecordBatch.recordCount(records, records.position());
            partition.append(records, this, request.acks < 0, Math.max(0, request.timeoutMs));
            if (isStored()) {
                metrics.appended(count, bytes);
            } else if (baseOffset() >= 0) {
                metrics.duplicate();
            }
        }

        @Override
        protected void onDone() {
            if (isDone) {
                return;
            }
            isDone = true;
            if (error() == ErrorCode.KAFKA_STORAGE_ERROR) {
                final Exception failure = partition.takeStorageFailure();
                if (failure != null) {
                    LOG.error("{} can't be appended to: {}", partition.key().directoryName(), failure.getMessage());
                }
            }
            oneDone();
        }

        ErrorCode result() {
            return refusal == null ? error() : refusal.error();
        }

        ProduceResponse.PartitionProduceResponse response() {
            final ProduceResponse.PartitionProduceResponse answer = new ProduceResponse.PartitionProduceResponse();
            final ErrorCode result = result();
            answer.index = data.index;
            answer.errorCode = result.code();
            answer.baseOffset = baseOffset();
            answer.logAppendTimeMs = logAppendTimeMs();
            answer.logStartOffset = logStartOffset();
            if (result != ErrorCode.NONE) {
                answer.baseOffset = -1;
                answer.errorMessage = refusal == null ? result.defaultMessage() : refusal.message();
                if (refusal != null && refusal.recordIndex() != BatchRefusal.WHOLE_BATCH) {
                    final ProduceResponse.BatchIndexAndErrorMessage record =
                            new ProduceResponse.BatchIndexAndErrorMessage();
                    record.batchIndex = refusal.recordIndex();
                    record.batchIndexErrorMessage = refusal.recordMessage();
                    answer.recordErrors.add(record);
                }
            }
            return answer;
        }
    }
}
