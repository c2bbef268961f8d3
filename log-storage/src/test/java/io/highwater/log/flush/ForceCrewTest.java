package io.highwater.log.flush;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ForceCrewTest {
    private final ForceCrew crew = new ForceCrew();

    private int joined(final int waitingLogs) {
        int joined = 0;
        while (crew.join(waitingLogs)) {
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
    void whoIsTooManyLeavesAndMayComeBack() {
        assertEquals(3, joined(8));
        assertFalse(crew.isTooLarge(8));
        assertTrue(crew.isTooLarge(7));
        crew.leave();
        assertFalse(crew.isTooLarge(7));
        assertEquals(1, joined(8));
    }
}
