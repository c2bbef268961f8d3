package io.highwater.broker.network;

import io.highwater.broker.observe.Metrics;
import io.highwater.port.Shard;
import io.highwater.protocol.ApiKey;
import java.util.function.Consumer;

/**
 * The request of a connection that waits for the {@link AppendGate}. There is one at most, since the connection is not
 * read while it waits; its memory stays in the frame budget. It is handled when the gate is found open, whatever time that
 * takes: its own timeout begins when it is handled.
 *
 * <p>Confined to the connection's shard.
 */
final class HeldRequest {
    /** Short against what a force takes, so that the disk is hardly ever idle while somebody waits. */
    private static final long LOOK_AGAIN_MS = 5;

    private Exchange waitingOrNull;

    private final AppendGate gate;
    private final Shard shard;
    private final Metrics metrics;
    private final Consumer<Exchange> handler;

    /** {@code handler} takes the request that has waited. */
    HeldRequest(final AppendGate gate, final Shard shard, final Metrics metrics, final Consumer<Exchange> handler) {
        this.gate = gate;
        this.shard = shard;
        this.metrics = metrics;
        this.handler = handler;
    }

    /** True while a request waits: nothing more may be read. */
    boolean isWaiting() {
        return waitingOrNull != null;
    }

    /** True when the request has to wait and is kept; false when it is to be handled now. */
    boolean hold(final Exchange exchange) {
        if (waitingOrNull != null) {
            throw new IllegalStateException("a request was read while another one is held");
        }
        if (exchange.route().apiKey() != ApiKey.PRODUCE || gate.isOpen()) {
            return false;
        }
        waitingOrNull = exchange;
        metrics.connectionMuted();
        shard.schedule(this::lookAgain, LOOK_AGAIN_MS);
        return true;
    }

    /** The connection is gone, and with it the request. */
    void drop() {
        if (waitingOrNull != null) {
            waitingOrNull = null;
            metrics.connectionUnmuted();
        }
    }

    private void lookAgain() {
        if (waitingOrNull == null) {
            return;
        }
        if (!gate.isOpen()) {
            shard.schedule(this::lookAgain, LOOK_AGAIN_MS);
            return;
        }
        final Exchange next = waitingOrNull;
        drop();
        handler.accept(next);
    }
}
