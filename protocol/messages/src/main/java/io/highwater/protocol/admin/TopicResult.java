package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import java.util.UUID;

/**
 * What became of one topic.
 *
 * @param name the topic
 * @param id its id, {@code Uuids.ZERO} when the broker tells none
 * @param error NONE when it is done
 * @param message why not, never null
 * @param partitions of a created topic, -1 when the broker does not tell
 * @param replicationFactor of a created topic, -1 when the broker does not tell
 */
public record TopicResult(
        String name, UUID id, ErrorCode error, String message, int partitions, int replicationFactor) {
    /** True when it was done. */
    public boolean isDone() {
        return error == ErrorCode.NONE;
    }
}
