package io.highwater.broker.api;

import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.partition.Partition;
import io.highwater.log.epoch.EpochEnd;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.OffsetForLeaderEpochRequest;
import io.highwater.protocol.message.OffsetForLeaderEpochResponse;

/**
 * OffsetForLeaderEpoch, versions 2 to 4: the largest epoch at or below the one asked for and where it ends, by which a
 * consumer sees whether what it read is still this log's history.
 */
public final class OffsetForLeaderEpochHandler
        implements ApiHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> {
    private final PartitionLookup lookup;

    /** Asks the partitions hosted here. */
    public OffsetForLeaderEpochHandler(final HostedPartitions hosted, final MetadataView metadata) {
        this.lookup = new PartitionLookup(hosted, metadata);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public short lowestVersion() {
        return 2;
    }

    @Override
    public short highestVersion() {
        return 4;
    }

    @Override
    public void handle(
            final OffsetForLeaderEpochRequest request,
            final RequestContext context,
            final Reply<OffsetForLeaderEpochResponse> reply) {
        final OffsetForLeaderEpochResponse response = new OffsetForLeaderEpochResponse();
        final ShardWork work = new ShardWork();
        for (final OffsetForLeaderEpochRequest.OffsetForLeaderTopic topic : request.topics) {
            final OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult answers =
                    new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult();
            answers.topic = topic.topic;
            response.topics.add(answers);
            for (final OffsetForLeaderEpochRequest.OffsetForLeaderPartition asked : topic.partitions) {
                final OffsetForLeaderEpochResponse.EpochEndOffset answer =
                        new OffsetForLeaderEpochResponse.EpochEndOffset();
                answer.partition = asked.partition;
                answers.partitions.add(answer);
                final Partition partition =
                        PartitionLookup.partitionOrNull(lookup.topicOrNull(topic.topic, Uuids.ZERO), asked.partition);
                if (partition == null) {
                    answer.errorCode = lookup.whyMissing(topic.topic, Uuids.ZERO, asked.partition)
                            .code();
                } else {
                    work.add(
                            partition.shard(),
                            () -> find(partition, asked, answer),
                            () -> answer.errorCode = ErrorCode.KAFKA_STORAGE_ERROR.code());
                }
            }
        }
        work.run(context.turns(), () -> reply.send(response));
    }

    private static void find(
            final Partition partition,
            final OffsetForLeaderEpochRequest.OffsetForLeaderPartition asked,
            final OffsetForLeaderEpochResponse.EpochEndOffset answer) {
        final ErrorCode error = partition.checkReadable(asked.currentLeaderEpoch);
        answer.errorCode = error.code();
        if (error == ErrorCode.NONE) {
            final EpochEnd end = partition.endOfEpoch(asked.leaderEpoch);
            answer.leaderEpoch = end.epoch();
            answer.endOffset = end.endOffset();
        }
    }
}
