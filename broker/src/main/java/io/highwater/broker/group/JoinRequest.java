package io.highwater.broker.group;

import java.util.List;

/**
 * A wish to be a member of the next generation. Immutable.
 *
 * @param handle names the request in the {@link GroupEffect.JoinReply} that answers it.
 * @param memberId the member's id, empty when it has none yet.
 * @param freshMemberId the id that it gets if it needs one.
 * @param instanceIdOrNull the name of a static member.
 * @param clientId what the client calls itself.
 * @param clientHost where it is.
 * @param sessionTimeoutMs without a sign of life for so long it is gone.
 * @param rebalanceTimeoutMs so long it may take to rejoin.
 * @param protocolType what kind of members the group has to have.
 * @param protocols what it supports, best first.
 * @param requiresKnownMemberId true when the client can be sent back with an id first (version 4).
 * @param supportsSkippingAssignment true when a leader can be told not to assign (version 9).
 */
public record JoinRequest(
        long handle,
        String memberId,
        String freshMemberId,
        String instanceIdOrNull,
        String clientId,
        String clientHost,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        String protocolType,
        List<MemberProtocol> protocols,
        boolean requiresKnownMemberId,
        boolean supportsSkippingAssignment) {
    /** What of a client's name goes into an id: every member is told the ids of all, and a string has 32,767 bytes. */
    static final int NAME_CHARS_MAX = 255;

    /** Copies the list. */
    public JoinRequest {
        protocols = List.copyOf(protocols);
    }

    /** The same wish, named, and with the id that it gets if it needs one. */
    public JoinRequest named(final long newHandle, final String unique) {
        return new JoinRequest(
                newHandle,
                memberId,
                newMemberId(instanceIdOrNull, clientId, unique),
                instanceIdOrNull,
                clientId,
                clientHost,
                sessionTimeoutMs,
                rebalanceTimeoutMs,
                protocolType,
                protocols,
                requiresKnownMemberId,
                supportsSkippingAssignment);
    }

    /** About what a member that joins with this takes in memory. */
    public long heldBytes() {
        long bytes = Member.OVERHEAD_BYTES + 2L * (clientId.length() + NAME_CHARS_MAX);
        for (final MemberProtocol protocol : protocols) {
            bytes += protocol.heldBytes();
        }
        return bytes;
    }

    /**
     * The id that a new member gets: its instance's or client's name, as much of it as an id has room for, and a random
     * part that nobody else has.
     */
    public static String newMemberId(final String instanceIdOrNull, final String clientId, final String unique) {
        return head(instanceIdOrNull == null ? clientId : instanceIdOrNull) + "-" + unique;
    }

    private static String head(final String name) {
        if (name.length() <= NAME_CHARS_MAX) {
            return name;
        }
        // Half of a pair would be no text.
        final boolean isSplit = Character.isHighSurrogate(name.charAt(NAME_CHARS_MAX - 1));
        return name.substring(0, isSplit ? NAME_CHARS_MAX - 1 : NAME_CHARS_MAX);
    }
}
