package io.highwater.broker.group;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.protocol.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What of a group has to outlive its coordinator, and what waits for that: assignments are handed out, and a static
 * member that came back is let in, only once the record that says so is durable. Since other requests may come in
 * between, each is done only if the group still stands where it stood.
 */
final class Persistence {
    /** What is under way, by token. */
    private final Map<Long, Awaited> underWay = new LinkedHashMap<>();

    private long lastToken;

    private final ClassicGroup group;

    Persistence(final ClassicGroup group) {
        this.group = group;
    }

    boolean isBusy() {
        return !underWay.isEmpty();
    }

    /** The last member is gone. Nobody waits to hear of it. */
    void persistEmpty() {
        persist(new Nothing(), Map.of());
    }

    /** The leader's assignments, one for every member. */
    void persistAssignments(final Map<String, byte[]> assignments) {
        persist(new Assignments(group.generation(), assignments), assignments);
    }

    /** A static member under its new id. */
    void persistReturn(final Member member, final JoinAnswer answer) {
        final Map<String, byte[]> kept = new LinkedHashMap<>();
        for (final Member each : group.roster().all()) {
            kept.put(each.id(), each.assignment());
        }
        persist(new Return(member, member.waitingJoin(), answer), kept);
    }

    void onPersisted(final long token, final long nowMs) {
        final Awaited awaited = taken(token);
        if (awaited instanceof Assignments assignments && isCurrent(assignments)) {
            group.syncing().handOut(assignments.byMember(), nowMs);
        } else if (awaited instanceof Return back && isCurrent(back)) {
            group.answerJoin(back.member(), back.answer());
            group.touch(back.member(), nowMs);
        }
    }

    void onPersistFailed(final long token, final ErrorCode error, final long nowMs) {
        final Awaited awaited = taken(token);
        if (awaited instanceof Assignments assignments && isCurrent(assignments)) {
            group.syncing().failAll(error, nowMs);
            group.rebalance().prepare("the assignments could not be made durable", nowMs);
        } else if (awaited instanceof Return back && isCurrent(back)) {
            // It keeps its place here and will come back once more: then that is recorded.
            group.answerJoin(
                    back.member(), JoinAnswer.failed(error, back.member().id()));
        }
    }

    void restore(final GroupStateRecord record, final long nowMs) {
        for (final GroupStateRecord.MemberState state : record.members) {
            final List<MemberProtocol> protocols = new ArrayList<>(state.protocols.size());
            for (final GroupStateRecord.ProtocolState protocol : state.protocols) {
                protocols.add(new MemberProtocol(protocol.name, bytes(protocol.metadata)));
            }
            final Member member = new Member(
                    state.memberId,
                    state.instanceId,
                    state.clientId,
                    state.clientHost,
                    state.sessionTimeoutMs,
                    state.rebalanceTimeoutMs,
                    List.copyOf(protocols));
            member.assign(bytes(state.assignment));
            group.roster().add(member);
            group.touch(member, nowMs);
        }
        if (record.leaderId != null) {
            group.roster().restoreLeader(record.leaderId);
        }
        group.restoreGeneration(record.generation, record.protocolType, record.protocolName);
    }

    /** The array as a message's field: position to limit are its content. */
    static ByteBuffer view(final byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    private static byte[] bytes(final ByteBuffer content) {
        final byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        return bytes;
    }

    private void persist(final Awaited awaited, final Map<String, byte[]> assignments) {
        final long token = ++lastToken;
        underWay.put(token, awaited);
        group.emit(new GroupEffect.Persist(token, record(assignments)));
    }

    private Awaited taken(final long token) {
        final Awaited awaited = underWay.remove(token);
        if (awaited == null) {
            throw new IllegalStateException("group " + group.id() + " has nothing under way with token " + token);
        }
        return awaited;
    }

    private boolean isCurrent(final Assignments assignments) {
        return group.state() == GroupState.COMPLETING_REBALANCE && group.generation() == assignments.generation();
    }

    /** In any other state the member's join waits for the rebalance and is answered by it. */
    private boolean isCurrent(final Return back) {
        return group.state() == GroupState.STABLE
                && group.roster().memberOrNull(back.member().id()) == back.member()
                && back.member().waitingJoin() == back.handle();
    }

    private GroupStateRecord record(final Map<String, byte[]> assignments) {
        final GroupStateRecord record = new GroupStateRecord();
        record.groupId = group.id();
        record.protocolType = group.protocolTypeOrNull();
        record.generation = group.generation();
        record.protocolName = group.protocolNameOrNull();
        record.leaderId = group.roster().leaderIdOrNull();
        for (final Member member : group.roster().all()) {
            final GroupStateRecord.MemberState state = new GroupStateRecord.MemberState();
            state.memberId = member.id();
            state.instanceId = member.instanceIdOrNull();
            state.clientId = member.clientId();
            state.clientHost = member.clientHost();
            state.sessionTimeoutMs = member.sessionTimeoutMs();
            state.rebalanceTimeoutMs = member.rebalanceTimeoutMs();
            for (final MemberProtocol protocol : member.protocols()) {
                final GroupStateRecord.ProtocolState supported = new GroupStateRecord.ProtocolState();
                supported.name = protocol.name();
                supported.metadata = protocol.metadata();
                state.protocols.add(supported);
            }
            state.assignment = view(assignments.get(member.id()));
            record.members.add(state);
        }
        return record;
    }

    /** What is to be done once a record is durable. */
    private sealed interface Awaited {}

    private record Nothing() implements Awaited {}

    private record Assignments(int generation, Map<String, byte[]> byMember) implements Awaited {}

    private record Return(Member member, long handle, JoinAnswer answer) implements Awaited {}
}
