package io.highwater.broker.api;

import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.PartitionRegistration;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.broker.metadata.TopicNames;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeTopicPartitionsRequest;
import io.highwater.protocol.message.DescribeTopicPartitionsResponse;
import java.util.List;
import java.util.TreeSet;

/**
 * DescribeTopicPartitions, version 0 (KIP-966): topics in the order of their names, in pages of a number of partitions
 * that the client names, 2,000 at most. No topics in the request means all of them.
 *
 * <p>Safe for any thread.
 */
public final class DescribeTopicPartitionsHandler
        implements ApiHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> {
    private static final int PARTITIONS_MAX = 2_000;

    private final MetadataView metadata;
    private final OfflineReplicas offline;

    /** Answers from the newest image, and says of what is hosted what could not be opened. */
    public DescribeTopicPartitionsHandler(
            final MetadataView metadata, final HostedPartitions hosted, final int nodeId) {
        this.metadata = metadata;
        this.offline = new OfflineReplicas(hosted, nodeId);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_TOPIC_PARTITIONS;
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
            final DescribeTopicPartitionsRequest request,
            final RequestContext context,
            final Reply<DescribeTopicPartitionsResponse> reply) {
        final DescribeTopicPartitionsResponse response = new DescribeTopicPartitionsResponse();
        if (request.cursor != null && request.cursor.partitionIndex < 0) {
            for (final DescribeTopicPartitionsRequest.TopicRequest topic : request.topics) {
                response.topics.add(refused(topic.name, ErrorCode.INVALID_REQUEST));
            }
            reply.send(response);
            return;
        }
        final MetadataImage image = metadata.current();
        final boolean wantsAll = request.topics.isEmpty();
        final TreeSet<String> names = new TreeSet<>();
        if (wantsAll) {
            image.topicIds().forEach((name, id) -> names.add(name));
        } else {
            request.topics.forEach(topic -> names.add(topic.name));
        }
        int room = Math.max(1, Math.min(PARTITIONS_MAX, request.responsePartitionLimit));
        final String from = request.cursor == null ? "" : request.cursor.topicName;
        for (final String name : names.tailSet(from)) {
            if (room == 0) {
                response.nextCursor = cursor(name, 0);
                break;
            }
            final int first = request.cursor != null && name.equals(from) ? request.cursor.partitionIndex : 0;
            final TopicImage topic = image.topicOrNull(name);
            if (topic == null) {
                final DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic missing =
                        refused(name, whyMissing(name));
                missing.topicAuthorizedOperations = AuthorizedOperations.OF_TOPIC;
                response.topics.add(missing);
                continue;
            }
            final int end = (int) Math.min(topic.partitions().size(), (long) first + room);
            response.topics.add(topicOf(image, topic, first, end));
            room -= Math.max(0, end - first);
            if (end < topic.partitions().size()) {
                response.nextCursor = cursor(name, end);
                break;
            }
        }
        reply.send(response);
    }

    private static ErrorCode whyMissing(final String name) {
        return TopicNames.problemOrNull(name) == null
                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                : ErrorCode.INVALID_TOPIC_EXCEPTION;
    }

    private static DescribeTopicPartitionsResponse.Cursor cursor(final String topic, final int partition) {
        final DescribeTopicPartitionsResponse.Cursor cursor = new DescribeTopicPartitionsResponse.Cursor();
        cursor.topicName = topic;
        cursor.partitionIndex = partition;
        return cursor;
    }

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic refused(
            final String name, final ErrorCode error) {
        final DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic topic =
                new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic();
        topic.name = name;
        topic.errorCode = error.code();
        topic.isInternal = TopicNames.isInternal(name);
        return topic;
    }

    private DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic topicOf(
            final MetadataImage image, final TopicImage topic, final int first, final int end) {
        final DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic answer =
                new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic();
        answer.name = topic.name();
        answer.topicId = topic.id();
        answer.isInternal = topic.isInternal();
        answer.topicAuthorizedOperations = AuthorizedOperations.OF_TOPIC;
        for (int index = first; index < end; index++) {
            final PartitionRegistration partition = topic.partitions().get(index);
            final DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition part =
                    new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition();
            part.partitionIndex = index;
            part.leaderId = partition.leader();
            part.leaderEpoch = partition.leaderEpoch(image);
            part.replicaNodes = partition.replicas();
            part.isrNodes = partition.isr();
            part.offlineReplicas = offline.of(topic, partition);
            part.eligibleLeaderReplicas = List.of();
            part.lastKnownElr = List.of();
            if (partition.leader() == PartitionRegistration.NO_LEADER) {
                part.errorCode = ErrorCode.LEADER_NOT_AVAILABLE.code();
            }
            answer.partitions.add(part);
        }
        return answer;
    }
}
