/**
 * The way of bytes between processes: connections that carry length-prefixed frames, and the memory those frames take.
 * Decides how much may be in flight, when a peer is too slow, too big or too quiet to keep; never looks inside a frame.
 * Every call on a connection is made on the shard that owns it. Main types: {@link
 * io.highwater.protocol.transport.Transport} (the port), {@link io.highwater.protocol.transport.Link} and {@link
 * io.highwater.protocol.transport.LinkHandler} (a connection and who listens to it), {@link
 * io.highwater.protocol.transport.FrameBudget} (memory accounted before it is allocated), and the production binding
 * {@link io.highwater.protocol.transport.NettyTransport}.
 */
package io.highwater.protocol.transport;
