package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Clock;
import io.highwater.port.SystemClock;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The contract over loopback sockets, with the event loops that this machine has. */
class NettyTransportTest extends TransportContract {
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long LOOK_NS = 200_000;

    @Override
    Transport newTransport(final String name, final TransportOptions options, final FrameBudget frameBudget) {
        return new NettyTransport(options, frameBudget, clock());
    }

    @Override
    Clock clock() {
        return SystemClock.INSTANCE;
    }

    @Override
    boolean happens(final BooleanSupplier condition) {
        final long endNs = System.nanoTime() + LIMIT_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNs > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        return true;
    }

    @Override
    void pass(final long ms) {
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        while (System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    /** Frames after a lost one would answer the wrong requests. */
    @Test
    void closesALinkThatCantWriteAFrame() throws IOException {
        start(options());
        final RecordedLink near = connect();
        final RecordedLink far = awaitAccepted();
        onShard(near, () -> {
            final ByteBuf gone = near.link.allocator().buffer().writeInt(4).writeInt(1);
            gone.release();
            near.link.write(gone);
            near.link.flush();
        });
        assertTrue(happens(() -> near.isClosed() && far.isClosed()));
        assertEquals(List.of(), far.frames);
    }
}
