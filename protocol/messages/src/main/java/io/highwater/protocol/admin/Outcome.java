package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;

/**
 * What became of one thing that was asked for. Immutable.
 *
 * @param name what it was about
 * @param error NONE when it was done
 * @param message the same for people
 */
public record Outcome(String name, ErrorCode error, String message) {
    /** True when it was done. */
    public boolean isDone() {
        return error == ErrorCode.NONE;
    }
}
