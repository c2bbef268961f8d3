package io.highwater.broker.group;

import io.highwater.protocol.ErrorCode;
import java.nio.ByteBuffer;

/**
 * The answer to a sync.
 *
 * @param error what went wrong, or NONE.
 * @param protocolTypeOrNull the group's protocol type, null with an error.
 * @param protocolNameOrNull the protocol chosen, null with an error.
 * @param assignment what the leader gave to this member; to be read only, empty with an error.
 */
public record SyncAnswer(ErrorCode error, String protocolTypeOrNull, String protocolNameOrNull, ByteBuffer assignment) {
    /** Refused. */
    public static SyncAnswer failed(final ErrorCode error) {
        return new SyncAnswer(error, null, null, ByteBuffer.allocate(0));
    }
}
