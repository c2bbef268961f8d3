package io.highwater.broker.group;

import java.nio.ByteBuffer;
import java.util.List;

/** One member of a classic group. Confined to its group; only {@link Roster} changes what it counts. */
final class Member {
    /** No request waits. Handles are positive. */
    static final long NO_REQUEST = 0;

    /** No deadline: the member waits for others and can't send heartbeats. */
    static final long NEVER = Long.MAX_VALUE;

    private static final byte[] NOTHING = {};

    /** Objects, places in maps, the host: what is there without any text. */
    static final int OVERHEAD_BYTES = 500;

    /** What it supports, best first. */
    private List<MemberProtocol> protocols;

    /** What they take; reckoned once, as it is asked for with each request of the group. */
    private long protocolBytes;

    private int sessionTimeoutMs;
    private int rebalanceTimeoutMs;

    /** What the leader gave to it in the last finished rebalance; never null. */
    private byte[] assignment = NOTHING;

    /** The join that waits for the others, or {@link #NO_REQUEST}. */
    private long waitingJoin = NO_REQUEST;

    /** The sync that waits for the leader, or {@link #NO_REQUEST}. */
    private long waitingSync = NO_REQUEST;

    /** True until its first join is answered: it can't send heartbeats, but its join must not wait for ever. */
    private boolean isNew;

    /** Monotonic time at which it counts as dead. */
    private long sessionDeadlineMs = NEVER;

    private final String id;
    private final String instanceIdOrNull;
    private final String clientId;
    private final String clientHost;

    Member(
            final String id,
            final String instanceIdOrNull,
            final String clientId,
            final String clientHost,
            final int sessionTimeoutMs,
            final int rebalanceTimeoutMs,
            final List<MemberProtocol> protocols) {
        this.id = id;
        this.instanceIdOrNull = instanceIdOrNull;
        this.clientId = clientId;
        this.clientHost = clientHost;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.rebalanceTimeoutMs = rebalanceTimeoutMs;
        speak(protocols);
    }

    private void speak(final List<MemberProtocol> spoken) {
        protocols = spoken;
        protocolBytes = spoken.stream().mapToLong(MemberProtocol::heldBytes).sum();
    }

    /** The same member in a new incarnation: another id and client, no request waiting. */
    Member reborn(final String newId, final JoinRequest request) {
        final Member next = new Member(
                newId,
                instanceIdOrNull,
                request.clientId(),
                request.clientHost(),
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                protocols);
        next.assignment = assignment;
        return next;
    }

    String id() {
        return id;
    }

    String instanceIdOrNull() {
        return instanceIdOrNull;
    }

    boolean isStatic() {
        return instanceIdOrNull != null;
    }

    String clientId() {
        return clientId;
    }

    String clientHost() {
        return clientHost;
    }

    int sessionTimeoutMs() {
        return sessionTimeoutMs;
    }

    int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    List<MemberProtocol> protocols() {
        return protocols;
    }

    /** With what it said for this protocol and got, or without both for null. */
    GroupDescription.MemberDescription describe(final String protocolOrNull) {
        final byte[] said = protocolOrNull == null ? NOTHING : metadataFor(protocolOrNull);
        final byte[] got = protocolOrNull == null ? NOTHING : assignment;
        return new GroupDescription.MemberDescription(
                id,
                instanceIdOrNull,
                clientId,
                clientHost,
                ByteBuffer.wrap(said).asReadOnlyBuffer(),
                ByteBuffer.wrap(got).asReadOnlyBuffer());
    }

    /** What it said for the protocol; empty when it does not speak it. */
    byte[] metadataFor(final String protocol) {
        for (final MemberProtocol candidate : protocols) {
            if (candidate.name().equals(protocol)) {
                return candidate.metadataBytes();
            }
        }
        return NOTHING;
    }

    byte[] assignment() {
        return assignment;
    }

    void assign(final byte[] bytesOrNull) {
        assignment = bytesOrNull == null ? NOTHING : bytesOrNull;
    }

    boolean isAwaitingJoin() {
        return waitingJoin != NO_REQUEST;
    }

    boolean isAwaitingSync() {
        return waitingSync != NO_REQUEST;
    }

    long waitingJoin() {
        return waitingJoin;
    }

    void awaitJoin(final long handle) {
        waitingJoin = handle;
    }

    long waitingSync() {
        return waitingSync;
    }

    void awaitSync(final long handle) {
        waitingSync = handle;
    }

    boolean isNew() {
        return isNew;
    }

    void markNew(final boolean value) {
        isNew = value;
    }

    void update(final List<MemberProtocol> newProtocols, final int sessionMs, final int rebalanceMs) {
        speak(newProtocols);
        sessionTimeoutMs = sessionMs;
        rebalanceTimeoutMs = rebalanceMs;
    }

    long sessionDeadlineMs() {
        return sessionDeadlineMs;
    }

    void expireAt(final long deadlineMs) {
        sessionDeadlineMs = deadlineMs;
    }

    /** About what it takes in memory. */
    long heldBytes() {
        return OVERHEAD_BYTES + 2L * (id.length() + clientId.length()) + assignment.length + protocolBytes;
    }

    @Override
    public String toString() {
        return id;
    }
}
