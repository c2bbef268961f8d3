package io.highwater.broker.api;

import io.highwater.broker.coordinator.CommitRequest;
import io.highwater.broker.coordinator.GroupCoordinator;
import io.highwater.broker.coordinator.OffsetCommit;
import io.highwater.broker.group.MemberIdentity;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * OffsetCommit, versions 2 to 10: answers once the offsets are durable. Topics by name up to 9, by id from 10 on;
 * retention per commit up to 4; from 9 on an unknown group is told as such. A topic or partition that does not exist gets
 * its own error and leaves the others alone.
 *
 * <p>Safe for any thread because the coordinator and the metadata are.
 */
public final class OffsetCommitHandler implements ApiHandler<OffsetCommitRequest, OffsetCommitResponse> {
    private static final short GROUP_ID_NOT_FOUND_VERSION = 9;
    private static final short TOPIC_ID_VERSION = 10;

    private final GroupCoordinator coordinator;
    private final MetadataView metadata;

    /** Asks this coordinator, about topics in this metadata. */
    public OffsetCommitHandler(final GroupCoordinator coordinator, final MetadataView metadata) {
        this.coordinator = coordinator;
        this.metadata = metadata;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_COMMIT;
    }

    @Override
    public short lowestVersion() {
        return 2;
    }

    @Override
    public short highestVersion() {
        return 10;
    }

    @Override
    public void handle(
            final OffsetCommitRequest request, final RequestContext context, final Reply<OffsetCommitResponse> reply) {
        final short version = context.apiVersion();
        final OffsetCommitResponse response = new OffsetCommitResponse();
        final List<OffsetCommit> offsets = new ArrayList<>();
        // The places in the response that wait for the coordinator's word, in the order of the offsets.
        final List<OffsetCommitResponse.OffsetCommitResponsePartition> places = new ArrayList<>();
        final MetadataImage image = metadata.current();
        for (final OffsetCommitRequest.OffsetCommitRequestTopic topic : request.topics) {
            final boolean isById = version >= TOPIC_ID_VERSION;
            final TopicImage found = isById ? image.topicOrNull(topic.topicId) : image.topicOrNull(topic.name);
            final ErrorCode missing =
                    found == null && isById ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            final OffsetCommitResponse.OffsetCommitResponseTopic answered =
                    new OffsetCommitResponse.OffsetCommitResponseTopic();
            answered.name = topic.name;
            answered.topicId = topic.topicId;
            response.topics.add(answered);
            for (final OffsetCommitRequest.OffsetCommitRequestPartition partition : topic.partitions) {
                final OffsetCommitResponse.OffsetCommitResponsePartition place =
                        new OffsetCommitResponse.OffsetCommitResponsePartition();
                place.partitionIndex = partition.partitionIndex;
                answered.partitions.add(place);
                if (found == null || found.partitionOrNull(partition.partitionIndex) == null) {
                    place.errorCode = missing.code();
                } else {
                    offsets.add(offset(found, partition));
                    places.add(place);
                }
            }
        }
        if (offsets.isEmpty()) {
            reply.send(response);
            return;
        }
        coordinator.commit(wish(request, version, offsets), errors -> {
            for (int i = 0; i < places.size(); i++) {
                places.get(i).errorCode = errors.get(i).code();
            }
            reply.send(response);
        });
    }

    private static OffsetCommit offset(
            final TopicImage topic, final OffsetCommitRequest.OffsetCommitRequestPartition partition) {
        return new OffsetCommit(
                topic.name(),
                topic.id(),
                partition.partitionIndex,
                partition.committedOffset,
                partition.committedLeaderEpoch,
                partition.committedMetadata == null ? "" : partition.committedMetadata);
    }

    private static CommitRequest wish(
            final OffsetCommitRequest request, final short version, final List<OffsetCommit> offsets) {
        return new CommitRequest(
                request.groupId,
                new MemberIdentity(request.memberId, request.groupInstanceId),
                request.generationIdOrMemberEpoch,
                version >= GROUP_ID_NOT_FOUND_VERSION,
                request.retentionTimeMs,
                offsets);
    }
}
