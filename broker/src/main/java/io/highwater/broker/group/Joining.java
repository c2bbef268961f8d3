package io.highwater.broker.group;

import io.highwater.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Who may join, and whether the rest must rejoin because of it.
 *
 * <p>A dynamic member that has no id is sent back with one first, if its client can take that: otherwise a client that
 * gives up on slow joins and tries again would leave a ghost each time. A static member keeps its place under a new id,
 * and the old id is fenced.
 */
final class Joining {
    private final ClassicGroup group;

    Joining(final ClassicGroup group) {
        this.group = group;
    }

    void join(final JoinRequest request, final long nowMs) {
        if (!hasRoomFor(request)) {
            final Member member = group.roster().memberOrNull(request.memberId());
            if (member != null) {
                group.dismiss(member, ErrorCode.GROUP_MAX_SIZE_REACHED);
            } else {
                group.roster().removePendingJoin(request.memberId());
            }
            refuse(request, ErrorCode.GROUP_MAX_SIZE_REACHED, "");
            group.rebalance().maybeCompleteJoin(nowMs);
        } else if (group.state() == GroupState.DEAD) {
            refuse(request, ErrorCode.COORDINATOR_NOT_AVAILABLE, request.memberId());
        } else if (!isConsistent(request)) {
            refuse(request, ErrorCode.INCONSISTENT_GROUP_PROTOCOL, request.memberId());
        } else if (request.memberId().isEmpty()) {
            joinNew(request, nowMs);
        } else {
            joinKnown(request, nowMs);
        }
    }

    /**
     * While members gather, those who wait already count and not those who are known: that drops the last to rejoin
     * when the limit was lowered.
     */
    private boolean hasRoomFor(final JoinRequest request) {
        final Member member = group.roster().memberOrNull(request.memberId());
        final int limit = group.config().maxSize();
        return switch (group.state()) {
            case EMPTY, DEAD -> true;
            case PREPARING_REBALANCE ->
                (member != null && member.isAwaitingJoin()) || group.roster().awaitingJoin() < limit;
            case COMPLETING_REBALANCE, STABLE -> member != null || group.size() < limit;
        };
    }

    /** True when the type is the group's, and at least one protocol is one that every member supports. */
    private boolean isConsistent(final JoinRequest request) {
        if (group.state() == GroupState.EMPTY) {
            return !request.protocolType().isEmpty() && !request.protocols().isEmpty();
        }
        if (!request.protocolType().equals(group.protocolTypeOrNull())) {
            return false;
        }
        for (final MemberProtocol protocol : request.protocols()) {
            if (group.roster().isCommon(protocol.name())) {
                return true;
            }
        }
        return false;
    }

    private void joinNew(final JoinRequest request, final long nowMs) {
        if (request.instanceIdOrNull() != null) {
            final String oldId = group.roster().idOfInstanceOrNull(request.instanceIdOrNull());
            if (oldId != null) {
                comeBack(request, group.roster().memberOrNull(oldId), nowMs);
            } else {
                add(request, request.freshMemberId(), nowMs);
            }
        } else if (request.requiresKnownMemberId()) {
            final long deadlineMs = nowMs + request.sessionTimeoutMs();
            group.roster().addPendingJoin(request.freshMemberId(), deadlineMs);
            group.noteDeadline(deadlineMs);
            refuse(request, ErrorCode.MEMBER_ID_REQUIRED, request.freshMemberId());
        } else {
            add(request, request.freshMemberId(), nowMs);
        }
    }

    private void joinKnown(final JoinRequest request, final long nowMs) {
        if (request.instanceIdOrNull() == null && group.roster().isPendingJoin(request.memberId())) {
            add(request, request.memberId(), nowMs);
            return;
        }
        final ErrorCode error = group.check(new MemberIdentity(request.memberId(), request.instanceIdOrNull()));
        if (error != ErrorCode.NONE) {
            refuse(request, error, request.memberId());
            return;
        }
        rejoin(request, group.roster().memberOrNull(request.memberId()), nowMs);
    }

    private void rejoin(final JoinRequest request, final Member member, final long nowMs) {
        final boolean unchanged = member.protocols().equals(request.protocols());
        switch (group.state()) {
            case PREPARING_REBALANCE -> update(request, member, nowMs, "member " + member + " rejoins");
            case COMPLETING_REBALANCE -> {
                if (unchanged) {
                    // It may never have got the answer to its join: here it is again.
                    answerAgain(request, member, nowMs);
                } else {
                    update(request, member, nowMs, "member " + member + " changed what it supports");
                }
            }
            case STABLE -> {
                if (group.roster().isLeader(member.id())) {
                    // The way in which a leader asks for new assignments, for example when a topic has grown.
                    update(request, member, nowMs, "leader " + member + " rejoins");
                } else if (unchanged) {
                    answerAgain(request, member, nowMs);
                } else {
                    update(request, member, nowMs, "member " + member + " changed what it supports");
                }
            }
            default -> refuse(request, ErrorCode.UNKNOWN_MEMBER_ID, request.memberId());
        }
    }

    private void answerAgain(final JoinRequest request, final Member member, final long nowMs) {
        group.touch(member, nowMs);
        final boolean leads = group.state() == GroupState.COMPLETING_REBALANCE
                && group.roster().isLeader(member.id());
        reply(request.handle(), joined(member, leads));
    }

    private void add(final JoinRequest request, final String id, final long nowMs) {
        final Member member = new Member(
                id,
                request.instanceIdOrNull(),
                request.clientId(),
                request.clientHost(),
                request.sessionTimeoutMs(),
                request.rebalanceTimeoutMs(),
                request.protocols());
        member.markNew(true);
        member.awaitJoin(request.handle());
        if (group.roster().isEmpty()) {
            group.becomeOfType(request.protocolType());
        }
        group.roster().add(member);
        group.expireAt(member, nowMs + group.config().newMemberJoinTimeoutMs());
        group.rebalance().onMemberAdded();
        group.rebalance().maybePrepareOrComplete("member " + id + " joins", nowMs);
    }

    private void update(final JoinRequest request, final Member member, final long nowMs, final String reason) {
        supersede(member);
        group.roster().update(member, request);
        group.rebalance().maybePrepareOrComplete(reason, nowMs);
    }

    /** A static member joins without its id: it has restarted. */
    private void comeBack(final JoinRequest request, final Member old, final long nowMs) {
        final String leaderBefore = group.roster().leaderIdOrNull();
        group.answerJoin(old, JoinAnswer.failed(ErrorCode.FENCED_INSTANCE_ID, old.id()));
        group.syncing().answer(old, SyncAnswer.failed(ErrorCode.FENCED_INSTANCE_ID));
        final Member reborn = old.reborn(request.freshMemberId(), request);
        group.roster().replace(old, reborn);
        group.roster().update(reborn, request);
        group.touch(reborn, nowMs);
        final String reason = "static member " + request.instanceIdOrNull() + " came back as " + reborn;
        if (group.state() == GroupState.STABLE && keepsProtocol()) {
            final boolean leads = group.roster().isLeader(reborn.id());
            final JoinAnswer answer = request.supportsSkippingAssignment()
                    ? withSkip(joined(reborn, leads), leads)
                    // An old client that finds itself the leader would assign: it is told of its former self.
                    : withLeader(joined(reborn, false), leaderBefore);
            group.persistence().persistReturn(reborn, answer);
        } else if (group.state() == GroupState.PREPARING_REBALANCE) {
            group.rebalance().maybeCompleteJoin(nowMs);
        } else {
            // Also while assignments are awaited: the leader may be assigning to the id that is gone.
            group.rebalance().prepare(reason, nowMs);
        }
    }

    private boolean keepsProtocol() {
        return ProtocolVote.winner(group.roster().all(), group.roster()::isCommon)
                .equals(group.protocolNameOrNull());
    }

    /** The older of two joins of one member has nobody who waits for it any more, but gets an answer. */
    private void supersede(final Member member) {
        group.answerJoin(member, JoinAnswer.failed(ErrorCode.REBALANCE_IN_PROGRESS, member.id()));
    }

    /** The current generation, as this member is told of it. */
    JoinAnswer joined(final Member member, final boolean withMembers) {
        return new JoinAnswer(
                ErrorCode.NONE,
                group.generation(),
                group.protocolTypeOrNull(),
                group.protocolNameOrNull(),
                group.roster().leaderIdOrNull(),
                false,
                member.id(),
                withMembers ? everybody() : List.of());
    }

    private List<JoinedMember> everybody() {
        final List<JoinedMember> all = new ArrayList<>(group.size());
        for (final Member member : group.roster().all()) {
            all.add(new JoinedMember(
                    member.id(),
                    member.instanceIdOrNull(),
                    Persistence.view(member.metadataFor(group.protocolNameOrNull()))));
        }
        return all;
    }

    private static JoinAnswer withSkip(final JoinAnswer answer, final boolean skipAssignment) {
        return new JoinAnswer(
                answer.error(),
                answer.generation(),
                answer.protocolTypeOrNull(),
                answer.protocolNameOrNull(),
                answer.leader(),
                skipAssignment,
                answer.memberId(),
                answer.members());
    }

    private static JoinAnswer withLeader(final JoinAnswer answer, final String leader) {
        return new JoinAnswer(
                answer.error(),
                answer.generation(),
                answer.protocolTypeOrNull(),
                answer.protocolNameOrNull(),
                leader,
                false,
                answer.memberId(),
                answer.members());
    }

    private void refuse(final JoinRequest request, final ErrorCode error, final String memberId) {
        reply(request.handle(), JoinAnswer.failed(error, memberId));
    }

    private void reply(final long handle, final JoinAnswer answer) {
        group.emit(new GroupEffect.JoinReply(handle, answer));
    }
}
