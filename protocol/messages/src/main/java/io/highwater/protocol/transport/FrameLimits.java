package io.highwater.protocol.transport;

/**
 * What one connection may ask for.
 *
 * @param maxFrameBytes a longer frame, or a negative length, closes the connection
 * @param connectionBytesMax bytes of frames a connection may have in flight (arriving, or delivered and not released);
 *     at the limit reading pauses. A single frame may exceed it when nothing else is in flight.
 */
public record FrameLimits(int maxFrameBytes, long connectionBytesMax) {
    /** Both must be positive. */
    public FrameLimits {
        if (maxFrameBytes <= 0 || connectionBytesMax <= 0) {
            throw new IllegalArgumentException(
                    "frame limits must be positive: " + maxFrameBytes + ", " + connectionBytesMax);
        }
    }
}
