package io.highwater.broker.simulation;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.HeartbeatRequest;
import io.highwater.protocol.message.HeartbeatResponse;
import io.highwater.protocol.message.JoinGroupRequest;
import io.highwater.protocol.message.JoinGroupResponse;
import io.highwater.protocol.message.LeaveGroupRequest;
import io.highwater.protocol.message.LeaveGroupResponse;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.SyncGroupRequest;
import io.highwater.protocol.message.SyncGroupResponse;
import java.nio.ByteBuffer;
import java.util.List;

/** A member of a classic group: joins, syncs, beats, commits and leaves. */
final class MemberActor extends Actor {
    private static final String GROUP = "team";
    private static final int LEAVE_ODDS = 30;
    /** Version 0 of the subscription: no topics, no user data. */
    private static final byte[] SUBSCRIPTION = {0, 0, 0, 0, 0, 0, -1, -1, -1, -1};

    private String memberId = "";
    private int generation = -1;
    long generations;

    MemberActor(final SimulatedWorld world, final ClientHistory history, final int number) {
        super(world, history, "member" + number);
    }

    @Override
    void act() {
        if (generation < 0) {
            join();
        } else if (random.nextInt(LEAVE_ODDS) == 0) {
            leave();
        } else if (random.nextInt(2) == 0) {
            beat();
        } else {
            commit();
        }
    }

    private void join() {
        final JoinGroupRequest request = new JoinGroupRequest();
        request.groupId = GROUP;
        request.sessionTimeoutMs = 6_000;
        request.rebalanceTimeoutMs = 3_000;
        request.memberId = memberId;
        request.protocolType = "consumer";
        final JoinGroupRequest.JoinGroupRequestProtocol protocol = new JoinGroupRequest.JoinGroupRequestProtocol();
        protocol.name = "range";
        protocol.metadata = ByteBuffer.wrap(SUBSCRIPTION);
        request.protocols.add(protocol);
        this.<JoinGroupResponse>ask(
                request,
                response -> {
                    final ErrorCode error = ErrorCode.forCode(response.errorCode);
                    if (error == ErrorCode.MEMBER_ID_REQUIRED || error == ErrorCode.NONE) {
                        memberId = response.memberId;
                    } else if (error == ErrorCode.UNKNOWN_MEMBER_ID) {
                        memberId = "";
                    }
                    if (error == ErrorCode.NONE) {
                        sync(response);
                    } else {
                        again(100);
                    }
                },
                error -> again(200));
    }

    private void sync(final JoinGroupResponse joined) {
        final SyncGroupRequest request = new SyncGroupRequest();
        request.groupId = GROUP;
        request.generationId = joined.generationId;
        request.memberId = memberId;
        request.protocolType = "consumer";
        request.protocolName = joined.protocolName;
        for (final JoinGroupResponse.JoinGroupResponseMember member : joined.members) {
            final SyncGroupRequest.SyncGroupRequestAssignment assignment =
                    new SyncGroupRequest.SyncGroupRequestAssignment();
            assignment.memberId = member.memberId;
            assignment.assignment = ByteBuffer.wrap(new byte[] {1, 2, 3});
            request.assignments.add(assignment);
        }
        this.<SyncGroupResponse>ask(
                request,
                response -> {
                    if (response.errorCode == ErrorCode.NONE.code()) {
                        generation = joined.generationId;
                        generations++;
                    }
                    again(100);
                },
                error -> again(200));
    }

    private void beat() {
        final HeartbeatRequest request = new HeartbeatRequest();
        request.groupId = GROUP;
        request.generationId = generation;
        request.memberId = memberId;
        this.<HeartbeatResponse>ask(request, response -> onAnswer(response.errorCode), error -> again(200));
    }

    private void commit() {
        final List<Target> targets = history.targets;
        if (targets.isEmpty()) {
            again(100);
            return;
        }
        final Target target = targets.get(random.nextInt(targets.size()));
        final OffsetCommitRequest request = OffsetActor.commitRequest(GROUP, target, random.nextInt(1_000_000));
        request.generationIdOrMemberEpoch = generation;
        request.memberId = memberId;
        this.<OffsetCommitResponse>ask(
                request, response -> onAnswer(response.topics.get(0).partitions.get(0).errorCode), error -> again(200));
    }

    private void leave() {
        final LeaveGroupRequest request = new LeaveGroupRequest();
        request.groupId = GROUP;
        final LeaveGroupRequest.MemberIdentity identity = new LeaveGroupRequest.MemberIdentity();
        identity.memberId = memberId;
        request.members.add(identity);
        this.<LeaveGroupResponse>ask(
                request,
                response -> {
                    memberId = "";
                    generation = -1;
                    again(500);
                },
                error -> again(200));
    }

    private void onAnswer(final short code) {
        final ErrorCode error = ErrorCode.forCode(code);
        if (error == ErrorCode.UNKNOWN_MEMBER_ID) {
            memberId = "";
        }
        if (error == ErrorCode.UNKNOWN_MEMBER_ID
                || error == ErrorCode.ILLEGAL_GENERATION
                || error == ErrorCode.REBALANCE_IN_PROGRESS) {
            generation = -1;
        }
        again(150);
    }
}
