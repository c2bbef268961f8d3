package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transport of production: TCP through Netty, over epoll where its library loads and NIO elsewhere. Each event loop
 * is a shard. Buffers come from one pool with as many arenas as there are loops; a frame of up to {@link
 * #POOLED_BYTES_MAX} is pooled, as fresh pages for each big frame would cost more than the rest of its way.
 *
 * <p>Safe for any thread.
 */
public final class NettyTransport implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

    private static final int PAGE_BYTES = 8 * 1024;
    private static final int CHUNK_PAGES_LOG2 = 9;

    /** Size of the pool's chunks: memory that is reserved at once, and touched only as it is used. */
    static final int POOLED_BYTES_MAX = PAGE_BYTES << CHUNK_PAGES_LOG2;

    private static final int SMALL_CACHE_ENTRIES = 64;
    private static final int NORMAL_CACHE_ENTRIES = 16;
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final AtomicLong nextLinkId = new AtomicLong(1);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final boolean epoll = Epoll.isAvailable();
    private final TransportOptions options;
    private final FrameBudget budget;
    private final Clock clock;
    private final ByteBufAllocator allocator;
    private final MultiThreadIoEventLoopGroup loops;
    private final List<NettyShard> shards = new ArrayList<>();
    private final AddressResolver resolver;

    /** A transport whose loops run from now until {@link #close}. */
    public NettyTransport(final TransportOptions options, final FrameBudget budget, final Clock clock) {
        this(options, budget, new WriteBudget(WriteBudget.BYTES_MAX), clock);
    }

    NettyTransport(
            final TransportOptions options, final FrameBudget budget, final WriteBudget writes, final Clock clock) {
        this.options = options;
        this.budget = budget;
        this.clock = clock;
        this.allocator = new PooledByteBufAllocator(
                true,
                0,
                options.shards(),
                PAGE_BYTES,
                CHUNK_PAGES_LOG2,
                SMALL_CACHE_ENTRIES,
                NORMAL_CACHE_ENTRIES,
                false);
        final IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(
                options.shards(), new DefaultThreadFactory(options.threadName(), true), io);
        final RareLine stalls = new RareLine(clock);
        final RareLine faults = new RareLine(clock);
        for (final EventExecutor loop : loops) {
            shards.add(new NettyShard((EventLoop) loop, clock, options, writes, stalls, faults));
        }
        this.resolver = new AddressResolver(options.threadName() + "-names");
    }

    /** Loads the native library and the allocator's classes, most of what the first transport of a process costs. */
    public static void preload() {
        final IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        LOG.debug("preloaded {} and {}", io, PooledByteBufAllocator.DEFAULT);
    }

    /** True when the operating system's epoll is used directly. */
    public boolean isNative() {
        return epoll;
    }

    @Override
    public List<Shard> shards() {
        return List.copyOf(shards);
    }

    @Override
    public Listener listen(
            final InetSocketAddress address, final FrameLimits limits, final LinkHandler.Factory handlers)
            throws IOException {
        budget.requireFits(limits);
        final ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, options.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                        final NettyShard shard = shardOf(channel);
                        channel.pipeline().addLast(newLink(channel, shard, limits, handlers.newHandler(shard)));
                    }
                });
        if (options.acceptsPerSecondMax() > 0) {
            bootstrap.handler(
                    new PacedAccepts(new AcceptPace(options.acceptsPerSecondMax(), clock.monotonicNs()), clock));
        }
        final ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            final BindException refused =
                    new BindException(address + ": " + bound.cause().getMessage());
            refused.initCause(bound.cause());
            throw refused;
        }
        return new NettyListener((ServerChannel) bound.channel());
    }

    @Override
    public void connect(
            final InetSocketAddress address, final Shard shard, final FrameLimits limits, final LinkHandler handler) {
        budget.requireFits(limits);
        final NettyShard owner = (NettyShard) shard;
        final Bootstrap bootstrap = new Bootstrap()
                .group(owner.loop())
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .disableResolver()
                .option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                        final NettyLink link = newLink(channel, owner, limits, handler);
                        link.connectingTo(address);
                        channel.pipeline().addLast(link);
                    }
                });
        final ChannelFuture registered = bootstrap.register();
        registered.addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                resolver.resolve(address, found -> owner.run(() -> connect(done.channel(), found)));
            } else {
                LOG.error("no link to {}: its channel was not registered", address, done.cause());
            }
        });
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            resolver.close();
            for (final NettyShard shard : shards) {
                shard.execute(() -> shard.closeAll("the transport is closed"));
            }
        }
        loops.shutdownGracefully(0, STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static void connect(final Channel channel, final InetSocketAddress address) {
        final NettyLink link = channel.pipeline().get(NettyLink.class);
        if (link == null) {
            return;
        }
        if (address.isUnresolved()) {
            link.failed("no address for " + address.getHostString());
            return;
        }
        channel.connect(address).addListener(future -> {
            if (!future.isSuccess()) {
                link.failed("no connection: " + future.cause().getMessage());
            }
        });
    }

    private NettyLink newLink(
            final Channel channel, final NettyShard shard, final FrameLimits limits, final LinkHandler handler) {
        return new NettyLink(nextLinkId.getAndIncrement(), channel, shard, budget, limits, handler);
    }

    private NettyShard shardOf(final Channel channel) {
        for (final NettyShard shard : shards) {
            if (shard.loop() == channel.eventLoop()) {
                return shard;
            }
        }
        throw new IllegalStateException("a channel of a foreign loop: " + channel.eventLoop());
    }

    private WriteBufferWaterMark waterMark() {
        return new WriteBufferWaterMark(options.writeLowWaterBytes(), options.writeHighWaterBytes());
    }

    private record NettyListener(ServerChannel channel) implements Listener {
        @Override
        public InetSocketAddress address() {
            return (InetSocketAddress) channel.localAddress();
        }

        @Override
        public void close() {
            channel.close().awaitUninterruptibly();
        }
    }
}
