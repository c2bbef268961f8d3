package io.highwater.broker.group;

import io.highwater.protocol.ErrorCode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who gets which assignment, and when. Followers wait for the leader's sync; its assignments are handed out only once
 * they are durable, so that whoever coordinates the group next knows what its members were told.
 */
final class Syncing {
    private final ClassicGroup group;

    Syncing(final ClassicGroup group) {
        this.group = group;
    }

    void sync(final SyncRequest request, final long nowMs) {
        final ErrorCode error = refusal(request);
        if (error != ErrorCode.NONE) {
            reply(request.handle(), SyncAnswer.failed(error));
            return;
        }
        final Member member = group.roster().memberOrNull(request.memberId());
        group.touch(member, nowMs);
        if (group.state() == GroupState.STABLE) {
            group.rebalance().onSynced(member);
            reply(request.handle(), assigned(member));
        } else {
            // The older of two syncs of one member has nobody who waits for it any more, but gets an answer.
            answer(member, SyncAnswer.failed(ErrorCode.REBALANCE_IN_PROGRESS));
            member.awaitSync(request.handle());
            group.rebalance().onSynced(member);
            if (group.roster().isLeader(member.id())) {
                group.persistence().persistAssignments(forEveryMember(request.assignments()));
            }
        }
    }

    /** The leader's assignments are durable. */
    void handOut(final Map<String, byte[]> assignments, final long nowMs) {
        for (final Member member : group.roster().all()) {
            member.assign(assignments.get(member.id()));
            if (member.isAwaitingSync()) {
                answer(member, assigned(member));
                group.touch(member, nowMs);
            }
        }
        group.transitionTo(GroupState.STABLE, "the leader's assignments are durable");
    }

    /** No assignment holds any more; whoever waits for one is told. */
    void failAll(final ErrorCode error, final long nowMs) {
        for (final Member member : group.roster().all()) {
            member.assign(null);
            if (member.isAwaitingSync()) {
                answer(member, SyncAnswer.failed(error));
                group.touch(member, nowMs);
            }
        }
    }

    /** Answers the member's sync if one waits. */
    void answer(final Member member, final SyncAnswer answer) {
        final long handle = member.waitingSync();
        if (handle != Member.NO_REQUEST) {
            member.awaitSync(Member.NO_REQUEST);
            reply(handle, answer);
        }
    }

    private ErrorCode refusal(final SyncRequest request) {
        if (group.state() == GroupState.DEAD) {
            return ErrorCode.COORDINATOR_NOT_AVAILABLE;
        }
        final ErrorCode error = group.check(new MemberIdentity(request.memberId(), request.instanceIdOrNull()));
        if (error != ErrorCode.NONE) {
            return error;
        }
        if (request.generation() != group.generation()) {
            return ErrorCode.ILLEGAL_GENERATION;
        }
        if (differs(request.protocolTypeOrNull(), group.protocolTypeOrNull())
                || differs(request.protocolNameOrNull(), group.protocolNameOrNull())) {
            return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
        }
        return switch (group.state()) {
            case EMPTY, DEAD -> ErrorCode.UNKNOWN_MEMBER_ID;
            case PREPARING_REBALANCE -> ErrorCode.REBALANCE_IN_PROGRESS;
            case COMPLETING_REBALANCE, STABLE -> ErrorCode.NONE;
        };
    }

    private static boolean differs(final String saidOrNull, final String isOrNull) {
        return saidOrNull != null && !saidOrNull.equals(isOrNull);
    }

    /** Members that the leader forgot get nothing, strangers that it named are left out. */
    private Map<String, byte[]> forEveryMember(final Map<String, byte[]> assignments) {
        final Map<String, byte[]> complete = new LinkedHashMap<>();
        for (final Member member : group.roster().all()) {
            complete.put(member.id(), assignments.getOrDefault(member.id(), new byte[0]));
        }
        return complete;
    }

    private SyncAnswer assigned(final Member member) {
        return new SyncAnswer(
                ErrorCode.NONE,
                group.protocolTypeOrNull(),
                group.protocolNameOrNull(),
                Persistence.view(member.assignment()));
    }

    private void reply(final long handle, final SyncAnswer answer) {
        group.emit(new GroupEffect.SyncReply(handle, answer));
    }
}
