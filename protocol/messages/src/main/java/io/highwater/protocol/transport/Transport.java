package io.highwater.protocol.transport;

import io.highwater.port.Shard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Connections, as the broker and the clients see them. Each link belongs to one shard for its whole life; all calls to
 * its handler are made there.
 *
 * <p>Safe for any thread because a transport only hands work to its shards.
 */
public interface Transport extends AutoCloseable {
    /**
     * Accepts connections at {@code address} (port 0 takes a free one) and spreads them over {@link #shards()}. Returns
     * when the address is bound.
     *
     * @throws IOException a {@link java.net.BindException} when the address cannot be had
     * @throws IllegalArgumentException when a frame of the allowed size could never fit the frame budget
     */
    Listener listen(InetSocketAddress address, FrameLimits limits, LinkHandler.Factory handlers) throws IOException;

    /**
     * Opens a connection on {@code shard}, which must be one of {@link #shards()}. The outcome is a call: {@link
     * LinkHandler#onOpen}, or {@link LinkHandler#onClosed} without an open before it.
     */
    void connect(InetSocketAddress address, Shard shard, FrameLimits limits, LinkHandler handler);

    /** The threads of this transport, the same list always. */
    List<Shard> shards();

    /** Closes listeners and links, tells every handler, stops the shards. Not to be called on a shard. */
    @Override
    void close();
}
