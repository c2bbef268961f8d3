package io.highwater.protocol.transport;

import io.highwater.port.Shard;
import io.highwater.protocol.codec.GatheredBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A link over a Netty channel, and the channel's one handler. Confined to its event loop as {@link Link} says. */
final class NettyLink extends ChannelInboundHandlerAdapter
        implements Link, FrameAssembler.Sink, FrameAccount.Owner, ChannelFutureListener {
    private static final Logger LOG = LoggerFactory.getLogger(NettyLink.class);

    /** Why the link ends; null while nobody has said so. The first reason counts. */
    private String reason;

    private boolean opened;
    private boolean closed;

    /** True while the channel hands over a burst, at whose end the handler is told. */
    private boolean inBurst;

    private long writesDone;

    /** Looks at which the peer had taken bytes since the one before. */
    private long takenLooks;

    private InetSocketAddress remoteAddress;

    private final long id;
    private final Channel channel;
    private final NettyShard shard;
    private final LinkHandler handler;
    private final FrameAssembler assembler;
    private final ReadSizing reads;
    private final LinkActivity activity;
    private final FrameArrival arrival;

    NettyLink(
            final long id,
            final Channel channel,
            final NettyShard shard,
            final FrameBudget budget,
            final FrameLimits limits,
            final LinkHandler handler) {
        this.id = id;
        this.channel = channel;
        this.shard = shard;
        this.handler = handler;
        final FrameAccount account = budget.open(limits, shard, this);
        this.assembler = new FrameAssembler(channel.alloc(), account, this);
        this.remoteAddress = (InetSocketAddress) channel.remoteAddress();
        this.reads = new ReadSizing(assembler, account);
        this.activity = new LinkActivity(shard.options(), shard.nowNs());
        this.arrival = new FrameArrival(shard.options(), assembler, shard.nowNs());
        channel.config().setRecvByteBufAllocator(reads);
        channel.config().setMessageSizeEstimator(FrameParts.SIZES);
        shard.add(this);
    }

    /** The address that is being connected to. */
    void connectingTo(final InetSocketAddress address) {
        this.remoteAddress = address;
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
        return (InetSocketAddress) channel.localAddress();
    }

    @Override
    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    public void write(final ByteBuf frameWithLengthPrefix) {
        final int bytes = frameWithLengthPrefix instanceof GatheredBuffer ? 0 : frameWithLengthPrefix.readableBytes();
        if (bytes < WriteBudget.COUNTED_BYTES_MIN) {
            FrameParts.write(channel, frameWithLengthPrefix).addListener(this);
        } else if (shard.writes().take(bytes)) {
            FrameParts.write(channel, frameWithLengthPrefix)
                    .addListener(this)
                    .addListener(end -> shard.writes().release(bytes));
        } else {
            frameWithLengthPrefix.release();
            final String why = "no room for a frame of " + bytes + " bytes: too much waits for peers to read it";
            onStalled(why);
            close(why);
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public long queuedBytes() {
        final ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    @Override
    public void pauseReading() {
        assembler.pause();
        channel.config().setAutoRead(false);
    }

    @Override
    public void resumeReading() {
        if (!closed) {
            assembler.resume();
            afterPump();
        }
    }

    @Override
    public void close() {
        close("closed by us");
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // The end comes as channelInactive.
    public void close(final String why) {
        if (reason == null) {
            reason = why;
        }
        assembler.close();
        channel.close();
    }

    /** A write has ended. */
    @Override
    public void operationComplete(final ChannelFuture write) {
        if (write.isSuccess()) {
            writesDone++;
        } else if (!closed) {
            // What follows would come out of turn: the peer waits for the frame that is lost.
            final Throwable cause = write.cause();
            if (!(cause instanceof IOException)) {
                onFault("a frame can't be written, closing it", cause);
            }
            close("write failed: " + cause.getMessage());
        }
    }

    @Override
    public void channelActive(final ChannelHandlerContext context) {
        opened = true;
        remoteAddress = (InetSocketAddress) channel.remoteAddress();
        handler.onOpen(this);
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final ByteBuf bytes = (ByteBuf) message;
        inBurst = true;
        assembler.received(bytes);
        if (assembler.isBlocked()) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) {
        if (inBurst) {
            inBurst = false;
            handler.onReadComplete(this);
        }
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext context) {
        if (!closed) {
            handler.onWritabilityChanged(this);
        }
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        ended("closed by the peer");
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        if (!(cause instanceof IOException)) {
            onFault("its handler failed", cause);
        }
        close(String.valueOf(cause.getMessage()));
    }

    @Override
    public void onFrame(final ByteBuf frame) {
        try {
            handler.onFrame(this, frame);
        } catch (final RuntimeException e) {
            onFault("its handler failed", e);
            close("our handler failed: " + e);
        }
    }

    @Override
    public void onBroken(final String why) {
        refuse(why);
    }

    @Override
    public void onOverrun(final String why) {
        close(why);
    }

    @Override
    public void onMemory() {
        assembler.pump();
        afterPump();
    }

    @Override
    public void onCut(final String why) {
        refuse(why);
    }

    /** Ends the link for what the peer sent, or kept back. */
    private void refuse(final String why) {
        if (!closed && reason == null) {
            handler.onRefused(this, why);
        }
        close(why);
    }

    /** No connection came to be. */
    void failed(final String why) {
        close(why);
        ended(why);
    }

    /** The link is gone. */
    private void ended(final String why) {
        if (closed) {
            return;
        }
        closed = true;
        shard.remove(this);
        assembler.close();
        handler.onClosed(this, reason == null ? why : reason);
    }

    /** The regular look after the link, so long after the one before. */
    void look(final long nowNs, final long intervalMs) {
        if (!opened || closed) {
            return;
        }
        final ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        // A write in progress counts by its bytes; the factor keeps a finished one from looking like fewer bytes.
        final long written = queue == null ? writesDone : (writesDone << 32) + queue.currentProgress();
        final long queued = queuedBytes();
        if (queued > 0 && SlowPeer.hasTaken(channel, intervalMs)) {
            takenLooks++;
        }
        final String verdict = activity.look(nowNs, reads.receivedBytes(), written + takenLooks, queued);
        if (verdict != null) {
            if (activity.isStalled()) {
                onStalled(verdict);
            }
            close(verdict);
            return;
        }
        final String late = arrival.look(nowNs, reads.receivedBytes());
        if (late != null && arrival.isHalf()) {
            refuse(late);
        } else if (late != null) {
            close(late);
        }
    }

    private void onStalled(final String verdict) {
        final long times = shard.stalls().cameAgain();
        if (times > 0) {
            LOG.info(
                    "{} peers read nothing, or not enough, closing their connections; the last is {}: {}",
                    times,
                    remoteAddress,
                    verdict);
        }
    }

    private void onFault(final String what, final Throwable cause) {
        final long times = shard.faults().cameAgain();
        if (times > 0) {
            LOG.error("link {} of {}: {} ({} such faults since the last line)", id, remoteAddress, what, times, cause);
        }
    }

    /** Frames have been delivered outside a burst: reads on, if there is room, and tells the end. */
    private void afterPump() {
        if (closed || assembler.isPumping()) {
            return;
        }
        channel.config().setAutoRead(!assembler.isBlocked());
        if (!inBurst) {
            handler.onReadComplete(this);
        }
    }
}
