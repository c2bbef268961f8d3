package io.highwater.broker.api;

import io.highwater.port.Shard;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The work of one connection's requests on the shards, in the order of the requests on each of them. When a shard does it,
 * beside the work of other connections, is the {@link ShardAgenda}'s to say.
 *
 * <p>What waits is bounded by the requests that a connection may have under way. Safe for any thread.
 */
public final class ShardTurns {
    private final Map<Shard, ShardAgenda.Work> works = new ConcurrentHashMap<>();
    private final ShardAgendas agendas;

    /** The turns of a connection that has asked for nothing yet. */
    public ShardTurns(final ShardAgendas agendas) {
        this.agendas = agendas;
    }

    /** Does the parts on the shard, after those that were given for it before. */
    void run(final Shard shard, final List<ShardPart> parts) {
        final ShardAgenda.Work known = works.get(shard);
        final ShardAgenda.Work work = known == null
                ? works.computeIfAbsent(shard, each -> agendas.of(each).newWork())
                : known;
        shard.run(() -> work.add(parts));
    }
}
