package io.highwater.broker.api;

import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicNames;
import io.highwater.broker.observe.Metrics;
import io.highwater.broker.partition.Partition;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Produce, versions 3 to 13; 0 to 2 are advertised and refused.
 *
 * <ul>
 *   <li>acks=-1 answers when every batch is committed (with one replica and {@code flush.policy=commit}: forced to disk),
 *       acks=1 when every batch is appended, acks=0 never; a refused batch closes a connection that used acks=0.
 *   <li>Batches of idempotent producers are stored once and in order; a repeated one is answered with the offset of the
 *       original, no earlier than that is committed.
 *   <li>From version 13 on topics are named by id.
 * </ul>
 *
 * <p>{@link BatchRules} says which batches are taken: their records are walked, compressed ones too.
 *
 * <p>Gaps: transactions (a transactional id is INVALID_REQUEST, a transactional batch INVALID_TXN_STATE); the answer names
 * the first record at fault, not all of a batch; old clients learn advertised versions that they can't use, because
 * librdkafka before 2.11 reads "can compress" from version 0.
 */
public final class ProduceHandler implements ApiHandler<ProduceRequest, ProduceResponse> {
    private static final short LOWEST_VERSION_SERVED = 3;
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;
    private static final short FIRST_VERSION_WITH_STORAGE_ERROR = 4;
    private static final short ACKS_ALL = -1;
    private static final String ADMIN_CLIENT_ID = "__admin_client";

    private final PartitionLookup lookup;
    private final Clock clock;
    private final Metrics metrics;

    /** Stores into the partitions hosted here. */
    public ProduceHandler(
            final HostedPartitions hosted, final MetadataView metadata, final Clock clock, final Metrics metrics) {
        this.lookup = new PartitionLookup(hosted, metadata);
        this.clock = clock;
        this.metrics = metrics;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.PRODUCE;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short lowestServedVersion() {
        return LOWEST_VERSION_SERVED;
    }

    @Override
    public short highestVersion() {
        return 13;
    }

    @Override
    public void handle(final ProduceRequest request, final RequestContext context, final Reply<ProduceResponse> reply) {
        final ProduceOperation operation = new ProduceOperation(request, context.frame(), reply, clock, metrics);
        final boolean isById = context.apiVersion() >= FIRST_VERSION_WITH_TOPIC_IDS;
        for (final ProduceRequest.TopicProduceData topic : request.topicData) {
            final HostedTopic hosted = lookup.topicOrNull(topic.name, isById ? topic.topicId : Uuids.ZERO);
            for (final ProduceRequest.PartitionProduceData data : topic.partitionData) {
                final Partition partition = PartitionLookup.partitionOrNull(hosted, data.index);
                final BatchRefusal refusal = partition == null
                        ? missing(isById ? null : topic.name, topic.topicId, data.index, context.apiVersion())
                        : refusal(request, context, partition, data.records);
                operation.add(topic, data, partition, refusal);
            }
        }
        operation.start(context.turns());
    }

    private BatchRefusal missing(final String name, final UUID topicId, final int index, final short version) {
        final ErrorCode error = lookup.whyMissing(name, topicId, index);
        return BatchRefusal.of(
                error == ErrorCode.KAFKA_STORAGE_ERROR && version < FIRST_VERSION_WITH_STORAGE_ERROR
                        ? ErrorCode.NOT_LEADER_OR_FOLLOWER
                        : error);
    }

    /** Null when the partition's shard is to be asked. */
    private static BatchRefusal refusal(
            final ProduceRequest request,
            final RequestContext context,
            final Partition partition,
            final ByteBuffer records) {
        if (request.acks < ACKS_ALL || request.acks > 1) {
            return BatchRefusal.of(ErrorCode.INVALID_REQUIRED_ACKS);
        }
        if (TopicNames.isInternal(partition.key().topic()) && !ADMIN_CLIENT_ID.equals(context.clientId())) {
            return BatchRefusal.of(ErrorCode.INVALID_TOPIC_EXCEPTION);
        }
        final BatchRefusal refusal = BatchRules.refusalOfHeader(records, context.apiVersion());
        return refusal == null && request.transactionalId != null
                ? BatchRefusal.of(ErrorCode.INVALID_REQUEST, "transactions are not supported yet")
                : refusal;
    }
}
