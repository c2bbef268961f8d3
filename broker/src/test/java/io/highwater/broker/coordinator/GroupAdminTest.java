package io.highwater.broker.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.group.GroupConfig;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DeleteGroupsRequest;
import io.highwater.protocol.message.DeleteGroupsResponse;
import io.highwater.protocol.message.DescribeGroupsRequest;
import io.highwater.protocol.message.DescribeGroupsResponse;
import io.highwater.protocol.message.JoinGroupRequest;
import io.highwater.protocol.message.JoinGroupResponse;
import io.highwater.protocol.message.ListGroupsRequest;
import io.highwater.protocol.message.ListGroupsResponse;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.OffsetDeleteRequest;
import io.highwater.protocol.message.OffsetDeleteResponse;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import io.highwater.protocol.message.SyncGroupRequest;
import io.highwater.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What tools see of groups, and do to them: "busy" has a member, "left" only offsets. */
final class GroupAdminTest {
    /** A consumer's subscription to the topic "t": version 0, one topic, no user data. */
    private static final byte[] SUBSCRIBED_TO_T = {0, 0, 0, 0, 0, 1, 0, 1, 't', -1, -1, -1, -1};

    private final GroupNode node = new GroupNode(GroupConfig.DEFAULT.withInitialRebalanceDelayMs(0));
    private String member;

    @BeforeEach
    void twoGroups() {
        node.core.createTopic("t", new UUID(1, 1), 2);
        node.core.createTopic("u", new UUID(1, 2), 1);
        member = joined("busy");
        commit("left", "t", 0);
        commit("left", "t", 1);
        commit("left", "u", 0);
    }

    @Test
    void listsGroupsWithMembersAndThoseThatLeftSomething() {
        assertEquals(Set.of("busy consumer Stable classic", "left  Empty classic"), list(5));
        node.restart();
        assertEquals(Set.of("busy consumer Stable classic", "left  Empty classic"), list(5));
    }

    @Test
    void listsMoreGroupsThanOneTurnOfTheShardTakes() {
        for (int i = 0; i < 2_500; i++) {
            commit("many " + i, "t", 0);
        }
        assertEquals(
                2_500,
                list(4).stream().filter(group -> group.startsWith("many ")).count());
    }

    @Test
    void listsGroupsOfSomeStatesAndTypes() {
        assertEquals(Set.of("busy consumer Stable classic"), list(5, List.of("sTable", "unheard of"), List.of()));
        assertEquals(Set.of("left  Empty classic"), list(5, List.of("Empty"), List.of("CLASSIC")));
        assertEquals(Set.of(), list(5, List.of(), List.of("consumer")));
    }

    @Test
    void describesMembersOfAFinishedGeneration() {
        final DescribeGroupsResponse.DescribedGroup group = describe("busy", 5);
        assertEquals("Stable", group.groupState);
        assertEquals("consumer", group.protocolType);
        assertEquals("range", group.protocolData);
        assertEquals(1, group.members.size());
        assertEquals(member, group.members.get(0).memberId);
        assertEquals("client", group.members.get(0).clientId);
        assertEquals(ByteBuffer.wrap(SUBSCRIBED_TO_T), group.members.get(0).memberMetadata);
        assertEquals(ByteBuffer.wrap("yours".getBytes(StandardCharsets.UTF_8)), group.members.get(0).memberAssignment);

        node.send(join("busy", ""), 3);
        node.scheduler.runFor(100);
        final DescribeGroupsResponse.DescribedGroup moving = describe("busy", 5);
        assertEquals("PreparingRebalance", moving.groupState);
        assertEquals("", moving.protocolData);
        assertEquals(2, moving.members.size());
        assertEquals(0, moving.members.get(0).memberMetadata.remaining());
    }

    @Test
    void anUnknownGroupIsDeadAndFromVersion6OnNotFound() {
        assertEquals("Dead", describe("nobody", 5).groupState);
        assertEquals(0, describe("nobody", 5).errorCode);
        assertNull(describe("nobody", 5).errorMessage, "version 5 has no field for it");
        final DescribeGroupsResponse.DescribedGroup unknown = describe("nobody", 6);
        assertEquals(ErrorCode.GROUP_ID_NOT_FOUND.code(), unknown.errorCode);
        assertEquals("Group nobody not found.", unknown.errorMessage);
        assertEquals("Dead", unknown.groupState);
        assertEquals(List.of(), unknown.members);
        assertNull(describe("left", 6).errorMessage);
        assertFalse(node.remembers("nobody"));
        assertEquals("Empty", describe("left", 6).groupState);
        assertFalse(node.remembers("left"), "of an empty group the log says all");
    }

    @Test
    void deletesWhatHasNoMembersWithItsOffsets() {
        final DeleteGroupsRequest request = new DeleteGroupsRequest();
        request.groupsNames.addAll(List.of("busy", "left", "nobody", "left"));
        final DeleteGroupsResponse response = node.ask(request, 2);
        assertEquals(
                List.of("busy 68", "left 0", "nobody 69"),
                response.results.stream()
                        .map(result -> result.groupId + " " + result.errorCode)
                        .toList());
        assertEquals(Set.of("busy consumer Stable classic"), list(5));
        node.restart();
        assertEquals(Set.of("busy consumer Stable classic"), list(5));
        commit("left", "t", 0);
        assertEquals(2, list(5).size());
    }

    @Test
    void fromVersion3OnADeletionThatIsRefusedSaysWhy() {
        final DeleteGroupsRequest request = new DeleteGroupsRequest();
        request.groupsNames.addAll(List.of("busy", "left", "nobody", ""));
        final DeleteGroupsResponse response = node.ask(request, 3);
        assertEquals(
                List.of(
                        "busy 68 " + ErrorCode.NON_EMPTY_GROUP.defaultMessage(),
                        "left 0 null",
                        "nobody 69 " + ErrorCode.GROUP_ID_NOT_FOUND.defaultMessage(),
                        " 69 " + ErrorCode.GROUP_ID_NOT_FOUND.defaultMessage()),
                response.results.stream()
                        .map(result -> result.groupId + " " + result.errorCode + " " + result.errorMessage)
                        .toList());
    }

    @Test
    void aDeletionThatCantBeMadeDurableSaysSoAndTheGroupGoesOn() {
        node.core.failWith(CoreFailure.TIMED_OUT);
        final DeleteGroupsRequest request = new DeleteGroupsRequest();
        request.groupsNames.add("left");
        final DeleteGroupsResponse response = node.ask(request, 2);
        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE.code(), response.results.get(0).errorCode);
        node.core.failWith(null);
        assertEquals(2, list(5).size());
        commit("left", "t", 0);
    }

    @Test
    void forgetsOffsetsThatNoMemberWants() {
        assertEquals(List.of(0, 0, 3), forget("left", "t", 0, "u", 0, "missing", 0));
        commit("busy-too", "t", 0);
        assertEquals(List.of(86, 0), forget("busy", "t", 0, "u", 0));
        node.restart();
        final OffsetDeleteRequest request = new OffsetDeleteRequest();
        request.groupId = "nobody";
        final OffsetDeleteResponse unknown = node.ask(request, 0);
        assertEquals(ErrorCode.GROUP_ID_NOT_FOUND.code(), unknown.errorCode);
        assertEquals(
                1, node.core.groups().latest().size() - 2, "of three offsets of left one stays, with busy's state");
    }

    @Test
    void eachPartitionOfAnOffsetDeletionHasItsOwnError() {
        commit("left", "t", 0);
        assertEquals(List.of(0, 3, 3, 3), forget("left", "t", 1, "t", 2, "t", -1, "missing", 0));
        assertEquals(List.of(0, 3), forget("busy", "u", 0, "u", 1), "an offset that it never had is no error");
        assertEquals(List.of(86, 3, 86), forget("busy", "t", 0, "t", 2, "t", 1));
        assertEquals(Set.of("t 0", "u 0"), offsetsOf("left"), "the others stay");
    }

    @Test
    void anOffsetDeletionOfAGroupThatIsNotThereSaysSoOnceForAll() {
        for (final String topic : List.of("t", "missing")) {
            assertEquals(ErrorCode.GROUP_ID_NOT_FOUND.code(), refused("nobody", topic));
            assertEquals(ErrorCode.INVALID_GROUP_ID.code(), refused("", topic));
        }
        final DeleteGroupsRequest deletion = new DeleteGroupsRequest();
        deletion.groupsNames.add("left");
        node.ask(deletion, 2);
        assertEquals(ErrorCode.GROUP_ID_NOT_FOUND.code(), refused("left", "t"));
        assertFalse(node.remembers("nobody"));
    }

    /** What members of another kind read nobody knows, so that nothing of it may go. */
    @Test
    void membersThatAreNoConsumersKeepAllTheirOffsets() {
        final JoinGroupRequest request = join("workers", "");
        request.protocolType = "connect";
        assertEquals(0, node.<JoinGroupRequest, JoinGroupResponse>ask(request, 3).errorCode);
        assertEquals(ErrorCode.NON_EMPTY_GROUP.code(), refused("workers", "t"));
    }

    @Test
    void anOffsetDeletionThatCantBeMadeDurableSaysSo() {
        node.core.failWith(CoreFailure.TIMED_OUT);
        assertEquals(List.of(15, 3), forget("left", "t", 0, "missing", 0));
        node.core.failWith(null);
        assertEquals(Set.of("t 0", "t 1", "u 0"), offsetsOf("left"));
    }

    @Test
    void aTopicOfWhichNothingIsAskedIsNotAnswered() {
        final OffsetDeleteRequest request = new OffsetDeleteRequest();
        request.groupId = "left";
        for (final String name : List.of("t", "missing")) {
            final OffsetDeleteRequest.OffsetDeleteRequestTopic topic =
                    new OffsetDeleteRequest.OffsetDeleteRequestTopic();
            topic.name = name;
            request.topics.add(topic);
        }
        final OffsetDeleteResponse response = node.ask(request, 0);
        assertEquals(0, response.errorCode);
        assertEquals(
                List.of("missing"),
                response.topics.stream().map(topic -> topic.name).toList());
    }

    private short refused(final String group, final String topic) {
        final OffsetDeleteResponse response = node.ask(offsetDeletion(group, topic, 0), 0);
        assertEquals(List.of(), response.topics);
        return response.errorCode;
    }

    /** A partition of a request takes four bytes, a group a few: their answers may be as large as what was committed. */
    @Test
    void offsetsAskedForAgainAndAgainAreRefusedWhenTheAnswerWouldBeTooLarge() {
        assertEquals(ErrorCode.NONE.code(), offsetsOfOnePartition(500_000).errorCode);
        final OffsetFetchResponse refused = offsetsOfOnePartition(600_000);
        assertEquals(ErrorCode.INVALID_REQUEST.code(), refused.errorCode);
        assertTrue(refused.topics.stream()
                .allMatch(topic -> topic.partitions.stream()
                        .allMatch(place -> place.errorCode == ErrorCode.INVALID_REQUEST.code())));

        final OffsetFetchRequest request = new OffsetFetchRequest();
        final OffsetFetchRequest.OffsetFetchRequestGroup all = new OffsetFetchRequest.OffsetFetchRequestGroup();
        all.groupId = "left";
        all.topics = null;
        request.groups.addAll(Collections.nCopies(200_000, all));
        final OffsetFetchResponse ofGroups = node.ask(request, 8);
        assertEquals(200_000, ofGroups.groups.size());
        assertTrue(ofGroups.groups.stream()
                .allMatch(group -> group.errorCode == ErrorCode.INVALID_REQUEST.code() && group.topics.isEmpty()));
    }

    private OffsetFetchResponse offsetsOfOnePartition(final int times) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        request.groupId = "left";
        final OffsetFetchRequest.OffsetFetchRequestTopic topic = new OffsetFetchRequest.OffsetFetchRequestTopic();
        topic.name = "t";
        topic.partitionIndexes.addAll(Collections.nCopies(times, 0));
        request.topics.add(topic);
        return node.ask(request, 7);
    }

    private Set<String> offsetsOf(final String group) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        request.groupId = group;
        request.topics = null;
        final OffsetFetchResponse response = node.ask(request, 7);
        final Set<String> places = new TreeSet<>();
        response.topics.forEach(topic ->
                topic.partitions.forEach(partition -> places.add(topic.name + " " + partition.partitionIndex)));
        return places;
    }

    private List<Integer> forget(final String group, final Object... topicsAndPartitions) {
        final OffsetDeleteResponse response = node.ask(offsetDeletion(group, topicsAndPartitions), 0);
        assertEquals(0, response.errorCode);
        return response.topics.stream()
                .map(topic -> (int) topic.partitions.get(0).errorCode)
                .toList();
    }

    private static OffsetDeleteRequest offsetDeletion(final String group, final Object... topicsAndPartitions) {
        final OffsetDeleteRequest request = new OffsetDeleteRequest();
        request.groupId = group;
        for (int i = 0; i < topicsAndPartitions.length; i += 2) {
            final OffsetDeleteRequest.OffsetDeleteRequestTopic topic =
                    new OffsetDeleteRequest.OffsetDeleteRequestTopic();
            topic.name = (String) topicsAndPartitions[i];
            final OffsetDeleteRequest.OffsetDeleteRequestPartition partition =
                    new OffsetDeleteRequest.OffsetDeleteRequestPartition();
            partition.partitionIndex = (Integer) topicsAndPartitions[i + 1];
            topic.partitions.add(partition);
            request.topics.add(topic);
        }
        return request;
    }

    private DescribeGroupsResponse.DescribedGroup describe(final String group, final int version) {
        final DescribeGroupsRequest request = new DescribeGroupsRequest();
        request.groups.add(group);
        final DescribeGroupsResponse response = node.ask(request, version);
        assertEquals(1, response.groups.size());
        return response.groups.get(0);
    }

    private Set<String> list(final int version) {
        return list(version, List.of(), List.of());
    }

    private Set<String> list(final int version, final List<String> states, final List<String> types) {
        final ListGroupsRequest request = new ListGroupsRequest();
        request.statesFilter.addAll(states);
        request.typesFilter.addAll(types);
        final ListGroupsResponse response = node.ask(request, version);
        assertEquals(0, response.errorCode);
        final Set<String> listed = new TreeSet<>();
        response.groups.forEach(group -> assertTrue(
                listed.add(group.groupId + " " + group.protocolType + " " + group.groupState + " " + group.groupType)));
        return listed;
    }

    private void commit(final String group, final String topicName, final int partition) {
        final OffsetCommitRequest request = new OffsetCommitRequest();
        request.groupId = group;
        final OffsetCommitRequest.OffsetCommitRequestTopic topic = new OffsetCommitRequest.OffsetCommitRequestTopic();
        topic.name = topicName;
        final OffsetCommitRequest.OffsetCommitRequestPartition place =
                new OffsetCommitRequest.OffsetCommitRequestPartition();
        place.partitionIndex = partition;
        place.committedOffset = 7;
        topic.partitions.add(place);
        request.topics.add(topic);
        final OffsetCommitResponse response = node.ask(request, 8);
        assertEquals(0, response.topics.get(0).partitions.get(0).errorCode);
    }

    private String joined(final String group) {
        final JoinGroupResponse response = node.ask(join(group, ""), 3);
        final SyncGroupRequest sync = new SyncGroupRequest();
        sync.groupId = group;
        sync.generationId = response.generationId;
        sync.memberId = response.memberId;
        final SyncGroupRequest.SyncGroupRequestAssignment assignment =
                new SyncGroupRequest.SyncGroupRequestAssignment();
        assignment.memberId = response.memberId;
        assignment.assignment = ByteBuffer.wrap("yours".getBytes(StandardCharsets.UTF_8));
        sync.assignments.add(assignment);
        final SyncGroupResponse synced = node.ask(sync, 3);
        assertEquals(0, synced.errorCode);
        return response.memberId;
    }

    private static JoinGroupRequest join(final String group, final String memberId) {
        final JoinGroupRequest request = new JoinGroupRequest();
        request.groupId = group;
        request.memberId = memberId;
        request.sessionTimeoutMs = 600_000;
        request.rebalanceTimeoutMs = 600_000;
        request.protocolType = "consumer";
        final JoinGroupRequest.JoinGroupRequestProtocol protocol = new JoinGroupRequest.JoinGroupRequestProtocol();
        protocol.name = "range";
        protocol.metadata = ByteBuffer.wrap(SUBSCRIBED_TO_T);
        request.protocols.add(protocol);
        return request;
    }
}
