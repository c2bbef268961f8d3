package io.highwater.broker.api;

import io.highwater.broker.observe.Metrics;
import io.highwater.broker.partition.Partition;
import io.highwater.broker.partition.PendingAppend;
import io.highwater.port.Clock;
import io.highwater.port.Retained;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.records.RecordBatch;
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
    private final class Batch extends PendingAppend implements Runnable {
        private final ProduceRequest.TopicProduceData topic;
        private final ProduceRequest.PartitionProduceData data;
        private final Partition partition;

        /** Why the batch never reached the partition; null while it may, and once it did. */
        private BatchRefusal refusal;

        /** Told once, however it ends. */
        private boolean isDone;

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
        public void run() {
            try {
                store();
            } catch (final RuntimeException e) {
                // The shard's other batches, and the share in the frame, must not be lost with this one.
                LOG.error("a batch for {} met a fault", partition.key().directoryName(), e);
                if (!isDone) {
                    refuse(ErrorCode.UNKNOWN_SERVER_ERROR);
                }
            }
        }

        private void store() {
            final ByteBuffer records = data.records;
            final int bytes = records.remaining();
            final int count = RecordBatch.recordCount(records, records.position());
            refusal = BatchRules.refusalOfTopic(records, partition.log().config(), clock.wallMs());
            if (refusal != null) {
                refuse(refusal.error());
                return;
            }
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
