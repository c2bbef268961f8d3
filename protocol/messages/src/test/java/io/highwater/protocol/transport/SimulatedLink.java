package io.highwater.protocol.transport;

import io.highwater.port.Shard;
import io.highwater.port.SimulatedProcess;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/** One end of a simulated connection, with the way of its bytes to the other end. */
final class SimulatedLink implements Link, FrameAssembler.Sink, FrameAccount.Owner {
    private SimulatedLink peer;
    private boolean opened;
    private boolean closing;
    private boolean ended;

    /** True while a chunk of ours is on its way, or the news of our end. */
    private boolean isSending;

    private boolean isWritable = true;

    /** Of what is queued, how much has been flushed. */
    private long flushedBytes;

    private long queuedBytes;
    private long sentBytes;
    private long receivedBytes;

    /** Bytes that have arrived and are not looked at. */
    private int unreadBytes;

    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>();
    private final SimulatedTransport transport;
    private final SimulatedNetwork network;
    private final Shard shard;
    private final long id;
    private final InetSocketAddress localAddress;
    private final InetSocketAddress remoteAddress;
    private final LinkHandler handler;
    private final FrameAssembler assembler;
    private final LinkActivity activity;
    private final FrameArrival arrival;
    private final String name;

    SimulatedLink(
            final SimulatedTransport transport,
            final Shard shard,
            final FrameLimits limits,
            final long id,
            final InetSocketAddress localAddress,
            final InetSocketAddress remoteAddress,
            final LinkHandler handler) {
        this.transport = transport;
        this.network = transport.network();
        this.shard = shard;
        this.id = id;
        this.localAddress = localAddress;
        this.remoteAddress = remoteAddress;
        this.handler = handler;
        final FrameAccount account = transport.budget().open(limits, shard, this);
        this.assembler = new FrameAssembler(transport.allocator(), account, this);
        this.activity = new LinkActivity(transport.options(), transport.clock().monotonicNs());
        this.arrival = new FrameArrival(
                transport.options(), assembler, transport.clock().monotonicNs());
        this.name = transport.process().name() + "/" + id;
    }

    @Override
    public Shard shard() {
        return shard;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public ByteBufAllocator allocator() {
        return transport.allocator();
    }

    @Override
    public void write(final ByteBuf frameWithLengthPrefix) {
        transport.process().requireAlive();
        if (closing || ended) {
            frameWithLengthPrefix.release();
            return;
        }
        queue.add(frameWithLengthPrefix);
        queuedBytes += frameWithLengthPrefix.readableBytes();
        checkWritable();
    }

    @Override
    public void flush() {
        flushedBytes = queuedBytes;
        send();
    }

    @Override
    public boolean isWritable() {
        return isWritable && !closing && !ended;
    }

    @Override
    public long queuedBytes() {
        return queuedBytes;
    }

    @Override
    public void pauseReading() {
        assembler.pause();
    }

    @Override
    public void resumeReading() {
        assembler.resume();
        afterPump();
    }

    @Override
    public void close() {
        close("closed by us");
    }

    @Override
    public void close(final String reason) {
        if (closing || ended) {
            return;
        }
        closing = true;
        assembler.close();
        dropQueue();
        shard.execute(() -> ended(reason));
        if (peer != null && !isSending) {
            sendEnd();
        }
    }

    @Override
    public void onFrame(final ByteBuf frame) {
        network.trace().event("net frame " + name, frame.nioBuffer());
        handler.onFrame(this, frame);
        if (network.cutsAfterFrame()) {
            network.cut(this);
        }
    }

    @Override
    public void onBroken(final String reason) {
        refuse(reason);
    }

    @Override
    public void onOverrun(final String reason) {
        close(reason);
    }

    @Override
    public void onMemory() {
        assembler.pump();
        afterPump();
    }

    @Override
    public void onCut(final String reason) {
        refuse(reason);
    }

    private void refuse(final String reason) {
        if (!closing && !ended) {
            handler.onRefused(this, reason);
        }
        close(reason);
    }

    @Override
    public String toString() {
        return name;
    }

    SimulatedProcess process() {
        return transport.process();
    }

    SimulatedLink peer() {
        return peer;
    }

    void joined(final SimulatedLink other) {
        peer = other;
        network.opened(this);
    }

    void open() {
        if (closing || ended) {
            return;
        }
        opened = true;
        network.trace().event("net open " + name);
        final long lookMs = LinkActivity.lookIntervalMs(transport.options());
        if (lookMs > 0) {
            shard.schedule(this::look, lookMs);
        }
        handler.onOpen(this);
        read();
    }

    /** The end of it; on our shard. */
    void ended(final String reason) {
        if (ended) {
            return;
        }
        ended = true;
        network.ended(this);
        transport.ended(this);
        network.trace().event("net end " + name);
        assembler.close();
        dropQueue();
        while (!unread.isEmpty()) {
            unread.remove().release();
        }
        handler.onClosed(this, reason);
    }

    /** The connection is gone from the outside: nobody is told by wire. */
    void broken(final String reason) {
        network.ended(this);
        closing = true;
        shard.execute(() -> ended(reason));
    }

    /** Sends the next chunk of what is flushed, if the other end has room. */
    private void send() {
        if (isSending || flushedBytes == 0 || closing || ended || peer == null) {
            return;
        }
        if (peer.unreadBytes >= SimulatedNetwork.WINDOW_BYTES) {
            return;
        }
        isSending = true;
        network.later("net send " + name, this::chunkTravels);
    }

    private void chunkTravels() {
        isSending = false;
        if (!process().isAlive()) {
            return;
        }
        if (closing || ended) {
            sendEnd();
            return;
        }
        if (network.cutsNow()) {
            network.cut(this);
            return;
        }
        final ByteBuf chunk = takeChunk(network.chunkBytes(flushedBytes));
        sentBytes += chunk.readableBytes();
        network.trace().event("net chunk " + name, chunk.nioBuffer());
        peer.arrived(chunk);
        send();
        shard.execute(this::checkWritable);
    }

    private ByteBuf takeChunk(final int bytes) {
        final ByteBuf chunk = allocator().directBuffer(bytes, bytes);
        while (chunk.isWritable()) {
            final ByteBuf head = queue.element();
            chunk.writeBytes(head, Math.min(head.readableBytes(), chunk.writableBytes()));
            if (!head.isReadable()) {
                queue.remove().release();
            }
        }
        queuedBytes -= bytes;
        flushedBytes -= bytes;
        return chunk;
    }

    private void sendEnd() {
        isSending = true;
        network.later("net close " + name, () -> peer.arrivedEnd());
    }

    private void arrived(final ByteBuf chunk) {
        if (ended || closing || !process().isAlive()) {
            chunk.release();
            return;
        }
        unread.add(chunk);
        unreadBytes += chunk.readableBytes();
        shard.execute(this::read);
    }

    private void arrivedEnd() {
        shard.execute(() -> {
            closing = true;
            ended("closed by the peer");
        });
    }

    /** Looks at what has arrived, as far as frames can be delivered. */
    private void read() {
        if (!opened || assembler.isPumping()) {
            return;
        }
        boolean hasRead = false;
        while (!unread.isEmpty() && !closing && !ended && !assembler.isBlocked()) {
            final ByteBuf chunk = unread.remove();
            unreadBytes -= chunk.readableBytes();
            receivedBytes += chunk.readableBytes();
            hasRead = true;
            assembler.received(chunk);
        }
        if (hasRead && !ended) {
            if (!closing) {
                handler.onReadComplete(this);
            }
            // The other end may have waited for room.
            peer.send();
        }
    }

    private void afterPump() {
        if (!ended && !closing && !assembler.isPumping()) {
            handler.onReadComplete(this);
            read();
        }
    }

    private void checkWritable() {
        if (ended || closing) {
            return;
        }
        final boolean before = isWritable;
        if (queuedBytes > transport.options().writeHighWaterBytes()) {
            isWritable = false;
        } else if (queuedBytes < transport.options().writeLowWaterBytes() || queuedBytes == 0) {
            isWritable = true;
        }
        if (before != isWritable) {
            shard.execute(() -> {
                if (!ended && !closing) {
                    handler.onWritabilityChanged(this);
                }
            });
        }
    }

    private void look() {
        if (ended || closing) {
            return;
        }
        final long nowNs = transport.clock().monotonicNs();
        final String verdict = activity.look(nowNs, receivedBytes, sentBytes, queuedBytes);
        final String late = verdict == null ? arrival.look(nowNs, receivedBytes) : null;
        if (verdict != null) {
            close(verdict);
        } else if (late != null && arrival.isHalf()) {
            refuse(late);
        } else if (late != null) {
            close(late);
        } else {
            shard.schedule(this::look, LinkActivity.lookIntervalMs(transport.options()));
        }
    }

    private void dropQueue() {
        while (!queue.isEmpty()) {
            queue.remove().release();
        }
        queuedBytes = 0;
        flushedBytes = 0;
    }
}
