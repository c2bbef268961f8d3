package io.highwater.broker.group;

import io.highwater.protocol.ErrorCode;
import java.util.List;

/**
 * The answer to a join. Immutable.
 *
 * @param error what went wrong, or NONE.
 * @param generation the generation joined, −1 with an error.
 * @param protocolTypeOrNull the group's protocol type, null with an error.
 * @param protocolNameOrNull the protocol chosen, null with an error.
 * @param leader the leader's member id, empty with an error.
 * @param skipAssignment true when the leader must keep the assignments as they are.
 * @param memberId the id of the member that joined.
 * @param members everybody, for the leader; empty for the others.
 */
public record JoinAnswer(
        ErrorCode error,
        int generation,
        String protocolTypeOrNull,
        String protocolNameOrNull,
        String leader,
        boolean skipAssignment,
        String memberId,
        List<JoinedMember> members) {
    /** Copies the list. */
    public JoinAnswer {
        members = List.copyOf(members);
    }

    /** Refused. */
    public static JoinAnswer failed(final ErrorCode error, final String memberId) {
        return new JoinAnswer(error, -1, null, null, "", false, memberId, List.of());
    }
}
