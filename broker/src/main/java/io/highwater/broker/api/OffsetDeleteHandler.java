package io.highwater.broker.api;

import io.highwater.broker.coordinator.GroupAdmin;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.OffsetDeleteRequest;
import io.highwater.protocol.message.OffsetDeleteResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * OffsetDelete, version 0 (KIP-496): a group forgets offsets of partitions that none of its members wants; answered when
 * that is durable. An offset that it never had is no error. A topic of which nothing was asked is not answered, unless it
 * does not exist.
 *
 * <p>Safe for any thread because the coordinator and the metadata are.
 */
public final class OffsetDeleteHandler implements ApiHandler<OffsetDeleteRequest, OffsetDeleteResponse> {
    private final GroupAdmin groups;
    private final MetadataView metadata;

    /** Asks this coordinator, about topics in this metadata. */
    public OffsetDeleteHandler(final GroupAdmin groups, final MetadataView metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_DELETE;
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
            final OffsetDeleteRequest request, final RequestContext context, final Reply<OffsetDeleteResponse> reply) {
        final OffsetDeleteResponse response = new OffsetDeleteResponse();
        final List<GroupAdmin.PartitionName> partitions = new ArrayList<>();
        final List<OffsetDeleteResponse.OffsetDeleteResponsePartition> places = new ArrayList<>();
        final MetadataImage image = metadata.current();
        for (final OffsetDeleteRequest.OffsetDeleteRequestTopic topic : request.topics) {
            final TopicImage found = image.topicOrNull(topic.name);
            final OffsetDeleteResponse.OffsetDeleteResponseTopic answer =
                    new OffsetDeleteResponse.OffsetDeleteResponseTopic();
            answer.name = topic.name;
            if (found == null || !topic.partitions.isEmpty()) {
                response.topics.add(answer);
            }
            for (final OffsetDeleteRequest.OffsetDeleteRequestPartition asked : topic.partitions) {
                final OffsetDeleteResponse.OffsetDeleteResponsePartition place =
                        new OffsetDeleteResponse.OffsetDeleteResponsePartition();
                place.partitionIndex = asked.partitionIndex;
                answer.partitions.add(place);
                if (found == null || found.partitionOrNull(asked.partitionIndex) == null) {
                    place.errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code();
                } else {
                    partitions.add(new GroupAdmin.PartitionName(topic.name, asked.partitionIndex));
                    places.add(place);
                }
            }
        }
        groups.deleteOffsets(
                request.groupId,
                partitions,
                error -> {
                    final OffsetDeleteResponse refused = new OffsetDeleteResponse();
                    refused.errorCode = error.code();
                    reply.send(refused);
                },
                errors -> {
                    for (int i = 0; i < places.size(); i++) {
                        places.get(i).errorCode = errors.get(i).code();
                    }
                    reply.send(response);
                });
    }
}
