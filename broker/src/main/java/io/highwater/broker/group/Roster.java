package io.highwater.broker.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is in a classic group: members in the order in which they came, static members by name, the leader, the ids that
 * were given out but not used yet, and who still owes a sync. Keeps its counts right; decides nothing. Confined to its
 * group.
 */
final class Roster {
    /** Ids given out and not used yet: beyond this the oldest is forgotten, and its owner asks again. */
    static final int PENDING_JOINS_MAX = 10_000;

    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, String> idsByInstance = new LinkedHashMap<>();

    /** Deadlines of the ids that were given out (MEMBER_ID_REQUIRED) and not used yet. */
    private final Map<String, Long> pendingJoins = new LinkedHashMap<>();

    /** Members of the current generation that have not synced. */
    private final Set<String> pendingSyncs = new LinkedHashSet<>();

    /** How many members support a protocol; a name without members is absent. */
    private final Map<String, Integer> supporters = new LinkedHashMap<>();

    /** Members whose join waits. */
    private int awaitingJoin;

    /** Null exactly when there is no member. */
    private String leaderIdOrNull;

    /** About what its members and the ids given out take in memory. */
    long heldBytes() {
        long bytes = 0;
        for (final Member member : members.values()) {
            bytes += member.heldBytes();
        }
        return bytes + (long) pendingJoins.size() * (Member.OVERHEAD_BYTES + 2 * JoinRequest.NAME_CHARS_MAX);
    }

    int size() {
        return members.size();
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    Collection<Member> all() {
        return members.values();
    }

    Member memberOrNull(final String id) {
        return members.get(id);
    }

    /** The id of the static member of this name, or null. */
    String idOfInstanceOrNull(final String instanceId) {
        return idsByInstance.get(instanceId);
    }

    String leaderIdOrNull() {
        return leaderIdOrNull;
    }

    boolean isLeader(final String id) {
        return id.equals(leaderIdOrNull);
    }

    /** The first member to come leads until it goes. */
    void add(final Member member) {
        members.put(member.id(), member);
        if (member.isStatic()) {
            idsByInstance.put(member.instanceIdOrNull(), member.id());
        }
        if (leaderIdOrNull == null) {
            leaderIdOrNull = member.id();
        }
        count(member, 1);
        if (member.isAwaitingJoin()) {
            awaitingJoin++;
        }
        pendingJoins.remove(member.id());
    }

    /** Takes the member out; its oldest remaining fellow leads if it was the leader. */
    void remove(final Member member) {
        members.remove(member.id());
        if (member.isStatic()) {
            idsByInstance.remove(member.instanceIdOrNull(), member.id());
        }
        count(member, -1);
        if (member.isAwaitingJoin()) {
            awaitingJoin--;
        }
        pendingSyncs.remove(member.id());
        if (isLeader(member.id())) {
            leaderIdOrNull =
                    members.isEmpty() ? null : members.keySet().iterator().next();
        }
    }

    /** Puts the new incarnation of a static member in the place of the old one, its lead included. */
    void replace(final Member old, final Member reborn) {
        final boolean led = isLeader(old.id());
        final boolean owedSync = pendingSyncs.contains(old.id());
        remove(old);
        add(reborn);
        if (led) {
            leaderIdOrNull = reborn.id();
        }
        if (owedSync) {
            pendingSyncs.add(reborn.id());
        }
    }

    /** What the member says of itself now, with the join that waits. */
    void update(final Member member, final JoinRequest request) {
        count(member, -1);
        member.update(request.protocols(), request.sessionTimeoutMs(), request.rebalanceTimeoutMs());
        count(member, 1);
        if (!member.isAwaitingJoin()) {
            awaitingJoin++;
        }
        member.awaitJoin(request.handle());
    }

    /** The member's join is answered: returns its handle, or {@link Member#NO_REQUEST} when none waited. */
    long takeJoin(final Member member) {
        final long handle = member.waitingJoin();
        if (handle != Member.NO_REQUEST) {
            awaitingJoin--;
            member.awaitJoin(Member.NO_REQUEST);
        }
        return handle;
    }

    int awaitingJoin() {
        return awaitingJoin;
    }

    /** True when nobody has to be waited for: neither members nor those who were only given an id. */
    boolean allJoined() {
        return awaitingJoin == members.size() && pendingJoins.isEmpty();
    }

    /** Dynamic members that have not rejoined. Static ones are given until their session ends. */
    List<Member> absentees() {
        final List<Member> absent = new ArrayList<>();
        for (final Member member : members.values()) {
            if (!member.isAwaitingJoin() && !member.isStatic()) {
                absent.add(member);
            }
        }
        return absent;
    }

    /** Makes sure that the leader is one who has joined: the oldest of them if it is not. False when nobody has. */
    boolean electJoinedLeader() {
        if (leaderIdOrNull != null && members.get(leaderIdOrNull).isAwaitingJoin()) {
            return true;
        }
        for (final Member member : members.values()) {
            if (member.isAwaitingJoin()) {
                leaderIdOrNull = member.id();
                return true;
            }
        }
        return false;
    }

    /** Only for a group that is reloaded: the leader that it had. */
    void restoreLeader(final String id) {
        if (members.containsKey(id)) {
            leaderIdOrNull = id;
        }
    }

    /** The longest time that a member may take to rejoin; never none, so that time passes between two tries. */
    int rebalanceTimeoutMs() {
        int longest = 1;
        for (final Member member : members.values()) {
            longest = Math.max(longest, member.rebalanceTimeoutMs());
        }
        return longest;
    }

    /** True when every member supports the protocol. */
    boolean isCommon(final String protocol) {
        return supporters.getOrDefault(protocol, 0) == members.size();
    }

    void addPendingJoin(final String id, final long deadlineMs) {
        if (pendingJoins.size() >= PENDING_JOINS_MAX) {
            pendingJoins.remove(pendingJoins.keySet().iterator().next());
        }
        pendingJoins.put(id, deadlineMs);
    }

    boolean isPendingJoin(final String id) {
        return pendingJoins.containsKey(id);
    }

    boolean removePendingJoin(final String id) {
        return pendingJoins.remove(id) != null;
    }

    boolean hasPendingJoins() {
        return !pendingJoins.isEmpty();
    }

    /** Forgets the ids that nobody came back with in time; true when there were any. */
    boolean expirePendingJoins(final long nowMs) {
        return pendingJoins.values().removeIf(deadlineMs -> deadlineMs <= nowMs);
    }

    /** Members whose session is over by now, in the order in which they came. */
    List<Member> due(final long nowMs) {
        final List<Member> due = new ArrayList<>();
        for (final Member member : members.values()) {
            if (member.sessionDeadlineMs() <= nowMs) {
                due.add(member);
            }
        }
        return due;
    }

    /** The earliest deadline of a member or of an id given out, {@link Member#NEVER} without any. */
    long earliestDeadlineMs() {
        long earliest = Member.NEVER;
        for (final Member member : members.values()) {
            earliest = Math.min(earliest, member.sessionDeadlineMs());
        }
        for (final long deadlineMs : pendingJoins.values()) {
            earliest = Math.min(earliest, deadlineMs);
        }
        return earliest;
    }

    void owesSync(final Member member) {
        pendingSyncs.add(member.id());
    }

    /** True when nobody owes a sync any more. */
    boolean synced(final Member member) {
        pendingSyncs.remove(member.id());
        return pendingSyncs.isEmpty();
    }

    void forgetOwedSyncs() {
        pendingSyncs.clear();
    }

    /** The members that owe a sync. */
    List<Member> owingSync() {
        return pendingSyncs.stream().map(members::get).toList();
    }

    private void count(final Member member, final int by) {
        for (final String name : new HashSet<>(MemberProtocol.names(member.protocols()))) {
            supporters.merge(name, by, (a, b) -> a + b == 0 ? null : a + b);
        }
    }
}
