package io.highwater.broker.api;

import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicNames;
import io.highwater.broker.partition.Partition;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.DescribeProducersRequest;
import io.highwater.protocol.message.DescribeProducersResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * DescribeProducers, version 0 (KIP-664): the idempotent producers that partitions remember. There are no transactions, so
 * no producer has one under way.
 *
 * <p>Safe for any thread: each partition is asked on its shard.
 */
public final class DescribeProducersHandler implements ApiHandler<DescribeProducersRequest, DescribeProducersResponse> {
    private final PartitionLookup lookup;

    /** Asks the open partitions. */
    public DescribeProducersHandler(final HostedPartitions hosted, final MetadataView metadata) {
        this.lookup = new PartitionLookup(hosted, metadata);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_PRODUCERS;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 0;
    }

    @Override
    public void handle(
            final DescribeProducersRequest request,
            final RequestContext context,
            final Reply<DescribeProducersResponse> reply) {
        final DescribeProducersResponse response = new DescribeProducersResponse();
        final ShardWork work = new ShardWork();
        final Map<String, Set<Integer>> named = new HashMap<>();
        for (final DescribeProducersRequest.TopicRequest topic : request.topics) {
            final DescribeProducersResponse.TopicResponse answers = new DescribeProducersResponse.TopicResponse();
            answers.name = topic.name;
            response.topics.add(answers);
            // Once each: a partition may have thousands of producers, and a request may name it as often.
            final Set<Integer> ofTopic = named.computeIfAbsent(topic.name, name -> new HashSet<>());
            for (final int index : topic.partitionIndexes) {
                if (!ofTopic.add(index)) {
                    continue;
                }
                final DescribeProducersResponse.PartitionResponse answer =
                        new DescribeProducersResponse.PartitionResponse();
                answer.partitionIndex = index;
                answers.partitions.add(answer);
                final Partition partition =
                        PartitionLookup.partitionOrNull(lookup.topicOrNull(topic.name, Uuids.ZERO), index);
                if (partition == null) {
                    refuse(answer, whyMissing(topic.name, index));
                } else {
                    work.add(
                            partition.shard(),
                            () -> describe(partition, answer),
                            () -> refuse(answer, ErrorCode.UNKNOWN_SERVER_ERROR));
                }
            }
        }
        work.run(context.turns(), () -> reply.send(response));
    }

    private ErrorCode whyMissing(final String name, final int index) {
        return TopicNames.problemOrNull(name) == null
                ? lookup.whyMissing(name, Uuids.ZERO, index)
                : ErrorCode.INVALID_TOPIC_EXCEPTION;
    }

    private static void refuse(final DescribeProducersResponse.PartitionResponse answer, final ErrorCode error) {
        answer.errorCode = error.code();
        answer.errorMessage = error.defaultMessage();
    }

    private static void describe(final Partition partition, final DescribeProducersResponse.PartitionResponse answer) {
        partition.log().producers().forEach(producer -> {
            final DescribeProducersResponse.ProducerState state = new DescribeProducersResponse.ProducerState();
            state.producerId = producer.producerId();
            state.producerEpoch = producer.epoch();
            state.lastSequence = producer.lastSequence();
            state.lastTimestamp = producer.lastTimestampMs();
            state.coordinatorEpoch = -1;
            answer.activeProducers.add(state);
        });
    }
}
