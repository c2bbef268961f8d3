package io.highwater.broker.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.group.GroupConfig;
import io.highwater.broker.group.GroupRecordSizes;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FindCoordinatorRequest;
import io.highwater.protocol.message.FindCoordinatorResponse;
import io.highwater.protocol.message.HeartbeatRequest;
import io.highwater.protocol.message.HeartbeatResponse;
import io.highwater.protocol.message.JoinGroupRequest;
import io.highwater.protocol.message.JoinGroupResponse;
import io.highwater.protocol.message.LeaveGroupRequest;
import io.highwater.protocol.message.LeaveGroupResponse;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import io.highwater.protocol.message.SyncGroupRequest;
import io.highwater.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The group APIs as a client sees them: handlers, coordinator and a core, in simulated time. */
class GroupCoordinatorTest {
    private static final UUID TOPIC_ID = new UUID(1, 2);
    private static final long DAY_MS = 24L * 3_600_000;

    private GroupNode node = new GroupNode(GroupConfig.DEFAULT.withInitialRebalanceDelayMs(0));

    @Test
    void aConsumerJoinsCommitsAndGoesOnAfterARestart() {
        node.core.createTopic("t", TOPIC_ID, 3);
        final String id = joined("g");
        assertEquals(List.of(0), errors(commit("g", id, 1, 9, "t", 0, 42)));
        assertEquals(42, fetched("g", "t", 0));

        node.restart();
        assertEquals(42, fetched("g", "t", 0));
        assertEquals(ErrorCode.NONE.code(), heartbeat("g", id, 1));
        assertEquals(List.of(0), errors(commit("g", id, 1, 9, "t", 0, 43)));
        assertEquals(List.of(22), errors(commit("g", id, 0, 9, "t", 0, 44)));
        assertEquals(43, fetched("g", "t", 0));
    }

    @Test
    void aCommitIsAnsweredOnlyOnceItIsDurable() {
        node.core.createTopic("t", TOPIC_ID, 1);
        final AtomicReference<OffsetCommitResponse> answer = node.send(commitRequest("g", "", -1, "t", 0, 1), 8);
        node.scheduler.runFor(2);
        assertNull(answer.get());
        node.scheduler.runFor(10);
        assertEquals(List.of(0), errors(answer.get()));
    }

    @Test
    void aCommitThatCantBeMadeDurableIsNotAcknowledged() {
        node.core.createTopic("t", TOPIC_ID, 1);
        node.core.failWith(CoreFailure.TIMED_OUT);
        assertEquals(List.of(15), errors(commit("g", "", -1, 8, "t", 0, 1)));
        node.core.failWith(CoreFailure.NOT_LEADER);
        assertEquals(List.of(16), errors(commit("g", "", -1, 8, "t", 0, 1)));
        node.core.failWith(CoreFailure.TOO_LARGE);
        assertEquals(List.of(28), errors(commit("g", "", -1, 8, "t", 0, 1)));
        assertEquals(-1, fetched("g", "t", 0));
    }

    @Test
    void eachPartitionOfACommitHasItsOwnError() {
        node.core.createTopic("t", TOPIC_ID, 1);
        final OffsetCommitRequest request = commitRequest("g", "", -1, "t", 0, 5);
        request.topics.get(0).partitions.get(0).committedMetadata = "x".repeat(4097);
        add(request, "t", 1, 6);
        add(request, "missing", 0, 7);
        assertEquals(List.of(12, 3, 3), errors(node.ask(request, 9)));
        request.topics.get(0).partitions.get(0).committedMetadata = "x".repeat(4096);
        assertEquals(List.of(0, 3, 3), errors(node.ask(request, 9)));
    }

    @Test
    void version10NamesTopicsById() {
        node.core.createTopic("t", TOPIC_ID, 1);
        final OffsetCommitRequest request = commitRequest("g", "", -1, "", 0, 5);
        request.topics.get(0).topicId = TOPIC_ID;
        add(request, "", 0, 6);
        request.topics.get(1).topicId = new UUID(9, 9);
        assertEquals(List.of(0, 100), errors(node.ask(request, 10)));

        final OffsetFetchRequest fetch = new OffsetFetchRequest();
        final OffsetFetchRequest.OffsetFetchRequestGroup group = new OffsetFetchRequest.OffsetFetchRequestGroup();
        group.groupId = "g";
        for (final UUID id : List.of(TOPIC_ID, new UUID(9, 9))) {
            final OffsetFetchRequest.OffsetFetchRequestTopics topic = new OffsetFetchRequest.OffsetFetchRequestTopics();
            topic.topicId = id;
            topic.partitionIndexes.add(0);
            group.topics.add(topic);
        }
        fetch.groups.add(group);
        final OffsetFetchResponse response = node.ask(fetch, 10);
        final List<OffsetFetchResponse.OffsetFetchResponseTopics> topics = response.groups.get(0).topics;
        assertEquals(5, topics.get(0).partitions.get(0).committedOffset);
        assertEquals(0, topics.get(0).partitions.get(0).errorCode);
        assertEquals(-1, topics.get(1).partitions.get(0).committedOffset);
        assertEquals(100, topics.get(1).partitions.get(0).errorCode);

        group.topics = null;
        final OffsetFetchResponse all = node.ask(fetch, 10);
        assertEquals(TOPIC_ID, all.groups.get(0).topics.get(0).topicId);
    }

    @Test
    void allOffsetsOfAGroupAreFetchedWithoutNamingTopics() {
        node.core.createTopic("t", TOPIC_ID, 20);
        node.core.createTopic("u", new UUID(3, 4), 1);
        final OffsetCommitRequest request = commitRequest("g", "", -1, "t", 17, 5);
        add(request, "t", 2, 6);
        add(request, "u", 0, 7);
        node.ask(request, 2);
        commit("g2", "", -1, 2, "t", 0, 99);
        final OffsetFetchRequest fetch = new OffsetFetchRequest();
        fetch.groupId = "g";
        fetch.topics = null;
        final OffsetFetchResponse response = node.ask(fetch, 2);
        assertEquals(2, response.topics.size());
        assertEquals(2, response.topics.get(0).partitions.get(0).partitionIndex);
        assertEquals(17, response.topics.get(0).partitions.get(1).partitionIndex);
        assertEquals(7, response.topics.get(1).partitions.get(0).committedOffset);
    }

    @Test
    void groupsWhoseIdsRunIntoEachOtherAreKeptApart() {
        node.core.createTopic("t", TOPIC_ID, 1);
        for (final String group : List.of("", "g", "g/o/t", "g/s", "\u0000", "0001:g")) {
            commit(group, "", -1, 8, "t", 0, group.hashCode() & 0xFF);
        }
        for (final String group : List.of("", "g", "g/o/t", "g/s", "\u0000", "0001:g")) {
            assertEquals(group.hashCode() & 0xFF, fetched(group, "t", 0), group);
        }
    }

    @Test
    void anUnknownGroupHasNoOffsetsAndNoMembers() {
        assertEquals(-1, fetched("nobody", "t", 0));
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID.code(), heartbeat("nobody", "m", 1));
        assertEquals(ErrorCode.INVALID_GROUP_ID.code(), heartbeat("", "m", 1));
        node.core.createTopic("t", TOPIC_ID, 1);
        assertEquals(List.of(22), errors(commit("nobody", "m", 1, 8, "t", 0, 1)));
        assertEquals(List.of(69), errors(commit("nobody", "m", 1, 9, "t", 0, 1)));
        final JoinGroupResponse known = node.ask(joinRequest("nobody", "m"), 9);
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID.code(), known.errorCode);
        final JoinGroupRequest hasty = joinRequest("g", "");
        hasty.sessionTimeoutMs = 5_999;
        final JoinGroupResponse refused = node.ask(hasty, 9);
        assertEquals(ErrorCode.INVALID_SESSION_TIMEOUT.code(), refused.errorCode);
        assertFalse(node.remembers("nobody"));
    }

    @Test
    void aMemberThatSaysTooMuchOfItselfIsRefused() {
        final JoinGroupRequest large = joinRequest("g", "");
        large.protocols.get(0).metadata = ByteBuffer.allocate(GroupCoordinator.JOIN_BYTES_MAX);
        final JoinGroupResponse refused = node.ask(large, 3);
        assertEquals(ErrorCode.INVALID_REQUEST.code(), refused.errorCode);
        assertFalse(node.remembers("g"));
    }

    /** Aim: groups that somebody makes up can't fill the heap, and go when their members do. */
    @Test
    void newMembersAreSentAwayWhileGroupsTakeAllTheirMemory() {
        final int eachBytes = 1_000_000;
        final int fits = (int) (GroupCoordinator.HELD_BYTES_MAX / eachBytes);
        for (int i = 0; i < fits; i++) {
            node.send(largeJoin("made-up " + i, eachBytes), 3);
        }
        final JoinGroupResponse refused = node.ask(largeJoin("one more", eachBytes), 3);
        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE.code(), refused.errorCode);
        node.scheduler.runFor(700_000);
        assertFalse(node.remembers("made-up 0"));
        final AtomicReference<JoinGroupResponse> taken = node.send(largeJoin("one more", eachBytes), 3);
        node.scheduler.runFor(10_000);
        assertEquals(ErrorCode.NONE.code(), taken.get().errorCode);
    }

    /** Aim: offsets of groups that somebody makes up can't fill the heap; those that are there go on. */
    @Test
    void newOffsetsAreRefusedWhileTheLogOfTheGroupsIsFull() {
        final int each = 100;
        final long bytesMax = 1 << 20;
        node = new GroupNode(GroupConfig.DEFAULT.withLogBytesMax(bytesMax));
        node.core.createTopic("t", TOPIC_ID, each + 2);
        int commits = 0;
        while (errors(commitOf("group " + commits, each)).get(0) == 0) {
            commits++;
        }
        final long mostBytes = bytesMax / GroupRecordSizes.heldBytes(new OffsetCommittedRecord());
        assertTrue(commits > 10 && commits <= mostBytes / each, commits + " commits of " + each + " offsets");
        int singles = 0;
        while (errors(commit("single " + singles, "", -1, 8, "t", 0, 5)).equals(List.of(0))) {
            singles++;
        }
        assertTrue(singles < each, singles + " offsets where " + each + " had no room");
        assertEquals(List.of(15), errors(commit("one more", "", -1, 8, "t", 0, 5)));
        assertEquals(List.of(0), errors(commit("group 0", "", -1, 8, "t", 0, 77)));
        assertEquals(77, fetched("group 0", "t", 0));
        final JoinGroupResponse refused = node.ask(joinRequest("new group", ""), 3);
        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE.code(), refused.errorCode);
    }

    private OffsetCommitResponse commitOf(final String group, final int partitions) {
        final OffsetCommitRequest request = commitRequest(group, "", -1, "t", 0, 5);
        for (int i = 1; i < partitions; i++) {
            add(request, "t", i, 5);
        }
        return node.ask(request, 8);
    }

    private static JoinGroupRequest largeJoin(final String group, final int bytes) {
        final JoinGroupRequest request = joinRequest(group, "");
        request.protocols.get(0).metadata = ByteBuffer.allocate(bytes);
        return request;
    }

    @Test
    void leaveAnswersEachMemberFromVersion3On() {
        final String id = joined("g");
        final LeaveGroupRequest request = new LeaveGroupRequest();
        request.groupId = "g";
        for (final String who : List.of(id, "stranger")) {
            final LeaveGroupRequest.MemberIdentity member = new LeaveGroupRequest.MemberIdentity();
            member.memberId = who;
            request.members.add(member);
        }
        final LeaveGroupResponse response = node.ask(request, 5);
        assertEquals(0, response.errorCode);
        assertEquals(0, response.members.get(0).errorCode);
        assertEquals(25, response.members.get(1).errorCode);
        request.memberId = id;
        final LeaveGroupResponse old = node.ask(request, 2);
        assertEquals(25, old.errorCode);
        assertFalse(node.remembers("g"), "of an empty group the log says all");
    }

    @Test
    void oldJoinsHaveEmptyNamesWhereNewOnesHaveNull() {
        final JoinGroupRequest request = joinRequest("g", "");
        final JoinGroupResponse v4 = node.ask(request, 4);
        assertEquals(79, v4.errorCode);
        assertEquals("", v4.protocolName);
        assertTrue(v4.memberId.startsWith("client-"), v4.memberId);
        final JoinGroupResponse v7 = node.ask(request, 7);
        assertNull(v7.protocolName);
        assertEquals(-1, v7.generationId);
    }

    @Test
    void aSyncOfVersion5MustNameProtocolAndType() {
        final SyncGroupRequest request = new SyncGroupRequest();
        request.groupId = "g";
        request.memberId = "m";
        final SyncGroupResponse v5 = node.ask(request, 5);
        assertEquals(23, v5.errorCode);
        final SyncGroupResponse v4 = node.ask(request, 4);
        assertEquals(25, v4.errorCode);
    }

    @Test
    void whileTheLogLoadsClientsAreAskedToComeAgain() {
        node.core.forgetWatchers();
        node.start();
        final AtomicReference<HeartbeatResponse> early = node.send(heartbeatRequest("g", "m", 1), 4);
        final AtomicReference<OffsetFetchResponse> fetch = node.send(fetchRequest("g", "t", 0), 1);
        final JoinGroupRequest hasty = joinRequest("g", "");
        hasty.sessionTimeoutMs = 1;
        final AtomicReference<JoinGroupResponse> never = node.send(hasty, 9);
        final AtomicReference<JoinGroupResponse> join = node.send(joinRequest("g", ""), 9);
        while (early.get() == null || fetch.get() == null || never.get() == null || join.get() == null) {
            assertTrue(node.scheduler.runNext());
        }
        assertEquals(26, never.get().errorCode, "it would not be right later either");
        assertEquals(14, join.get().errorCode);
        assertEquals(14, early.get().errorCode);
        assertEquals(14, fetch.get().topics.get(0).partitions.get(0).errorCode);
    }

    @Test
    void anEmptyGroupsOffsetsExpireAWeekAfterItsLastMemberLeft() {
        node.core.createTopic("t", TOPIC_ID, 1);
        final String id = joined("g");
        commit("g", id, 1, 9, "t", 0, 42);
        node.scheduler.runFor(DAY_MS);
        // Its session is over since long, and the group empty since nearly a day.
        node.scheduler.runFor(6 * DAY_MS - 3_600_000);
        assertEquals(42, fetched("g", "t", 0));
        node.scheduler.runFor(2 * 3_600_000);
        assertEquals(-1, fetched("g", "t", 0));
        assertTrue(node.core.groups().latest().isEmpty(), "nothing is left of the group");
        assertFalse(node.remembers("g"));
    }

    @Test
    void aSimpleGroupsOffsetsExpireAWeekAfterTheirCommit() {
        node.core.createTopic("t", TOPIC_ID, 2);
        commit("g", "", -1, 9, "t", 0, 1);
        node.scheduler.runFor(4 * DAY_MS);
        commit("g", "", -1, 9, "t", 1, 2);
        node.scheduler.runFor(4 * DAY_MS);
        assertEquals(-1, fetched("g", "t", 0));
        assertEquals(2, fetched("g", "t", 1));
    }

    @Test
    void anOldClientMayAskForARetentionOfItsOwn() {
        node.core.createTopic("t", TOPIC_ID, 1);
        final OffsetCommitRequest request = commitRequest("g", "", -1, "t", 0, 1);
        request.retentionTimeMs = DAY_MS;
        node.ask(request, 4);
        node.scheduler.runFor(DAY_MS - 3_600_000);
        assertEquals(1, fetched("g", "t", 0));
        node.scheduler.runFor(2 * 3_600_000);
        assertEquals(-1, fetched("g", "t", 0));
    }

    @Test
    void aTopicTakesItsOffsetsWithItAndALaterOneOfItsNameHasNone() {
        node.core.createTopic("t", TOPIC_ID, 1);
        node.core.createTopic("u", new UUID(3, 4), 1);
        commit("g", "", -1, 9, "t", 0, 1);
        commit("g", "", -1, 9, "u", 0, 2);
        node.core.deleteTopic("t");
        node.core.createTopic("t", new UUID(5, 6), 1);
        assertEquals(-1, fetched("g", "t", 0));
        assertEquals(2, fetched("g", "u", 0));
        node.scheduler.runFor(1_000);
        assertEquals(1, node.core.groups().latest().size());
    }

    @Test
    void aMemberDiesAndTheOtherIsTold() {
        final String id = joined("g");
        node.scheduler.runFor(9_000);
        assertEquals(0, heartbeat("g", id, 1));
        node.scheduler.runFor(11_000);
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID.code(), heartbeat("g", id, 1));
    }

    @Test
    void inVersion0TheSessionTimeoutIsTheRebalanceTimeout() {
        final JoinGroupRequest request = joinRequest("g", "");
        request.sessionTimeoutMs = 8_000;
        request.rebalanceTimeoutMs = 60_000;
        final JoinGroupResponse first = node.ask(request, 0);
        final AtomicReference<JoinGroupResponse> second = node.send(request, 0);
        // The first lives, but does not rejoin.
        for (int i = 0; i < 3; i++) {
            node.scheduler.runFor(2_000);
            assertEquals(27, heartbeat("g", first.memberId, 1));
        }
        assertNull(second.get());
        node.scheduler.runFor(1_000);
        assertEquals(2, second.get().generationId);
        assertEquals(1, second.get().members.size());
    }

    @Test
    void theCoordinatorOfAGroupIsThisNodeAndOthersHaveNone() {
        final FindCoordinatorRequest one = new FindCoordinatorRequest();
        one.key = "g";
        final FindCoordinatorResponse v0 = node.ask(one, 0);
        assertEquals(7, v0.nodeId);
        assertEquals("broker.example", v0.host);
        assertEquals(9092, v0.port);
        one.keyType = 1;
        final FindCoordinatorResponse transaction = node.ask(one, 1);
        assertEquals(42, transaction.errorCode);
        assertEquals(-1, transaction.nodeId);
        assertTrue(transaction.errorMessage.contains("ransaction"), transaction.errorMessage);
        final FindCoordinatorRequest many = new FindCoordinatorRequest();
        many.coordinatorKeys.addAll(List.of("a", "b"));
        final FindCoordinatorResponse v4 = node.ask(many, 4);
        assertEquals("b", v4.coordinators.get(1).key);
        assertEquals(7, v4.coordinators.get(1).nodeId);
        many.keyType = 2;
        final FindCoordinatorResponse share = node.ask(many, 6);
        assertEquals(42, share.coordinators.get(0).errorCode);
    }

    /** A member that leads a group of its own in generation 1, stable. */
    private String joined(final String group) {
        final JoinGroupResponse first = node.ask(joinRequest(group, ""), 9);
        assertEquals(79, first.errorCode);
        final JoinGroupResponse second = node.ask(joinRequest(group, first.memberId), 9);
        assertEquals(0, second.errorCode);
        assertEquals(1, second.members.size());
        final SyncGroupRequest sync = new SyncGroupRequest();
        sync.groupId = group;
        sync.generationId = 1;
        sync.memberId = first.memberId;
        sync.protocolType = "consumer";
        sync.protocolName = "range";
        final SyncGroupRequest.SyncGroupRequestAssignment assignment =
                new SyncGroupRequest.SyncGroupRequestAssignment();
        assignment.memberId = first.memberId;
        assignment.assignment = ByteBuffer.wrap(new byte[] {1, 2});
        sync.assignments.add(assignment);
        final SyncGroupResponse synced = node.ask(sync, 5);
        assertEquals(0, synced.errorCode);
        assertEquals(2, synced.assignment.remaining());
        return first.memberId;
    }

    private static JoinGroupRequest joinRequest(final String group, final String memberId) {
        final JoinGroupRequest request = new JoinGroupRequest();
        request.groupId = group;
        request.memberId = memberId;
        request.sessionTimeoutMs = 10_000;
        request.rebalanceTimeoutMs = 60_000;
        request.protocolType = "consumer";
        final JoinGroupRequest.JoinGroupRequestProtocol protocol = new JoinGroupRequest.JoinGroupRequestProtocol();
        protocol.name = "range";
        protocol.metadata = ByteBuffer.wrap(new byte[] {3});
        request.protocols.add(protocol);
        return request;
    }

    private short heartbeat(final String group, final String member, final int generation) {
        final HeartbeatResponse response = node.ask(heartbeatRequest(group, member, generation), 4);
        return response.errorCode;
    }

    private static HeartbeatRequest heartbeatRequest(final String group, final String member, final int generation) {
        final HeartbeatRequest request = new HeartbeatRequest();
        request.groupId = group;
        request.memberId = member;
        request.generationId = generation;
        return request;
    }

    private OffsetCommitResponse commit(
            final String group,
            final String member,
            final int generation,
            final int version,
            final String topic,
            final int partition,
            final long offset) {
        return node.ask(commitRequest(group, member, generation, topic, partition, offset), version);
    }

    private static OffsetCommitRequest commitRequest(
            final String group,
            final String member,
            final int generation,
            final String topic,
            final int partition,
            final long offset) {
        final OffsetCommitRequest request = new OffsetCommitRequest();
        request.groupId = group;
        request.memberId = member;
        request.generationIdOrMemberEpoch = generation;
        add(request, topic, partition, offset);
        return request;
    }

    private static void add(
            final OffsetCommitRequest request, final String topicName, final int partition, final long offset) {
        final OffsetCommitRequest.OffsetCommitRequestTopic topic = new OffsetCommitRequest.OffsetCommitRequestTopic();
        topic.name = topicName;
        final OffsetCommitRequest.OffsetCommitRequestPartition place =
                new OffsetCommitRequest.OffsetCommitRequestPartition();
        place.partitionIndex = partition;
        place.committedOffset = offset;
        topic.partitions.add(place);
        request.topics.add(topic);
    }

    private static List<Integer> errors(final OffsetCommitResponse response) {
        return response.topics.stream()
                .flatMap(topic -> topic.partitions.stream())
                .map(partition -> (int) partition.errorCode)
                .toList();
    }

    private long fetched(final String group, final String topic, final int partition) {
        final OffsetFetchResponse response = node.ask(fetchRequest(group, topic, partition), 5);
        return response.topics.get(0).partitions.get(0).committedOffset;
    }

    private static OffsetFetchRequest fetchRequest(final String group, final String topicName, final int partition) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        request.groupId = group;
        final OffsetFetchRequest.OffsetFetchRequestTopic topic = new OffsetFetchRequest.OffsetFetchRequestTopic();
        topic.name = topicName;
        topic.partitionIndexes.add(partition);
        request.topics.add(topic);
        return request;
    }
}
