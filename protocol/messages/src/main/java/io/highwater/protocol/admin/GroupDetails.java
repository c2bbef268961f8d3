package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import java.util.List;

/**
 * A group with its members. Immutable.
 *
 * @param id its id
 * @param error why nothing is told of it, else NONE
 * @param state where it stands; Dead when nobody knows it
 * @param protocol how partitions are assigned, empty when none is chosen
 * @param members in the order in which they came
 */
public record GroupDetails(String id, ErrorCode error, String state, String protocol, List<Member> members) {
    /** Copies the list. */
    public GroupDetails {
        members = List.copyOf(members);
    }

    /**
     * A member.
     *
     * @param id its id
     * @param instanceIdOrNull the name that a static member keeps
     * @param clientId what the client calls itself
     * @param host where it is
     */
    public record Member(String id, String instanceIdOrNull, String clientId, String host) {}
}
