package io.highwater.broker.api;

import io.highwater.broker.metadata.BrokerRegistration;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeQuorumRequest;
import io.highwater.protocol.message.DescribeQuorumResponse;

/**
 * DescribeQuorum, versions 0 to 2 (KIP-595, KIP-836): who keeps the metadata log and how far each is. The log of this node
 * is the whole quorum; its epoch is the number of the node's incarnation, its offsets are the log's indexes. Only partition
 * 0 of {@code __cluster_metadata} stands for it.
 *
 * <p>Safe for any thread.
 */
public final class DescribeQuorumHandler implements ApiHandler<DescribeQuorumRequest, DescribeQuorumResponse> {
    private static final String METADATA_TOPIC = "__cluster_metadata";

    private final MetadataView metadata;
    private final int nodeId;
    private final Clock clock;

    /** Answers from the newest image, as the node of this id. */
    public DescribeQuorumHandler(final MetadataView metadata, final int nodeId, final Clock clock) {
        this.metadata = metadata;
        this.nodeId = nodeId;
        this.clock = clock;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_QUORUM;
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
            final DescribeQuorumRequest request,
            final RequestContext context,
            final Reply<DescribeQuorumResponse> reply) {
        final DescribeQuorumResponse response = new DescribeQuorumResponse();
        final MetadataImage image = metadata.current();
        for (final DescribeQuorumRequest.TopicData topic : request.topics) {
            final DescribeQuorumResponse.TopicData answer = new DescribeQuorumResponse.TopicData();
            answer.topicName = topic.topicName;
            response.topics.add(answer);
            for (final DescribeQuorumRequest.PartitionData asked : topic.partitions) {
                answer.partitions.add(
                        topic.topicName.equals(METADATA_TOPIC) && asked.partitionIndex == 0
                                ? quorum(image)
                                : refused(asked.partitionIndex));
            }
        }
        if (response.topics.stream()
                .flatMap(topic -> topic.partitions.stream())
                .anyMatch(partition -> partition.errorCode == ErrorCode.NONE.code())) {
            addNode(response, image.brokerOrNull(nodeId), context);
        }
        reply.send(response);
    }

    private DescribeQuorumResponse.PartitionData quorum(final MetadataImage image) {
        final DescribeQuorumResponse.PartitionData answer = new DescribeQuorumResponse.PartitionData();
        final BrokerRegistration self = image.brokerOrNull(nodeId);
        answer.errorMessage = null;
        answer.leaderId = nodeId;
        answer.leaderEpoch = self == null ? 0 : self.generation();
        // Of the next entry, as offsets of logs are told.
        answer.highWatermark = image.version() + 1;
        final DescribeQuorumResponse.ReplicaState voter = new DescribeQuorumResponse.ReplicaState();
        voter.replicaId = nodeId;
        voter.logEndOffset = answer.highWatermark;
        voter.lastFetchTimestamp = clock.wallMs();
        voter.lastCaughtUpTimestamp = voter.lastFetchTimestamp;
        answer.currentVoters.add(voter);
        return answer;
    }

    private static DescribeQuorumResponse.PartitionData refused(final int index) {
        final DescribeQuorumResponse.PartitionData answer = new DescribeQuorumResponse.PartitionData();
        answer.partitionIndex = index;
        answer.errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code();
        answer.errorMessage = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.defaultMessage();
        return answer;
    }

    private void addNode(
            final DescribeQuorumResponse response, final BrokerRegistration selfOrNull, final RequestContext context) {
        if (selfOrNull == null) {
            return;
        }
        final BrokerRegistration.Endpoint endpoint = BrokerAddress.of(selfOrNull, nodeId, context);
        final DescribeQuorumResponse.Node node = new DescribeQuorumResponse.Node();
        node.nodeId = nodeId;
        final DescribeQuorumResponse.Listener listener = new DescribeQuorumResponse.Listener();
        listener.name = endpoint.listener();
        listener.host = endpoint.host();
        listener.port = endpoint.port();
        node.listeners.add(listener);
        response.nodes.add(node);
    }
}
