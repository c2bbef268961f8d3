package io.highwater.broker.api;

import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ElectLeadersRequest;
import io.highwater.protocol.message.ElectLeadersResponse;

/**
 * ElectLeaders, versions 0 to 2. A partition has one replica here, and that one leads: no election is ever needed. When
 * all partitions are asked for, only those are told for which something was done: topics without partitions.
 *
 * <p>Safe for any thread.
 */
public final class ElectLeadersHandler implements ApiHandler<ElectLeadersRequest, ElectLeadersResponse> {
    private final MetadataView metadata;

    /** Answers from the newest image. */
    public ElectLeadersHandler(final MetadataView metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.ELECT_LEADERS;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 2;
    }

    @Override
    public void handle(
            final ElectLeadersRequest request, final RequestContext context, final Reply<ElectLeadersResponse> reply) {
        final ElectLeadersResponse response = new ElectLeadersResponse();
        final MetadataImage image = metadata.current();
        if (request.topicPartitions == null) {
            image.topics().forEach((id, topic) -> {
                final ElectLeadersResponse.ReplicaElectionResult result =
                        new ElectLeadersResponse.ReplicaElectionResult();
                result.topic = topic.name();
                response.replicaElectionResults.add(result);
            });
        } else {
            for (final ElectLeadersRequest.TopicPartitions topic : request.topicPartitions) {
                response.replicaElectionResults.add(resultOf(topic, image.topicOrNull(topic.topic)));
            }
        }
        reply.send(response);
    }

    private static ElectLeadersResponse.ReplicaElectionResult resultOf(
            final ElectLeadersRequest.TopicPartitions asked, final TopicImage topicOrNull) {
        final ElectLeadersResponse.ReplicaElectionResult result = new ElectLeadersResponse.ReplicaElectionResult();
        result.topic = asked.topic;
        for (final int index : asked.partitions) {
            final ElectLeadersResponse.PartitionResult partition = new ElectLeadersResponse.PartitionResult();
            final ErrorCode error = topicOrNull == null || topicOrNull.partitionOrNull(index) == null
                    ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                    : ErrorCode.ELECTION_NOT_NEEDED;
            partition.partitionId = index;
            partition.errorCode = error.code();
            partition.errorMessage = error.defaultMessage();
            result.partitionResult.add(partition);
        }
        return result;
    }
}
