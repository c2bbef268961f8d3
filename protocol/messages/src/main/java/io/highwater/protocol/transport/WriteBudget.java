package io.highwater.protocol.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what the large frames that wait to be written take, those of all links together: a short request can ask for a
 * long answer, and peers may not read it. A frame that finds no room ends its link. What lies in files or is mapped from
 * them is not counted.
 *
 * <p>Safe for any thread.
 */
final class WriteBudget {
    /** Smaller frames are not counted: a link has few of them. */
    static final int COUNTED_BYTES_MIN = 64 * 1024;

    /** A quarter of the direct memory that the launcher gives. */
    static final long BYTES_MAX = 256L << 20;

    private final AtomicLong held = new AtomicLong();
    private final long bytesMax;

    WriteBudget(final long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** False when there is no room; {@link #release} follows only when there is. */
    boolean take(final int bytes) {
        if (held.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }

    void release(final int bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
