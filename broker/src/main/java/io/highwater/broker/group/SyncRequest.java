package io.highwater.broker.group;

import java.util.Map;

/**
 * A member asks for its assignment; the leader brings everybody's.
 *
 * @param handle names the request in the {@link GroupEffect.SyncReply} that answers it.
 * @param memberId the member.
 * @param instanceIdOrNull its name if it is static.
 * @param generation the generation that it joined.
 * @param protocolTypeOrNull the type that it believes in; null before version 5.
 * @param protocolNameOrNull the protocol that it believes in; null before version 5.
 * @param assignments by member id, from the leader.
 */
public record SyncRequest(
        long handle,
        String memberId,
        String instanceIdOrNull,
        int generation,
        String protocolTypeOrNull,
        String protocolNameOrNull,
        Map<String, byte[]> assignments) {
    /** What the assignments take in memory. */
    public long heldBytes() {
        long bytes = 0;
        for (final byte[] assignment : assignments.values()) {
            bytes += assignment.length;
        }
        return bytes;
    }

    /** The same wish, named. */
    public SyncRequest named(final long newHandle) {
        return new SyncRequest(
                newHandle, memberId, instanceIdOrNull, generation, protocolTypeOrNull, protocolNameOrNull, assignments);
    }
}
