package io.highwater.log;

/** An offset below the log's start or above its end was asked for. An everyday answer, so it carries no stack trace. */
public final class OffsetOutOfRangeException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Offset asked for, and the range that there is. */
    public OffsetOutOfRangeException(final long offset, final long startOffset, final long endOffset) {
        super("offset " + offset + " is outside " + startOffset + " to " + endOffset, null, false, false);
    }
}
