package io.highwater.broker.group;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A group of the classic protocol, as its coordinator runs it. Decides, performs nothing: what is to be done is taken by
 * {@link #drain} after each input. Time is an argument (monotonic milliseconds); the driver calls {@link #onTime} no
 * later than {@link #nextDeadlineMs}.
 *
 * <pre>
 *   from                 to                    when
 *   Empty                PreparingRebalance    the first member joins
 *   Empty                Dead                  nothing is left to keep it for
 *   PreparingRebalance   CompletingRebalance   all have joined, or the time for it is up and somebody has
 *   PreparingRebalance   Empty                 the last member is gone
 *   CompletingRebalance  Stable                the leader's assignments are durable
 *   CompletingRebalance  PreparingRebalance    a member comes, goes, changes, or does not sync in time
 *   Stable               PreparingRebalance    a member comes, goes, changes, or the leader rejoins
 *   any but Dead         Dead                  the coordinator gives the group up
 * </pre>
 *
 * <p>The generation rises by one whenever PreparingRebalance ends, and only then. Who joins and when it must wait is
 * decided by {@link Joining}, when a rebalance begins and ends by {@link Rebalance}, who gets which assignment by
 * {@link Syncing}, who goes by {@link Leaving}.
 *
 * <p>Confined to the shard that coordinates the group.
 */
public final class ClassicGroup {
    /** The protocol type of consumers, whose subscriptions are looked into. */
    static final String CONSUMER = "consumer";

    private GroupState state = GroupState.EMPTY;

    /** Rises by one with each rebalance that ends; never falls. */
    private int generation;

    /** What the members are; set by the first of them, kept when the group is empty, null if it never had one. */
    private String protocolTypeOrNull;

    /** Chosen by vote for this generation; null without members and before the first. */
    private String protocolNameOrNull;

    /** No deadline is earlier. May lie before the earliest one, since signs of life move deadlines back. */
    private long nextDeadlineMs = Member.NEVER;

    private List<GroupEffect> effects = new ArrayList<>();

    private final String id;
    private final GroupConfig config;
    private final Roster roster = new Roster();
    private final Rebalance rebalance = new Rebalance(this);
    private final Persistence persistence = new Persistence(this);
    private final Joining joining = new Joining(this);
    private final Syncing syncing = new Syncing(this);
    private final Leaving leaving = new Leaving(this);

    /** A group without members, offsets or history. */
    public ClassicGroup(final String id, final GroupConfig config) {
        this.id = id;
        this.config = config;
    }

    /**
     * A group as its last record left it: its members go on in their generation, and have a whole session to show a
     * sign of life.
     */
    public static ClassicGroup restore(final GroupStateRecord record, final GroupConfig config, final long nowMs) {
        final ClassicGroup group = new ClassicGroup(record.groupId, config);
        group.persistence.restore(record, nowMs);
        return group;
    }

    /** Answers, now or later, by a {@link GroupEffect.JoinReply}. */
    public void join(final JoinRequest request, final long nowMs) {
        joining.join(request, nowMs);
    }

    /** Answers, now or later, by a {@link GroupEffect.SyncReply}. */
    public void sync(final SyncRequest request, final long nowMs) {
        syncing.sync(request, nowMs);
    }

    /** A sign of life; the answer tells the member whether it has to rejoin. */
    public ErrorCode heartbeat(final MemberIdentity who, final int ofGeneration, final long nowMs) {
        if (state == GroupState.DEAD) {
            return ErrorCode.COORDINATOR_NOT_AVAILABLE;
        }
        final ErrorCode error = check(who);
        if (error != ErrorCode.NONE) {
            return error;
        }
        if (ofGeneration != generation) {
            return ErrorCode.ILLEGAL_GENERATION;
        }
        touch(roster.memberOrNull(who.memberId()), nowMs);
        return state == GroupState.PREPARING_REBALANCE ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
    }

    /** Lets members go, each with an answer of its own. */
    public List<LeaveAnswer> leave(final List<MemberIdentity> who, final long nowMs) {
        return leaving.leave(who, nowMs);
    }

    /**
     * Whether an offset commit may count. Without member and generation it comes from somebody who does not use the
     * group's coordination, which is fine as long as nobody else does. A good commit is a sign of life.
     */
    public ErrorCode checkCommit(final MemberIdentity who, final int ofGeneration, final long nowMs) {
        if (state == GroupState.DEAD) {
            return ErrorCode.COORDINATOR_NOT_AVAILABLE;
        }
        if (ofGeneration < 0 && state == GroupState.EMPTY) {
            return ErrorCode.NONE;
        }
        if (ofGeneration < 0 && who.memberId().isEmpty() && who.instanceIdOrNull() == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        final ErrorCode error = check(who);
        if (error != ErrorCode.NONE) {
            return error;
        }
        if (ofGeneration != generation) {
            return ErrorCode.ILLEGAL_GENERATION;
        }
        if (state == GroupState.COMPLETING_REBALANCE) {
            return ErrorCode.REBALANCE_IN_PROGRESS;
        }
        touch(roster.memberOrNull(who.memberId()), nowMs);
        return ErrorCode.NONE;
    }

    /** Ends sessions and phases whose time is up. */
    public void onTime(final long nowMs) {
        if (roster.expirePendingJoins(nowMs)) {
            rebalance.maybeCompleteJoin(nowMs);
        }
        for (final Member member : roster.due(nowMs)) {
            leaving.onSessionEnd(member, nowMs);
        }
        rebalance.onTime(nowMs);
        nextDeadlineMs = Math.min(roster.earliestDeadlineMs(), rebalance.deadlineMs());
    }

    /** The record of this {@link GroupEffect.Persist} is durable. */
    public void onPersisted(final long token, final long nowMs) {
        persistence.onPersisted(token, nowMs);
    }

    /** The record of this {@link GroupEffect.Persist} could not be made durable. */
    public void onPersistFailed(final long token, final ErrorCode error, final long nowMs) {
        persistence.onPersistFailed(token, error, nowMs);
    }

    /** Gives the group up: nobody waits for it any more and nothing gets in. */
    public void kill(final ErrorCode error, final String reason) {
        if (state == GroupState.DEAD) {
            return;
        }
        for (final Member member : List.copyOf(roster.all())) {
            dismiss(member, error);
        }
        transitionTo(GroupState.DEAD, reason);
        rebalance.cancel();
        nextDeadlineMs = Member.NEVER;
    }

    /** What is to be done since the last call, in order. */
    public List<GroupEffect> drain() {
        if (effects.isEmpty()) {
            return List.of();
        }
        final List<GroupEffect> drained = effects;
        effects = new ArrayList<>();
        return drained;
    }

    /** When {@link #onTime} is to be called at the latest; {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineMs() {
        return nextDeadlineMs;
    }

    /** The group's id. */
    public String id() {
        return id;
    }

    /** Where it stands. */
    public GroupState state() {
        return state;
    }

    /** The current generation. */
    public int generation() {
        return generation;
    }

    /** What its members are; null if it never had one. */
    public String protocolTypeOrNull() {
        return protocolTypeOrNull;
    }

    /** The protocol chosen; null without members. */
    public String protocolNameOrNull() {
        return protocolNameOrNull;
    }

    /** How many members it has. */
    public int size() {
        return roster.size();
    }

    /** About what it takes in memory. */
    public long heldBytes() {
        return Member.OVERHEAD_BYTES + 2L * id.length() + roster.heldBytes();
    }

    /** About what a member takes in memory, 0 when it is none. */
    public long heldBytesOf(final String memberId) {
        final Member member = roster.memberOrNull(memberId);
        return member == null ? 0 : member.heldBytes();
    }

    /** Ids of its members in the order in which they came. */
    public List<String> memberIds() {
        return roster.all().stream().map(Member::id).toList();
    }

    /** The group for a tool. What members said and got is told only of a finished generation. */
    public GroupDescription describe() {
        final boolean isStable = state == GroupState.STABLE;
        return new GroupDescription(
                state,
                protocolTypeOrNull == null ? "" : protocolTypeOrNull,
                isStable && protocolNameOrNull != null ? protocolNameOrNull : "",
                roster.all().stream()
                        .map(member -> member.describe(isStable ? protocolNameOrNull : null))
                        .toList());
    }

    /**
     * Those of the topics that a consumer in the group may want, so that their offsets must stay: all of them when it is not
     * known. Looked up in what the members said, each time: it may be long.
     */
    public Set<String> wantedAmong(final Set<String> topics) {
        if (roster.isEmpty()) {
            return Set.of();
        }
        final Set<String> wanted = isOfConsumers() && protocolNameOrNull != null
                ? ConsumerSubscription.wantedOrNull(roster.all(), protocolNameOrNull, topics)
                : null;
        return wanted == null ? topics : wanted;
    }

    /** True when the members are consumers, whose subscriptions are known. */
    public boolean isOfConsumers() {
        return CONSUMER.equals(protocolTypeOrNull);
    }

    /** True when only its record and offsets matter: it may be dropped from memory and reloaded. */
    public boolean isIdle() {
        return state == GroupState.EMPTY && !roster.hasPendingJoins() && !persistence.isBusy();
    }

    /** NONE when this is a member of the group, and of a static one the newest incarnation. */
    ErrorCode check(final MemberIdentity who) {
        if (who.instanceIdOrNull() != null) {
            final String holder = roster.idOfInstanceOrNull(who.instanceIdOrNull());
            if (holder == null) {
                return ErrorCode.UNKNOWN_MEMBER_ID;
            }
            if (!holder.equals(who.memberId())) {
                return ErrorCode.FENCED_INSTANCE_ID;
            }
        }
        return roster.memberOrNull(who.memberId()) == null ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
    }

    /** The one place where the state changes. */
    void transitionTo(final GroupState next, final String reason) {
        if (!state.mayMoveTo(next)) {
            throw new IllegalStateException("group " + id + " can't go from " + state + " to " + next + ": " + reason);
        }
        final GroupState previous = state;
        state = next;
        effects.add(new GroupEffect.Moved(previous, next, generation, roster.size(), reason));
    }

    /** Begins the next generation with the members that there are. */
    void nextGeneration() {
        generation++;
        protocolNameOrNull = roster.isEmpty() ? null : ProtocolVote.winner(roster.all(), roster::isCommon);
    }

    void becomeOfType(final String protocolType) {
        protocolTypeOrNull = protocolType;
    }

    void restoreGeneration(final int last, final String typeOrNull, final String nameOrNull) {
        generation = last;
        protocolTypeOrNull = typeOrNull;
        protocolNameOrNull = nameOrNull;
        if (!roster.isEmpty()) {
            state = GroupState.STABLE;
        }
    }

    /** The member showed a sign of life. */
    void touch(final Member member, final long nowMs) {
        expireAt(member, nowMs + member.sessionTimeoutMs());
    }

    void expireAt(final Member member, final long deadlineMs) {
        member.expireAt(deadlineMs);
        noteDeadline(deadlineMs);
    }

    void noteDeadline(final long deadlineMs) {
        nextDeadlineMs = Math.min(nextDeadlineMs, deadlineMs);
    }

    /** Takes the member out of the group and lets none of its requests wait. */
    void dismiss(final Member member, final ErrorCode error) {
        answerJoin(member, JoinAnswer.failed(error, member.id()));
        syncing.answer(member, SyncAnswer.failed(error));
        roster.remove(member);
    }

    /** Answers the member's join if one waits. */
    void answerJoin(final Member member, final JoinAnswer answer) {
        final long handle = roster.takeJoin(member);
        if (handle != Member.NO_REQUEST) {
            effects.add(new GroupEffect.JoinReply(handle, answer));
        }
    }

    void emit(final GroupEffect effect) {
        effects.add(effect);
    }

    GroupConfig config() {
        return config;
    }

    Roster roster() {
        return roster;
    }

    Rebalance rebalance() {
        return rebalance;
    }

    Joining joining() {
        return joining;
    }

    Syncing syncing() {
        return syncing;
    }

    Persistence persistence() {
        return persistence;
    }
}
