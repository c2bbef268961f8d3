package io.highwater.protocol.transport;

/**
 * The options of a transport.
 *
 * @param shards event loops
 * @param threadName prefix of the names of their threads
 * @param backlog connections the operating system may keep waiting to be accepted
 * @param idleMaxMs a link that neither receives nor sends for so long is closed; 0 never
 * @param writeStallTimeoutMs a peer that takes no byte of what is queued for so long is cut off; 0 never
 * @param receiveTimeoutMs how long a new link may take for its first frame, and a frame that arrives in part for its end or
 *     for as many bytes as these are milliseconds; 0 for ever
 * @param acceptsPerSecondMax connections that a listener accepts in a second; more are left waiting; 0 any number
 * @param writeLowWaterBytes queued bytes below which a link is writable again
 * @param writeHighWaterBytes queued bytes above which a link is not writable
 */
public record TransportOptions(
        int shards,
        String threadName,
        int backlog,
        long idleMaxMs,
        long writeStallTimeoutMs,
        long receiveTimeoutMs,
        int acceptsPerSecondMax,
        int writeLowWaterBytes,
        int writeHighWaterBytes) {
    /** Refuses what makes no sense. */
    public TransportOptions {
        if (shards < 1 || backlog < 1 || idleMaxMs < 0 || writeStallTimeoutMs < 0) {
            throw new IllegalArgumentException("transport options out of range");
        }
        if (receiveTimeoutMs < 0 || acceptsPerSecondMax < 0) {
            throw new IllegalArgumentException("transport options out of range");
        }
        if (writeLowWaterBytes < 0 || writeHighWaterBytes < writeLowWaterBytes) {
            throw new IllegalArgumentException(
                    "water marks out of order: " + writeLowWaterBytes + ", " + writeHighWaterBytes);
        }
    }

    /** A server's: idle links go after 10 minutes, peers that stop reading or bring no whole frame after 30 seconds. */
    public static TransportOptions server(final int shards) {
        return new TransportOptions(
                shards, "highwater-shard", 512, 600_000, 30_000, 30_000, 0, 256 * 1024, 1024 * 1024);
    }

    /** A client's: one loop, idle links go a minute before the server would cut them. */
    public static TransportOptions client() {
        return new TransportOptions(1, "highwater-client", 1, 540_000, 30_000, 0, 0, 256 * 1024, 1024 * 1024);
    }

    /** The same with other time limits. */
    public TransportOptions withTimeouts(final long newIdleMaxMs, final long newWriteStallTimeoutMs) {
        return new TransportOptions(
                shards,
                threadName,
                backlog,
                newIdleMaxMs,
                newWriteStallTimeoutMs,
                receiveTimeoutMs,
                acceptsPerSecondMax,
                writeLowWaterBytes,
                writeHighWaterBytes);
    }

    /** The same with another time for frames to arrive in. */
    public TransportOptions withReceiveTimeout(final long newReceiveTimeoutMs) {
        return new TransportOptions(
                shards,
                threadName,
                backlog,
                idleMaxMs,
                writeStallTimeoutMs,
                newReceiveTimeoutMs,
                acceptsPerSecondMax,
                writeLowWaterBytes,
                writeHighWaterBytes);
    }

    /** The same with another pace of accepting. */
    public TransportOptions withAcceptsPerSecond(final int newAcceptsPerSecondMax) {
        return new TransportOptions(
                shards,
                threadName,
                backlog,
                idleMaxMs,
                writeStallTimeoutMs,
                receiveTimeoutMs,
                newAcceptsPerSecondMax,
                writeLowWaterBytes,
                writeHighWaterBytes);
    }

    /** The same with other water marks. */
    public TransportOptions withWaterMarks(final int lowBytes, final int highBytes) {
        return new TransportOptions(
                shards,
                threadName,
                backlog,
                idleMaxMs,
                writeStallTimeoutMs,
                receiveTimeoutMs,
                acceptsPerSecondMax,
                lowBytes,
                highBytes);
    }
}
