package io.highwater.broker.network;

import io.highwater.broker.api.ApiHandler;
import io.highwater.broker.api.ShardAgendas;
import io.highwater.broker.observe.Metrics;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.transport.LinkHandler;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Knows the handler of each API and makes the connections that use it. Safe for any thread because it does not change
 * once its address is known.
 */
public final class RequestDispatcher implements LinkHandler.Factory {
    /** What clients of the listener are told; set once, before the listener accepts. */
    private volatile InetSocketAddress advertisedAddress;

    /** By API key. */
    private final Route[] routes;

    private final ConnectionLimits limits;
    private final ConnectionCounts counts;
    private final AppendGate appendGate;
    private final Clock clock;
    private final ShardAgendas agendas;
    private final ConnectionLines lines;
    private final Metrics metrics;

    /** One handler per API; ApiVersions must be among them. */
    public RequestDispatcher(
            final List<? extends ApiHandler<?, ?>> handlers,
            final ConnectionLimits limits,
            final ConnectionCounts counts,
            final AppendGate appendGate,
            final Clock clock,
            final Metrics metrics) {
        int highest = 0;
        for (final ApiHandler<?, ?> handler : handlers) {
            highest = Math.max(highest, handler.apiKey().id());
        }
        this.routes = new Route[highest + 1];
        for (final ApiHandler<?, ?> handler : handlers) {
            if (routes[handler.apiKey().id()] != null) {
                throw new IllegalArgumentException(handler.apiKey() + " has two handlers");
            }
            routes[handler.apiKey().id()] = new Route(handler, metrics);
        }
        if (routeOrNull(ApiKey.API_VERSIONS.id()) == null) {
            throw new IllegalArgumentException("ApiVersions has no handler");
        }
        this.limits = limits;
        this.counts = counts;
        this.appendGate = appendGate;
        this.clock = clock;
        this.agendas = new ShardAgendas(clock);
        this.lines = new ConnectionLines(clock);
        this.metrics = metrics;
    }

    /** Sets the address that clients are told, unresolved; called before the first connection is served. */
    public void advertise(final String host, final int port) {
        advertisedAddress = InetSocketAddress.createUnresolved(host, port);
    }

    @Override
    public LinkHandler newHandler(final Shard shard) {
        return new ServerConnection(this, shard);
    }

    Route routeOrNull(final short apiKey) {
        return apiKey >= 0 && apiKey < routes.length ? routes[apiKey] : null;
    }

    InetSocketAddress advertisedAddress() {
        return advertisedAddress;
    }

    ConnectionLimits limits() {
        return limits;
    }

    ConnectionCounts counts() {
        return counts;
    }

    AppendGate appendGate() {
        return appendGate;
    }

    Clock clock() {
        return clock;
    }

    ShardAgendas agendas() {
        return agendas;
    }

    ConnectionLines lines() {
        return lines;
    }

    Metrics metrics() {
        return metrics;
    }
}
