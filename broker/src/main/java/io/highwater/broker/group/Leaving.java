package io.highwater.broker.group;

import io.highwater.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Who goes: on its own, by an administrator's wish, or because it was not heard of for too long. */
final class Leaving {
    private final ClassicGroup group;

    Leaving(final ClassicGroup group) {
        this.group = group;
    }

    List<LeaveAnswer> leave(final List<MemberIdentity> leavers, final long nowMs) {
        final int sizeBefore = group.size();
        final List<LeaveAnswer> answers = new ArrayList<>(leavers.size());
        boolean someoneLeft = false;
        for (final MemberIdentity who : leavers) {
            final ErrorCode error = group.state() == GroupState.DEAD ? ErrorCode.COORDINATOR_NOT_AVAILABLE : leave(who);
            answers.add(new LeaveAnswer(who, error));
            someoneLeft |= error == ErrorCode.NONE;
        }
        if (group.size() < sizeBefore) {
            group.rebalance().maybePrepareOrComplete("members left", nowMs);
        } else if (someoneLeft) {
            // Only ids that were never used are given back: no assignment is free, but a join may have waited for them.
            group.rebalance().maybeCompleteJoin(nowMs);
        }
        return answers;
    }

    /** Nothing was heard of the member in time. */
    void onSessionEnd(final Member member, final long nowMs) {
        if (group.roster().memberOrNull(member.id()) != member) {
            return;
        }
        if (!member.isNew() && (member.isAwaitingJoin() || member.isAwaitingSync())) {
            // It waits for others, so it can't send heartbeats; its session begins anew with the answer.
            member.expireAt(Member.NEVER);
            return;
        }
        group.dismiss(member, ErrorCode.UNKNOWN_MEMBER_ID);
        group.rebalance().maybePrepareOrComplete("nothing heard of member " + member + " within its session", nowMs);
    }

    private ErrorCode leave(final MemberIdentity who) {
        if (who.memberId().isEmpty()) {
            final String id =
                    who.instanceIdOrNull() == null ? null : group.roster().idOfInstanceOrNull(who.instanceIdOrNull());
            return id == null ? ErrorCode.UNKNOWN_MEMBER_ID : dismiss(id);
        }
        if (group.roster().removePendingJoin(who.memberId())) {
            return ErrorCode.NONE;
        }
        final ErrorCode error = group.check(who);
        return error == ErrorCode.NONE ? dismiss(who.memberId()) : error;
    }

    private ErrorCode dismiss(final String memberId) {
        group.dismiss(group.roster().memberOrNull(memberId), ErrorCode.UNKNOWN_MEMBER_ID);
        return ErrorCode.NONE;
    }
}
