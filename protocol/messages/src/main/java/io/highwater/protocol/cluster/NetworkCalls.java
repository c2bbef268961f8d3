package io.highwater.protocol.cluster;

import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SystemClock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.transport.FrameBudget;
import io.highwater.protocol.transport.FrameLimits;
import io.highwater.protocol.transport.NettyTransport;
import io.highwater.protocol.transport.Transport;
import io.highwater.protocol.transport.TransportOptions;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls over a {@link Transport}: one connection to each broker that is asked, made at its first request and again when it
 * broke, after a growing pause. While a broker can't be reached, requests to it fail at once.
 *
 * <p>Confined to the shard, as its interface says.
 */
public final class NetworkCalls implements BrokerCalls {
    private static final long BACKOFF_FIRST_MS = 50;
    private static final long BACKOFF_MAX_MS = 1_000;
    private static final int FRAME_BYTES_MAX = 100 * 1024 * 1024;
    private static final long BUDGET_BYTES = 3L * FRAME_BYTES_MAX;
    private static final long BUDGET_PATIENCE_MS = 30_000;
    private static final FrameLimits LIMITS = new FrameLimits(FRAME_BYTES_MAX, FRAME_BYTES_MAX);

    private final Transport transport;
    private final Shard shard;
    private final Clock clock;
    private final RandomSource random;
    private final Backoff backoff;
    private final String clientId;
    private final Runnable onClosed;
    private final List<Endpoint> bootstrap = new ArrayList<>();
    /** By node id, as the newest metadata tells. */
    private final Map<Integer, Endpoint> brokers = new LinkedHashMap<>();

    private int nextBootstrap;
    private boolean isClosed;

    /** Calls on one of the transport's shards; {@code onClosed} runs on that shard once all is closed. */
    public NetworkCalls(
            final Transport transport,
            final Shard shard,
            final List<InetSocketAddress> bootstrapAddresses,
            final String clientId,
            final Clock clock,
            final RandomSource random,
            final Runnable onClosed) {
        if (bootstrapAddresses.isEmpty()) {
            throw new IllegalArgumentException("at least one address to begin with");
        }
        this.transport = transport;
        this.shard = shard;
        this.clock = clock;
        this.random = random;
        this.backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MAX_MS, random.fork());
        this.clientId = clientId;
        this.onClosed = onClosed;
        bootstrapAddresses.forEach(address -> bootstrap.add(new Endpoint(address)));
        this.nextBootstrap = random.nextInt(bootstrap.size());
    }

    /** Calls with a thread and a transport of their own, which end with {@link #close}. */
    public static NetworkCalls open(final List<InetSocketAddress> bootstrapAddresses, final String clientId) {
        final Clock clock = SystemClock.INSTANCE;
        final Transport transport = new NettyTransport(
                TransportOptions.client(), new FrameBudget(BUDGET_BYTES, BUDGET_PATIENCE_MS, clock), clock);
        return new NetworkCalls(
                transport,
                transport.shards().get(0),
                bootstrapAddresses,
                clientId,
                clock,
                SeededRandom.fromSystem(),
                () -> {
                    // A transport waits for its shards to end, so none of them may close it.
                    final Thread closer = new Thread(transport::close, "highwater-client-close");
                    closer.setDaemon(true);
                    closer.start();
                });
    }

    @Override
    public Shard shard() {
        return shard;
    }

    @Override
    public <R extends Message> void send(
            final int nodeId, final Message request, final long timeoutMs, final Answer<R> answer) {
        final Endpoint endpoint = brokers.get(nodeId);
        if (endpoint == null) {
            refuse(answer, "no address of broker " + nodeId + " is known");
        } else {
            endpoint.send(request, timeoutMs, answer);
        }
    }

    @Override
    public <R extends Message> void sendToAny(final Message request, final long timeoutMs, final Answer<R> answer) {
        any().send(request, timeoutMs, answer);
    }

    @Override
    public void learn(final List<MetadataResponse.MetadataResponseBroker> known) {
        final Map<Integer, Endpoint> before = new LinkedHashMap<>(brokers);
        brokers.clear();
        for (final MetadataResponse.MetadataResponseBroker broker : known) {
            final InetSocketAddress address = InetSocketAddress.createUnresolved(broker.host, broker.port);
            final Endpoint old = before.get(broker.nodeId);
            final boolean isSame = old != null && old.address.equals(address);
            brokers.put(broker.nodeId, isSame ? before.remove(broker.nodeId) : new Endpoint(address));
        }
        before.values().forEach(endpoint -> endpoint.close("the broker moved or left"));
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            brokers.values().forEach(endpoint -> endpoint.close("closed"));
            bootstrap.forEach(endpoint -> endpoint.close("closed"));
            onClosed.run();
        }
    }

    /** A broker whose connection stands, else one that may be tried, else the next address to begin with. */
    private Endpoint any() {
        final List<Endpoint> open = new ArrayList<>();
        final List<Endpoint> triable = new ArrayList<>();
        for (final Endpoint endpoint : brokers.values()) {
            if (endpoint.isOpen()) {
                open.add(endpoint);
            } else if (endpoint.mayConnect()) {
                triable.add(endpoint);
            }
        }
        final List<Endpoint> choice = open.isEmpty() ? triable : open;
        if (!choice.isEmpty()) {
            return choice.get(random.nextInt(choice.size()));
        }
        nextBootstrap = (nextBootstrap + 1) % bootstrap.size();
        return bootstrap.get(nextBootstrap);
    }

    private void refuse(final Answer<?> answer, final String reason) {
        shard.execute(() -> answer.onFailure(ErrorCode.BROKER_NOT_AVAILABLE, reason));
    }

    /** One address with its connection, if there is one. */
    private final class Endpoint {
        private final InetSocketAddress address;
        private BrokerLink link;
        /** Connections in a row that never served. */
        private int failures;

        private long notBeforeMs;

        Endpoint(final InetSocketAddress address) {
            this.address = address;
        }

        boolean isOpen() {
            return link != null;
        }

        boolean mayConnect() {
            return clock.monotonicMs() >= notBeforeMs;
        }

        <R extends Message> void send(final Message request, final long timeoutMs, final Answer<R> answer) {
            if (isClosed) {
                refuse(answer, "closed");
                return;
            }
            if (link == null) {
                if (!mayConnect()) {
                    refuse(answer, address + " was not reachable just now");
                    return;
                }
                link = new BrokerLink(shard, clock, clientId, this::onServing, this::onEnded);
                transport.connect(address, shard, LIMITS, link);
            }
            link.send(request, timeoutMs, answer);
        }

        void close(final String reason) {
            if (link != null) {
                link.close(reason);
            }
        }

        private void onServing() {
            failures = 0;
        }

        private void onEnded() {
            link = null;
            failures++;
            notBeforeMs = clock.monotonicMs() + backoff.delayMs(failures);
        }
    }
}
