package io.highwater.broker.coordinator;

import io.highwater.broker.group.MemberIdentity;
import java.util.List;

/**
 * A wish to commit offsets for a group.
 *
 * @param groupId the group; may be empty, as old clients have it.
 * @param who the member; with an empty id somebody who does not use the group's coordination.
 * @param generation the member's generation, −1 without.
 * @param knowsGroupIdNotFound true when the client understands that a group does not exist (version 9).
 * @param retentionMs how long the offsets are to be kept, −1 for the default.
 * @param offsets what to commit.
 */
public record CommitRequest(
        String groupId,
        MemberIdentity who,
        int generation,
        boolean knowsGroupIdNotFound,
        long retentionMs,
        List<OffsetCommit> offsets) {
    /** Copies the list. */
    public CommitRequest {
        offsets = List.copyOf(offsets);
    }
}
