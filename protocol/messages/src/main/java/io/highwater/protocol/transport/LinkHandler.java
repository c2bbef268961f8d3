package io.highwater.protocol.transport;

import io.highwater.port.Shard;
import io.netty.buffer.ByteBuf;

/**
 * Listens to one link. All calls are made on the link's shard, never one inside another (save what {@link
 * Link#resumeReading} delivers), and none after {@link #onClosed}.
 */
public interface LinkHandler {
    /** The connection stands. The first call, if it is made at all. */
    void onOpen(Link link);

    /**
     * A whole frame without its length prefix. Ownership passes: the handler releases the buffer, on any thread, and
     * with that gives its bytes back to the {@link FrameBudget}. Who holds frames for long holds back the peer.
     */
    void onFrame(Link link, ByteBuf frame);

    /** {@link Link#isWritable} has changed. */
    void onWritabilityChanged(Link link);

    /** What the peer sent is no frame, or came too slowly: the connection is closed for it, {@link #onClosed} follows. */
    default void onRefused(final Link link, final String reason) {}

    /** The connection is gone, or was never had. Called once, as the last call. The reason is for a log line. */
    void onClosed(Link link, String reason);

    /** A burst of frames has been delivered: the place to flush. */
    default void onReadComplete(final Link link) {}

    /** Makes the handler of an accepted link. */
    @FunctionalInterface
    interface Factory {
        /** Called on the shard that the new link belongs to, before {@link LinkHandler#onOpen}. */
        LinkHandler newHandler(Shard shard);
    }
}
