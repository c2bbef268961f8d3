package io.highwater.protocol.transport;

/**
 * The options of a transport.
 *
 * @param shards event loops
 * @param threadName prefix of the names of their threads
 * @param backlog connections the operating system may keep waiting to be accepted
 * @param idleMaxMs a link that neither receives nor sends for so long is closed; 0 never
 * @param writeStallTimeoutMs a peer that takes no byte of what is queued for so long is cut off; 0 never
 * @param writeLowWaterBytes queued bytes below which a link is writable again
 * @param writeHighWaterBytes queued bytes above which a link is not writable
 */
public record TransportOptions(
        int shards,
        String threadName,
        int backlog,
        long idleMaxMs,
        long writeStallTimeoutMs,
        int writeLowWaterBytes,
        int writeHighWaterBytes) {
    /** Refuses what makes no sense. */
    public TransportOptions {
        if (shards < 1 || backlog < 1 || idleMaxMs < 0 || writeStallTimeoutMs < 0) {
            throw new IllegalArgumentException("transport options out of range");
        }
        if (writeLowWaterBytes < 0 || writeHighWaterBytes < writeLowWaterBytes) {
            throw new IllegalArgumentException(
                    "water marks out of order: " + writeLowWaterBytes + ", " + writeHighWaterBytes);
        }
    }

    /** A server's: idle links go after 10 minutes, peers that stop reading after 30 seconds. */
    public static TransportOptions server(final int shards) {
        return new TransportOptions(shards, "highwater-shard", 512, 600_000, 30_000, 256 * 1024, 1024 * 1024);
    }

    /** A client's: one loop, idle links go a minute before the server would cut them. */
    public static TransportOptions client() {
        return new TransportOptions(1, "highwater-client", 1, 540_000, 30_000, 256 * 1024, 1024 * 1024);
    }

    /** The same with other time limits. */
    public TransportOptions withTimeouts(final long newIdleMaxMs, final long newWriteStallTimeoutMs) {
        return new TransportOptions(
                shards,
                threadName,
                backlog,
                newIdleMaxMs,
                newWriteStallTimeoutMs,
                writeLowWaterBytes,
                writeHighWaterBytes);
    }

    /** The same with other water marks. */
    public TransportOptions withWaterMarks(final int lowBytes, final int highBytes) {
        return new TransportOptions(shards, threadName, backlog, idleMaxMs, writeStallTimeoutMs, lowBytes, highBytes);
    }
}
