package io.highwater.broker.api;

import io.highwater.broker.coordinator.CommittedOffsets;
import io.highwater.broker.coordinator.GroupCoordinator;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * OffsetFetch, versions 1 to 10: the offsets that a group has committed. One group up to 7, many from 8 on; topics by name
 * up to 9, by id from 10 on; no topics (null, from 2 on) means all that have offsets. What has no offset, the group
 * included, is no error: offset −1.
 *
 * <p>An answer of more than {@link #ANSWER_BYTES_MAX} is refused with INVALID_REQUEST.
 *
 * <p>{@code requireStable} makes no difference: without transactions every offset is stable.
 *
 * <p>Safe for any thread because the coordinator and the metadata are.
 */
public final class OffsetFetchHandler implements ApiHandler<OffsetFetchRequest, OffsetFetchResponse> {
    private static final short MULTI_GROUP_VERSION = 8;
    private static final short TOPIC_ID_VERSION = 10;
    private static final long NO_OFFSET = -1;
    private static final int NO_EPOCH = -1;

    /** About what one offset takes in an answer, but for its metadata. */
    private static final int PLACE_BYTES = 64;

    /** Half a million offsets without metadata. */
    static final long ANSWER_BYTES_MAX = 32L << 20;

    private final GroupCoordinator coordinator;
    private final MetadataView metadata;

    /** Asks this coordinator, about topics in this metadata. */
    public OffsetFetchHandler(final GroupCoordinator coordinator, final MetadataView metadata) {
        this.coordinator = coordinator;
        this.metadata = metadata;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_FETCH;
    }

    @Override
    public short lowestVersion() {
        return 1;
    }

    @Override
    public short highestVersion() {
        return 10;
    }

    @Override
    public void handle(
            final OffsetFetchRequest request, final RequestContext context, final Reply<OffsetFetchResponse> reply) {
        final short version = context.apiVersion();
        coordinator.offsets(error -> reply.send(failed(request, version, error)), offsets -> {
            final OffsetFetchResponse response = version < MULTI_GROUP_VERSION
                    ? ofOneGroup(request, new Room(), offsets)
                    : ofManyGroups(request, version, new Room(), offsets);
            reply.send(response == null ? failed(request, version, ErrorCode.INVALID_REQUEST) : response);
        });
    }

    /** What is left of the bytes that one answer may take: a few bytes of a request can ask for the same again and again. */
    private static final class Room {
        private long bytesLeft = ANSWER_BYTES_MAX;

        /** False when the answer can't be given. */
        boolean take(final OffsetCommittedRecord offsetOrNull) {
            bytesLeft -= PLACE_BYTES + (offsetOrNull == null ? 0 : offsetOrNull.metadata.length());
            return bytesLeft >= 0;
        }
    }

    private static OffsetFetchResponse failed(
            final OffsetFetchRequest request, final short version, final ErrorCode error) {
        final OffsetFetchResponse response = new OffsetFetchResponse();
        if (version >= MULTI_GROUP_VERSION) {
            for (final OffsetFetchRequest.OffsetFetchRequestGroup group : request.groups) {
                final OffsetFetchResponse.OffsetFetchResponseGroup answered =
                        new OffsetFetchResponse.OffsetFetchResponseGroup();
                answered.groupId = group.groupId;
                answered.errorCode = error.code();
                response.groups.add(answered);
            }
            return response;
        }
        response.errorCode = error.code();
        if (request.topics != null) {
            // Version 1 has no error of its own for the whole: its partitions carry it.
            for (final OffsetFetchRequest.OffsetFetchRequestTopic topic : request.topics) {
                final OffsetFetchResponse.OffsetFetchResponseTopic answered = oldTopic(topic.name);
                for (final int partition : topic.partitionIndexes) {
                    final OffsetFetchResponse.OffsetFetchResponsePartition place = oldPlace(partition, null);
                    place.errorCode = error.code();
                    answered.partitions.add(place);
                }
                response.topics.add(answered);
            }
        }
        return response;
    }

    /** Null when it would be too large, as for {@link #ofManyGroups}. */
    private static OffsetFetchResponse ofOneGroup(
            final OffsetFetchRequest request, final Room room, final CommittedOffsets offsets) {
        final OffsetFetchResponse response = new OffsetFetchResponse();
        if (request.topics == null) {
            final Map<String, OffsetFetchResponse.OffsetFetchResponseTopic> byName = new LinkedHashMap<>();
            for (final OffsetCommittedRecord offset : offsets.of(request.groupId)) {
                if (!room.take(offset)) {
                    return null;
                }
                byName.computeIfAbsent(offset.topicName, OffsetFetchHandler::oldTopic)
                        .partitions
                        .add(oldPlace(offset.partition, offset));
            }
            response.topics.addAll(byName.values());
            return response;
        }
        for (final OffsetFetchRequest.OffsetFetchRequestTopic topic : request.topics) {
            final OffsetFetchResponse.OffsetFetchResponseTopic answered = oldTopic(topic.name);
            for (final int partition : topic.partitionIndexes) {
                final OffsetCommittedRecord found = offsets.findOrNull(request.groupId, topic.name, partition);
                if (!room.take(found)) {
                    return null;
                }
                answered.partitions.add(oldPlace(partition, found));
            }
            response.topics.add(answered);
        }
        return response;
    }

    private static OffsetFetchResponse.OffsetFetchResponseTopic oldTopic(final String name) {
        final OffsetFetchResponse.OffsetFetchResponseTopic topic = new OffsetFetchResponse.OffsetFetchResponseTopic();
        topic.name = name;
        return topic;
    }

    private static OffsetFetchResponse.OffsetFetchResponsePartition oldPlace(
            final int partition, final OffsetCommittedRecord offsetOrNull) {
        final OffsetFetchResponse.OffsetFetchResponsePartition place =
                new OffsetFetchResponse.OffsetFetchResponsePartition();
        place.partitionIndex = partition;
        place.committedOffset = offsetOrNull == null ? NO_OFFSET : offsetOrNull.offset;
        place.committedLeaderEpoch = offsetOrNull == null ? NO_EPOCH : offsetOrNull.leaderEpoch;
        place.metadata = offsetOrNull == null ? "" : offsetOrNull.metadata;
        return place;
    }

    private OffsetFetchResponse ofManyGroups(
            final OffsetFetchRequest request, final short version, final Room room, final CommittedOffsets offsets) {
        final OffsetFetchResponse response = new OffsetFetchResponse();
        final MetadataImage image = metadata.current();
        for (final OffsetFetchRequest.OffsetFetchRequestGroup group : request.groups) {
            final OffsetFetchResponse.OffsetFetchResponseGroup answered =
                    new OffsetFetchResponse.OffsetFetchResponseGroup();
            answered.groupId = group.groupId;
            if (group.topics == null) {
                if (!addAll(answered, room, offsets.of(group.groupId))) {
                    return null;
                }
            } else {
                for (final OffsetFetchRequest.OffsetFetchRequestTopics topic : group.topics) {
                    final OffsetFetchResponse.OffsetFetchResponseTopics found = version < TOPIC_ID_VERSION
                            ? byName(group.groupId, topic, room, offsets)
                            : byId(group.groupId, topic, image.topicOrNull(topic.topicId), room, offsets);
                    if (found == null) {
                        return null;
                    }
                    answered.topics.add(found);
                }
            }
            response.groups.add(answered);
        }
        return response;
    }

    private static boolean addAll(
            final OffsetFetchResponse.OffsetFetchResponseGroup group,
            final Room room,
            final List<OffsetCommittedRecord> offsets) {
        final Map<String, OffsetFetchResponse.OffsetFetchResponseTopics> byName = new LinkedHashMap<>();
        for (final OffsetCommittedRecord offset : offsets) {
            if (!room.take(offset)) {
                return false;
            }
            final OffsetFetchResponse.OffsetFetchResponseTopics topic = byName.computeIfAbsent(
                    offset.topicName, name -> new OffsetFetchResponse.OffsetFetchResponseTopics());
            topic.name = offset.topicName;
            topic.topicId = offset.topicId;
            topic.partitions.add(place(offset.partition, offset));
        }
        group.topics.addAll(byName.values());
        return true;
    }

    private static OffsetFetchResponse.OffsetFetchResponseTopics byName(
            final String groupId,
            final OffsetFetchRequest.OffsetFetchRequestTopics topic,
            final Room room,
            final CommittedOffsets offsets) {
        final OffsetFetchResponse.OffsetFetchResponseTopics answered =
                new OffsetFetchResponse.OffsetFetchResponseTopics();
        answered.name = topic.name;
        answered.topicId = Uuids.ZERO;
        for (final int partition : topic.partitionIndexes) {
            final OffsetCommittedRecord found = offsets.findOrNull(groupId, topic.name, partition);
            if (!room.take(found)) {
                return null;
            }
            answered.partitions.add(place(partition, found));
        }
        return answered;
    }

    private static OffsetFetchResponse.OffsetFetchResponseTopics byId(
            final String groupId,
            final OffsetFetchRequest.OffsetFetchRequestTopics topic,
            final TopicImage foundOrNull,
            final Room room,
            final CommittedOffsets offsets) {
        final OffsetFetchResponse.OffsetFetchResponseTopics answered =
                new OffsetFetchResponse.OffsetFetchResponseTopics();
        answered.topicId = topic.topicId;
        for (final int partition : topic.partitionIndexes) {
            final OffsetCommittedRecord found =
                    foundOrNull == null ? null : offsets.findOrNull(groupId, foundOrNull.name(), partition);
            if (!room.take(found)) {
                return null;
            }
            final OffsetFetchResponse.OffsetFetchResponsePartitions place = place(partition, found);
            place.errorCode = (foundOrNull == null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.NONE).code();
            answered.partitions.add(place);
        }
        return answered;
    }

    private static OffsetFetchResponse.OffsetFetchResponsePartitions place(
            final int partition, final OffsetCommittedRecord offsetOrNull) {
        final OffsetFetchResponse.OffsetFetchResponsePartitions place =
                new OffsetFetchResponse.OffsetFetchResponsePartitions();
        place.partitionIndex = partition;
        place.committedOffset = offsetOrNull == null ? NO_OFFSET : offsetOrNull.offset;
        place.committedLeaderEpoch = offsetOrNull == null ? NO_EPOCH : offsetOrNull.leaderEpoch;
        place.metadata = offsetOrNull == null ? "" : offsetOrNull.metadata;
        return place;
    }
}
