package io.highwater.broker.api;

import io.highwater.broker.observe.Metrics;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the heap of fetches that wait for records. The frame of such a fetch is given back, so that a long poll holds no
 * receive memory, and with that the bounds of frames no longer count for what was read from it. A fetch that finds no
 * room is answered at once, with what there is: its client asks again.
 *
 * <p>Safe for any thread but for the {@link Share}, which is its connection's.
 */
public final class ParkedFetches {
    /** Some 300,000 partitions: half as many again as fetch sessions hold. */
    static final long BYTES_MAX = 96L << 20;

    /** One fetch of any size, or several of some 25,000 partitions together. Clients have one or two at a time. */
    static final long CONNECTION_BYTES_MAX = 8L << 20;

    /** What waits however small it is: the request, the operation, its timer, and its place among the unanswered. */
    private static final long FETCH_BYTES = 1_024;

    /** An entry with its watch. */
    private static final long PARTITION_BYTES = 320;

    /** A topic's id and the head of its name. */
    private static final long TOPIC_BYTES = 80;

    private final AtomicLong held = new AtomicLong();
    private final Metrics metrics;
    private final long bytesMax;
    private final long connectionBytesMax;

    /** None waits. */
    public ParkedFetches(final Metrics metrics) {
        this(metrics, BYTES_MAX, CONNECTION_BYTES_MAX);
    }

    ParkedFetches(final Metrics metrics, final long bytesMax, final long connectionBytesMax) {
        this.metrics = metrics;
        this.bytesMax = bytesMax;
        this.connectionBytesMax = connectionBytesMax;
    }

    /** What the fetches of one connection keep. Confined to the connection's shard. */
    public static final class Share {
        private long bytes;
    }

    /** What a fetch of these partitions keeps while it waits. */
    static long bytesOf(final Iterable<FetchEntry> entries, final String clientId) {
        long bytes = FETCH_BYTES + clientId.length();
        FetchEntry previous = null;
        for (final FetchEntry entry : entries) {
            bytes += PARTITION_BYTES;
            if (previous == null || !previous.isOfTopicOf(entry)) {
                bytes +=
                        TOPIC_BYTES + (entry.topic() == null ? 0 : entry.topic().length());
            }
            previous = entry;
        }
        return bytes;
    }

    /** True when a fetch that keeps so much may wait; {@link #leave} follows. */
    boolean enter(final Share share, final long bytes) {
        final boolean hasShare = share.bytes == 0 || share.bytes + bytes <= connectionBytesMax;
        if (!hasShare || !take(bytes)) {
            metrics.fetchNotParked();
            return false;
        }
        share.bytes += bytes;
        metrics.fetchParked(bytes);
        return true;
    }

    /** It waits no longer. */
    void leave(final Share share, final long bytes) {
        share.bytes -= bytes;
        held.addAndGet(-bytes);
        metrics.fetchParked(-bytes);
    }

    private boolean take(final long bytes) {
        if (held.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        held.addAndGet(-bytes);
        return false;
    }
}
