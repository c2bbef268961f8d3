package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeGroupsRequest;
import io.highwater.protocol.message.DescribeGroupsResponse;
import io.highwater.protocol.message.ListGroupsResponse;
import io.highwater.protocol.message.ListOffsetsRequest;
import io.highwater.protocol.message.ListOffsetsResponse;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Between the protocol's messages about groups and the types of this package. Safe for any thread: it has no state. */
final class GroupRequests {
    private static final long LATEST = -1;

    private GroupRequests() {}

    static List<GroupListing> listings(final ListGroupsResponse response) {
        if (response.errorCode != ErrorCode.NONE.code()) {
            final ErrorCode error = ErrorCode.forCode(response.errorCode);
            throw new AdminException(error, "list groups: " + error.defaultMessage());
        }
        final List<GroupListing> groups = new ArrayList<>();
        response.groups.forEach(
                group -> groups.add(new GroupListing(group.groupId, group.protocolType, group.groupState)));
        groups.sort(Comparator.comparing(GroupListing::id));
        return groups;
    }

    static DescribeGroupsRequest describe(final List<String> ids) {
        final DescribeGroupsRequest request = new DescribeGroupsRequest();
        request.groups.addAll(ids);
        return request;
    }

    static List<GroupDetails> details(final DescribeGroupsResponse response) {
        final List<GroupDetails> groups = new ArrayList<>();
        for (final DescribeGroupsResponse.DescribedGroup group : response.groups) {
            final List<GroupDetails.Member> members = new ArrayList<>();
            group.members.forEach(member -> members.add(new GroupDetails.Member(
                    member.memberId, member.groupInstanceId, member.clientId, member.clientHost)));
            groups.add(new GroupDetails(
                    group.groupId, ErrorCode.forCode(group.errorCode), group.groupState, group.protocolData, members));
        }
        return groups;
    }

    /** All offsets; the fields depend on the version, so those of both forms are filled. */
    static OffsetFetchRequest offsets(final String id) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        request.groupId = id;
        request.topics = null;
        final OffsetFetchRequest.OffsetFetchRequestGroup group = new OffsetFetchRequest.OffsetFetchRequestGroup();
        group.groupId = id;
        group.topics = null;
        request.groups.add(group);
        return request;
    }

    static List<GroupOffset> committed(final OffsetFetchResponse response, final List<TopicDescription> topics) {
        final Map<UUID, String> names = new HashMap<>();
        topics.forEach(topic -> names.put(topic.id(), topic.name()));
        final List<GroupOffset> offsets = new ArrayList<>();
        response.topics.forEach(topic -> topic.partitions.forEach(partition ->
                offsets.add(new GroupOffset(topic.name, partition.partitionIndex, partition.committedOffset, -1))));
        response.groups.forEach(group -> group.topics.forEach(topic -> {
            // A topic that is gone since has no name any more.
            final String name = topic.name.isEmpty() ? names.get(topic.topicId) : topic.name;
            if (name != null) {
                topic.partitions.forEach(partition ->
                        offsets.add(new GroupOffset(name, partition.partitionIndex, partition.committedOffset, -1)));
            }
        }));
        offsets.sort(Comparator.comparing(GroupOffset::topic).thenComparing(GroupOffset::partition));
        return offsets;
    }

    static ListOffsetsRequest ends(final List<GroupOffset> offsets) {
        final Map<String, ListOffsetsRequest.ListOffsetsTopic> topics = new LinkedHashMap<>();
        for (final GroupOffset offset : offsets) {
            final ListOffsetsRequest.ListOffsetsPartition partition = new ListOffsetsRequest.ListOffsetsPartition();
            partition.partitionIndex = offset.partition();
            partition.timestamp = LATEST;
            topics.computeIfAbsent(offset.topic(), GroupRequests::topic)
                    .partitions
                    .add(partition);
        }
        final ListOffsetsRequest request = new ListOffsetsRequest();
        request.replicaId = -1;
        request.topics.addAll(topics.values());
        return request;
    }

    private static ListOffsetsRequest.ListOffsetsTopic topic(final String name) {
        final ListOffsetsRequest.ListOffsetsTopic topic = new ListOffsetsRequest.ListOffsetsTopic();
        topic.name = name;
        return topic;
    }

    static List<GroupOffset> withEnds(final List<GroupOffset> offsets, final ListOffsetsResponse response) {
        final Map<String, Long> ends = new HashMap<>();
        response.topics.forEach(topic -> topic.partitions.forEach(partition -> {
            if (partition.errorCode == ErrorCode.NONE.code()) {
                ends.put(topic.name + "/" + partition.partitionIndex, partition.offset);
            }
        }));
        return offsets.stream()
                .map(offset -> new GroupOffset(
                        offset.topic(),
                        offset.partition(),
                        offset.committed(),
                        ends.getOrDefault(offset.topic() + "/" + offset.partition(), -1L)))
                .toList();
    }
}
