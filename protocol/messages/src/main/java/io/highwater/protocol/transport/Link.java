package io.highwater.protocol.transport;

import io.highwater.port.Shard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;

/**
 * One connection. Confined to its shard, except {@link #shard()}, {@link #id()}, the two addresses and {@link
 * #allocator()}, which any thread may ask for.
 */
public interface Link {
    /** The shard that owns this link. */
    Shard shard();

    /** A number no other link of the same transport has. */
    long id();

    /** The peer's address. */
    InetSocketAddress remoteAddress();

    /** Our end's address; null while a connection is being opened. */
    InetSocketAddress localAddress();

    /**
     * Queues a frame that starts with its length prefix; it goes out with the next {@link #flush}. Takes ownership of the
     * buffer, also when the link is closed already. A frame may come in several buffers, written one after the other.
     */
    void write(ByteBuf frameWithLengthPrefix);

    /** Sends what is queued as fast as the peer takes it. */
    void flush();

    /** False once too many bytes are queued, until most of them are gone ({@link LinkHandler#onWritabilityChanged}). */
    boolean isWritable();

    /** Bytes written and not yet taken by the operating system. */
    long queuedBytes();

    /** No frame is delivered after this call returns, until {@link #resumeReading}. Unread bytes push back on the peer. */
    void pauseReading();

    /** Ends a pause; frames that have arrived may be delivered before this call returns. */
    void resumeReading();

    /** Drops what is queued and closes. {@link LinkHandler#onClosed} follows, later. Further calls do nothing. */
    void close();

    /** As {@link #close()}, with the reason that the handler is to be told. */
    void close(String reason);

    /** Where buffers for {@link #write} come from. */
    ByteBufAllocator allocator();
}
