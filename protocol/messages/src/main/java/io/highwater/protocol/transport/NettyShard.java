package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop as a shard, with the links that live on it. Links are touched on the loop only. Tasks that come after the
 * transport was closed are dropped.
 */
final class NettyShard implements Shard {
    private static final Logger LOG = LoggerFactory.getLogger(NettyShard.class);

    private final Set<NettyLink> links = new LinkedHashSet<>();
    private boolean looking;

    private final EventLoop loop;
    private final Clock clock;
    private final TransportOptions options;
    private final WriteBudget writes;
    private final RareLine stalls;
    private final RareLine faults;
    private final long lookIntervalMs;

    /** The two lines of the log are shared by all shards of the transport. */
    NettyShard(
            final EventLoop loop,
            final Clock clock,
            final TransportOptions options,
            final WriteBudget writes,
            final RareLine stalls,
            final RareLine faults) {
        this.loop = loop;
        this.clock = clock;
        this.options = options;
        this.writes = writes;
        this.stalls = stalls;
        this.faults = faults;
        this.lookIntervalMs = LinkActivity.lookIntervalMs(options);
    }

    @Override
    public void execute(final Runnable task) {
        try {
            loop.execute(task);
        } catch (final RejectedExecutionException e) {
            onRejected(e);
        }
    }

    @Override
    public Timer schedule(final Runnable task, final long delayMs) {
        try {
            final Future<?> future = loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (final RejectedExecutionException e) {
            onRejected(e);
            return () -> {};
        }
    }

    private void onRejected(final RejectedExecutionException rejected) {
        if (!loop.isShuttingDown()) {
            throw rejected;
        }
        // The transport is closed, and with it every link that an answer could go to.
        LOG.debug("{} has ended, a task is dropped", loop);
    }

    @Override
    public boolean isCurrent() {
        return loop.inEventLoop();
    }

    @Override
    public String toString() {
        return loop.toString();
    }

    EventLoop loop() {
        return loop;
    }

    TransportOptions options() {
        return options;
    }

    long nowNs() {
        return clock.monotonicNs();
    }

    /** Of all links of the transport. */
    WriteBudget writes() {
        return writes;
    }

    /** Of peers that read nothing. */
    RareLine stalls() {
        return stalls;
    }

    /** Of what should not happen to a link. */
    RareLine faults() {
        return faults;
    }

    /** A link begins its life. */
    void add(final NettyLink link) {
        links.add(link);
        if (!looking && lookIntervalMs > 0) {
            looking = true;
            schedule(this::look, lookIntervalMs);
        }
    }

    void remove(final NettyLink link) {
        links.remove(link);
    }

    void closeAll(final String reason) {
        for (final NettyLink link : copyOfLinks()) {
            link.close(reason);
        }
    }

    /** Looks after every link; rests while there is none. */
    private void look() {
        final long nowNs = clock.monotonicNs();
        for (final NettyLink link : copyOfLinks()) {
            link.look(nowNs, lookIntervalMs);
        }
        looking = !links.isEmpty();
        if (looking) {
            schedule(this::look, lookIntervalMs);
        }
    }

    /** Closing a link changes the set. */
    private List<NettyLink> copyOfLinks() {
        return new ArrayList<>(links);
    }
}
