package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.highwater.port.Clock;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The contract over simulated wires, and that a seed is a run. */
class SimulatedTransportTest extends TransportContract {
    private Trace trace = new Trace();
    private SimulatedScheduler scheduler = new SimulatedScheduler(7, trace);
    private SimulatedNetwork network = new SimulatedNetwork(scheduler);

    @Override
    Transport newTransport(final String name, final TransportOptions options, final FrameBudget frameBudget) {
        return network.newTransport(scheduler.newProcess(name), options, frameBudget);
    }

    @Override
    Clock clock() {
        return scheduler.clock();
    }

    @Override
    boolean happens(final BooleanSupplier condition) {
        return scheduler.runUntil(condition, 10_000);
    }

    @Override
    void pass(final long ms) {
        scheduler.runFor(ms);
    }

    @Test
    void runsTheSameFromTheSameSeedAndAnotherFromAnother() throws IOException {
        final long first = hashOfRun(1);
        assertEquals(first, hashOfRun(1));
        assertNotEquals(first, hashOfRun(2));
    }

    private long hashOfRun(final long seed) throws IOException {
        trace = new Trace();
        scheduler = new SimulatedScheduler(seed, trace);
        network = new SimulatedNetwork(scheduler);
        deliversFramesOfAnySizeInOrderBothWays();
        closeBoth();
        scheduler.runFor(10);
        assertEquals(0, network.openEnds());
        resetAccepted();
        return trace.hash();
    }
}
