package io.highwater.broker.group;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A group as a tool is shown it. Immutable; nobody writes to the buffers.
 *
 * @param state where it stands
 * @param protocolType what its members are, empty if it never had one
 * @param protocol the protocol chosen; empty unless the group is stable
 * @param members in the order in which they came
 */
public record GroupDescription(
        GroupState state, String protocolType, String protocol, List<MemberDescription> members) {
    /** Nothing is known of the group. */
    public static final GroupDescription UNKNOWN = new GroupDescription(GroupState.DEAD, "", "", List.of());

    /**
     * A member.
     *
     * @param id its id
     * @param instanceIdOrNull the name that a static member keeps
     * @param clientId what the client calls itself
     * @param clientHost where it joined from
     * @param metadata what it said for the protocol; empty unless the group is stable
     * @param assignment what the leader gave to it; empty unless the group is stable
     */
    public record MemberDescription(
            String id,
            String instanceIdOrNull,
            String clientId,
            String clientHost,
            ByteBuffer metadata,
            ByteBuffer assignment) {}
}
