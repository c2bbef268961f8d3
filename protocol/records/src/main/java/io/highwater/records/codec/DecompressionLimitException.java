package io.highwater.records.codec;

import java.io.IOException;

/** A compressed stream holds, or claims, more than its reader allows. */
public final class DecompressionLimitException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Names the limit that was passed. */
    public DecompressionLimitException(final long bytesMax) {
        super("decompressed bytes exceed the limit of " + bytesMax);
    }
}
