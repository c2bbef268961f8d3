package io.highwater.log.flush;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ForceCrewTest {
    private static final long SLOW_NS = 2_000_000;

    private final ForceCrew crew = new ForceCrew();
    private long nowNs = 1_000_000_000;

    /** How many come, and begin. */
    private int joined(final int waitingLogs) {
        int joined = 0;
        while (crew.join(waitingLogs, nowNs)) {
            crew.enter(nowNs);
            joined++;
        }
        return joined;
    }

    @Test
    void fewLogsHaveTwo() {
        assertEquals(2, joined(7));
    }

    @Test
    void manyHaveMoreButNotWithoutEnd() {
        assertEquals(2, joined(0));
        assertEquals(1, joined(8));
        assertEquals(1, joined(16));
        assertEquals(0, joined(10_000));
    }

    @Test
    void oneMoreComesWhileAllAreAtSlowForces() {
        assertEquals(2, joined(1));
        nowNs += SLOW_NS;
        assertEquals(0, joined(1));
        nowNs++;
        assertEquals(1, joined(1));
        nowNs += SLOW_NS + 1;
        assertEquals(1, joined(1));
        nowNs += SLOW_NS + 1;
        assertEquals(0, joined(1));
    }

    /** Or is about to begin. */
    @Test
    void noneComesWhileOneIsQuick() {
        assertTrue(crew.join(1, nowNs));
        final int place = crew.enter(nowNs);
        assertTrue(crew.join(1, nowNs));
        nowNs += 3 * SLOW_NS;
        assertFalse(crew.join(1, nowNs));
        crew.enter(nowNs);
        for (int i = 0; i < 10; i++) {
            nowNs += SLOW_NS;
            crew.onForce(place, nowNs);
            assertFalse(crew.join(1, nowNs));
        }
    }

    /** Not at once, so that a number of logs at the edge does not start and end threads all the time. */
    @Test
    void whoIsTooManyLeavesAndMayComeBack() {
        assertEquals(3, joined(8));
        assertFalse(crew.isTooLarge(4, nowNs));
        assertTrue(crew.isTooLarge(3, nowNs));
        crew.exit(2);
        crew.leave();
        assertFalse(crew.isTooLarge(0, nowNs));
        assertEquals(0, joined(7));
        assertEquals(1, joined(8));
    }

    @Test
    void whoCameForSlowForcesStaysWhileTheyAre() {
        assertEquals(2, joined(1));
        nowNs += SLOW_NS + 1;
        assertEquals(1, joined(1));
        nowNs += SLOW_NS + 1;
        crew.onForce(2, nowNs);
        assertFalse(crew.isTooLarge(1, nowNs));
        crew.onForce(0, nowNs);
        assertFalse(crew.isTooLarge(1, nowNs));
        assertTrue(crew.isTooLarge(0, nowNs));
        crew.onForce(1, nowNs);
        assertTrue(crew.isTooLarge(1, nowNs));
    }

    @Test
    void whoComesAgainNeedsNoWait() {
        assertEquals(2, joined(1));
        nowNs += SLOW_NS + 1;
        for (int i = 0; i < 5; i++) {
            assertTrue(crew.join(1, nowNs));
            crew.exit(crew.enter(nowNs));
            crew.leave();
            nowNs += 1;
        }
    }
}
