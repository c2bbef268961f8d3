package io.highwater.broker.api;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The {@link ShardAgenda} of each shard that requests had something to do on. Safe for any thread. */
public final class ShardAgendas {
    private final Map<Shard, ShardAgenda> agendas = new ConcurrentHashMap<>();
    private final Clock clock;

    /** Those of shards that have done nothing yet. */
    public ShardAgendas(final Clock clock) {
        this.clock = clock;
    }

    ShardAgenda of(final Shard shard) {
        return agendas.computeIfAbsent(shard, each -> new ShardAgenda(each, clock));
    }
}
