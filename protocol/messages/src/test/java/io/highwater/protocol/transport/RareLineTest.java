package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import org.junit.jupiter.api.Test;

class RareLineTest {
    private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
    private final RareLine line = new RareLine(scheduler.clock());

    @Test
    void isWrittenForTheFirstAndThenOnceInAnIntervalForAllSince() {
        assertEquals(1, line.cameAgain());
        for (int i = 0; i < 500; i++) {
            assertEquals(0, line.cameAgain());
        }
        scheduler.runFor(RareLine.INTERVAL_MS - 1);
        assertEquals(0, line.cameAgain());
        scheduler.runFor(1);
        assertEquals(502, line.cameAgain());
        assertEquals(0, line.cameAgain());
    }

    @Test
    void isWrittenAtOnceAfterASilence() {
        assertEquals(1, line.cameAgain());
        scheduler.runFor(10 * RareLine.INTERVAL_MS);
        assertEquals(1, line.cameAgain());
    }
}
