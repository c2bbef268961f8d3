package io.highwater.broker.group;

import io.highwater.protocol.ErrorCode;

/**
 * When a rebalance begins and when its two phases end.
 *
 * <p>Join phase: until everybody who is known has joined, or the longest rebalance timeout has passed. The first
 * rebalance of an empty group waits for members that nobody knows yet: the initial delay, again and again as long as
 * members keep coming, but not longer than the rebalance timeout. Sync phase: members that do not ask for their
 * assignment within the rebalance timeout are dropped.
 */
final class Rebalance {
    /** How often to look at least whether an absent static member is back, however short its rebalance timeout. */
    private static final int ABSENT_RETRY_MS = 1_000;

    /** When the join phase ends at the latest, {@link Member#NEVER} outside of it. */
    private long joinDeadlineMs = Member.NEVER;

    /** When those who have not synced are dropped, {@link Member#NEVER} when nobody owes a sync. */
    private long syncDeadlineMs = Member.NEVER;

    /** True in the join phase that began with an empty group. */
    private boolean isInitial;

    /** True when a member came since the initial delay began. */
    private boolean hasNewcomers;

    /** How long the initial delay that runs is. */
    private int initialDelayMs;

    /** How much longer the initial delay may become. */
    private int initialRemainingMs;

    private final ClassicGroup group;

    Rebalance(final ClassicGroup group) {
        this.group = group;
    }

    void onMemberAdded() {
        if (group.state() == GroupState.PREPARING_REBALANCE && isInitial) {
            hasNewcomers = true;
        }
    }

    /** Begins a rebalance, or ends the join phase of the one that runs if this was the last to be waited for. */
    void maybePrepareOrComplete(final String reason, final long nowMs) {
        if (group.state().mayMoveTo(GroupState.PREPARING_REBALANCE)) {
            prepare(reason, nowMs);
        } else {
            maybeCompleteJoin(nowMs);
        }
    }

    void prepare(final String reason, final long nowMs) {
        if (group.state() == GroupState.COMPLETING_REBALANCE) {
            group.syncing().failAll(ErrorCode.REBALANCE_IN_PROGRESS, nowMs);
        }
        endSyncPhase();
        isInitial = group.state() == GroupState.EMPTY;
        group.transitionTo(GroupState.PREPARING_REBALANCE, reason);
        if (isInitial) {
            hasNewcomers = false;
            initialDelayMs = group.config().initialRebalanceDelayMs();
            initialRemainingMs = Math.max(group.roster().rebalanceTimeoutMs() - initialDelayMs, 0);
            if (initialDelayMs <= 0) {
                completeJoin(nowMs);
            } else {
                setJoinDeadline(nowMs + initialDelayMs);
            }
        } else if (group.roster().allJoined()) {
            completeJoin(nowMs);
        } else {
            setJoinDeadline(nowMs + group.roster().rebalanceTimeoutMs());
        }
    }

    /** Ends the join phase if nobody has to be waited for. The initial delay always runs its course. */
    void maybeCompleteJoin(final long nowMs) {
        if (group.state() == GroupState.PREPARING_REBALANCE
                && !isInitial
                && group.roster().allJoined()) {
            completeJoin(nowMs);
        }
    }

    /** A member has synced. */
    void onSynced(final Member member) {
        if (group.roster().synced(member)) {
            endSyncPhase();
        }
    }

    void onTime(final long nowMs) {
        if (joinDeadlineMs <= nowMs) {
            if (isInitial && hasNewcomers && initialRemainingMs > 0) {
                extendInitialDelay(nowMs);
            } else {
                completeJoin(nowMs);
            }
        }
        if (syncDeadlineMs <= nowMs) {
            dropUnsynced(nowMs);
        }
    }

    long deadlineMs() {
        return Math.min(joinDeadlineMs, syncDeadlineMs);
    }

    void cancel() {
        joinDeadlineMs = Member.NEVER;
        endSyncPhase();
    }

    private void extendInitialDelay(final long nowMs) {
        hasNewcomers = false;
        final int delayMs = Math.min(group.config().initialRebalanceDelayMs(), initialRemainingMs);
        initialRemainingMs = Math.max(initialRemainingMs - initialDelayMs, 0);
        initialDelayMs = delayMs;
        setJoinDeadline(nowMs + delayMs);
    }

    private void completeJoin(final long nowMs) {
        joinDeadlineMs = Member.NEVER;
        for (final Member absent : group.roster().absentees()) {
            group.dismiss(absent, ErrorCode.UNKNOWN_MEMBER_ID);
        }
        if (group.roster().isEmpty()) {
            isInitial = false;
            group.nextGeneration();
            group.transitionTo(GroupState.EMPTY, "the last member is gone");
            group.persistence().persistEmpty();
        } else if (group.roster().electJoinedLeader()) {
            isInitial = false;
            beginGeneration(nowMs);
        } else {
            // Only static members are left and none has come back: their sessions decide.
            setJoinDeadline(nowMs + Math.max(group.roster().rebalanceTimeoutMs(), ABSENT_RETRY_MS));
        }
    }

    private void beginGeneration(final long nowMs) {
        group.nextGeneration();
        group.transitionTo(GroupState.COMPLETING_REBALANCE, "the members have joined");
        for (final Member member : group.roster().all()) {
            group.answerJoin(
                    member, group.joining().joined(member, group.roster().isLeader(member.id())));
            member.markNew(false);
            group.touch(member, nowMs);
            group.roster().owesSync(member);
        }
        syncDeadlineMs = nowMs + group.roster().rebalanceTimeoutMs();
        group.noteDeadline(syncDeadlineMs);
    }

    private void dropUnsynced(final long nowMs) {
        final var late = group.roster().owingSync();
        endSyncPhase();
        for (final Member member : late) {
            group.dismiss(member, ErrorCode.UNKNOWN_MEMBER_ID);
        }
        if (!late.isEmpty()) {
            prepare("members " + late + " did not sync in time", nowMs);
        }
    }

    private void endSyncPhase() {
        syncDeadlineMs = Member.NEVER;
        group.roster().forgetOwedSyncs();
    }

    private void setJoinDeadline(final long deadlineMs) {
        joinDeadlineMs = deadlineMs;
        group.noteDeadline(deadlineMs);
    }
}
