package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import java.util.UUID;

/**
 * What became of one topic of a request. Immutable.
 *
 * @param name the topic
 * @param id its id, zero when the broker told none
 * @param error NONE when it was done
 * @param message why not, in the broker's words or the code's
 */
public record TopicOutcome(String name, UUID id, ErrorCode error, String message) {
    static TopicOutcome of(final String name, final UUID id, final short code, final String message) {
        final ErrorCode error = ErrorCode.forCode(code);
        return new TopicOutcome(name, id, error, message == null ? error.defaultMessage() : message);
    }

    /** True when it was done. */
    public boolean isDone() {
        return error == ErrorCode.NONE;
    }
}
