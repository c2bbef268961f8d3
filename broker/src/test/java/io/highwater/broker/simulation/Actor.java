package io.highwater.broker.simulation;

import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.NetworkCalls;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.transport.SimulatedTransport;
import java.util.List;
import java.util.function.Consumer;

/** A client that does one thing after the other, on a connection of its own, whatever becomes of the broker. */
abstract class Actor {
    static final int TIMEOUT_MS = 4_000;

    final String name;
    final RandomSource random;
    final ClientHistory history;
    private final Shard shard;
    private final BrokerCalls calls;
    private boolean isResting;

    Actor(final SimulatedWorld world, final ClientHistory history, final String name) {
        this.name = name;
        this.history = history;
        this.random = world.scheduler.newRandom();
        final SimulatedTransport transport = world.newClientTransport();
        this.shard = transport.shards().get(0);
        this.calls = new NetworkCalls(
                transport,
                shard,
                List.of(SimulatedWorld.ADDRESS),
                name,
                world.scheduler.clock(),
                random.fork(),
                () -> {});
    }

    /** The next thing; ends with a call of {@link #again} now or later. */
    abstract void act();

    final void start() {
        isResting = false;
        again(10);
    }

    /** Begins nothing more. */
    final void rest() {
        isResting = true;
    }

    /** Acts again after a pause. */
    final void again(final int pauseMsMax) {
        if (!isResting) {
            shard.schedule(this::act, 1 + random.nextInt(pauseMsMax));
        }
    }

    /** Asks; the answer's memory is the caller's within {@code onResponse} only. */
    final <R extends Message> void ask(
            final Message request, final Consumer<R> onResponse, final Consumer<ErrorCode> onFailure) {
        shard.run(() -> calls.sendToAny(request, TIMEOUT_MS, new BrokerCalls.Answer<R>() {
            @Override
            public void onResponse(final R response) {
                onResponse.accept(response);
            }

            @Override
            public void onFailure(final ErrorCode error, final String reason) {
                onFailure.accept(error);
            }
        }));
    }
}
