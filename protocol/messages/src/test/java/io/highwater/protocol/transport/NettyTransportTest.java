package io.highwater.protocol.transport;

import io.highwater.port.Clock;
import io.highwater.port.SystemClock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

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
}
