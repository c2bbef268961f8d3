package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedProcess;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The simulated twin of {@link NettyTransport}: one process's end of a {@link SimulatedNetwork}. */
public final class SimulatedTransport implements Transport {
    private static final ByteBufAllocator ALLOCATOR = new PoisoningAllocator();

    private int nextShard;
    private boolean closed;
    private final List<Shard> shards = new ArrayList<>();
    private final List<SimulatedLink> links = new ArrayList<>();
    private final List<Accepting> listeners = new ArrayList<>();
    private final SimulatedNetwork network;
    private final SimulatedProcess process;
    private final TransportOptions options;
    private final FrameBudget budget;

    SimulatedTransport(
            final SimulatedNetwork network,
            final SimulatedProcess process,
            final TransportOptions options,
            final FrameBudget budget) {
        this.network = network;
        this.process = process;
        this.options = options;
        this.budget = budget;
        for (int i = 0; i < options.shards(); i++) {
            shards.add(process.newShard(process.name() + " shard " + i));
        }
    }

    @Override
    public List<Shard> shards() {
        return List.copyOf(shards);
    }

    @Override
    public Listener listen(
            final InetSocketAddress address, final FrameLimits limits, final LinkHandler.Factory handlers)
            throws IOException {
        process.requireAlive();
        budget.requireFits(limits);
        final Accepting listener = new Accepting(limits, handlers);
        listener.bound = network.bind(address, listener);
        listeners.add(listener);
        return listener;
    }

    @Override
    public void connect(
            final InetSocketAddress address, final Shard shard, final FrameLimits limits, final LinkHandler handler) {
        process.requireAlive();
        budget.requireFits(limits);
        final InetSocketAddress local =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), network.nextClientPort());
        final SimulatedLink link =
                new SimulatedLink(this, shard, limits, network.nextConnection(), local, address, handler);
        links.add(link);
        network.later("net connect " + link, () -> {
            final Accepting listener = network.listener(address);
            if (listener == null || closed) {
                shard.execute(() -> link.ended("no connection: refused by " + address));
            } else {
                listener.arrived(link);
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        for (final Accepting listener : new ArrayList<>(listeners)) {
            listener.close();
        }
        for (final SimulatedLink link : new ArrayList<>(links)) {
            link.shard().run(() -> link.close("the transport is closed"));
        }
    }

    SimulatedNetwork network() {
        return network;
    }

    SimulatedProcess process() {
        return process;
    }

    Clock clock() {
        return process.clock();
    }

    TransportOptions options() {
        return options;
    }

    FrameBudget budget() {
        return budget;
    }

    ByteBufAllocator allocator() {
        return ALLOCATOR;
    }

    void ended(final SimulatedLink link) {
        links.remove(link);
    }

    /** An address where connections are accepted. */
    final class Accepting implements Listener {
        private InetSocketAddress bound;
        private boolean isPaused;

        /** What an operating system keeps waiting to be accepted. */
        private final ArrayDeque<SimulatedLink> backlog = new ArrayDeque<>();

        /** Null when any number is accepted. */
        private final AcceptPace pace;

        private final FrameLimits limits;
        private final LinkHandler.Factory handlers;

        Accepting(final FrameLimits limits, final LinkHandler.Factory handlers) {
            this.limits = limits;
            this.handlers = handlers;
            final int most = options.acceptsPerSecondMax();
            this.pace = most == 0 ? null : new AcceptPace(most, clock().monotonicNs());
        }

        @Override
        public InetSocketAddress address() {
            return bound;
        }

        @Override
        public void close() {
            network.unbind(bound, this);
            listeners.remove(this);
        }

        SimulatedProcess process() {
            return process;
        }

        /** A connection has come: it is accepted in its turn. */
        void arrived(final SimulatedLink client) {
            backlog.add(client);
            acceptNext();
        }

        private void acceptNext() {
            while (!isPaused && !backlog.isEmpty() && process.isAlive()) {
                accept(backlog.remove());
                final long pauseNs = pace == null ? 0 : pace.pauseNsAfterOne(clock().monotonicNs());
                if (pauseNs > 0) {
                    isPaused = true;
                    network.after(pauseNs, "net accepts again " + bound, () -> {
                        isPaused = false;
                        acceptNext();
                    });
                }
            }
        }

        /** The other end of {@code client} comes to be on one of our shards. */
        private void accept(final SimulatedLink client) {
            final Shard shard = shards.get(nextShard++ % shards.size());
            shard.execute(() -> {
                final SimulatedLink server = new SimulatedLink(
                        SimulatedTransport.this,
                        shard,
                        limits,
                        client.id(),
                        bound,
                        client.localAddress(),
                        handlers.newHandler(shard));
                links.add(server);
                server.joined(client);
                client.joined(server);
                server.open();
                network.later("net accept " + client, () -> client.shard().execute(client::open));
            });
        }
    }
}
