package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptPaceTest {
    private static final long SECOND_NS = 1_000_000_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 2_500, 50_000})
    void keepsTheRateOverAnyTimeHoweverManyWait(final int perSecond) {
        final AcceptPace pace = new AcceptPace(perSecond, 0);
        long nowNs = 0;
        int accepted = 0;
        while (nowNs < 10 * SECOND_NS) {
            accepted++;
            // Each takes a microsecond to be accepted.
            nowNs += 1_000 + pace.pauseNsAfterOne(nowNs);
        }
        final int burst = perSecond / 10 + 1;
        assertTrue(accepted <= 10 * perSecond + burst + perSecond / 500 + 1, accepted + " in ten seconds");
        assertTrue(accepted >= 10 * perSecond, accepted + " in ten seconds");
    }

    @Test
    void lendsNothingForTheTimeOfSilenceBeyondATenthOfASecond() {
        final AcceptPace pace = new AcceptPace(50, 0);
        int atOnce = 1;
        while (pace.pauseNsAfterOne(1_000 * SECOND_NS) == 0) {
            atOnce++;
        }
        assertEquals(6, atOnce);
    }

    @Test
    void makesThoseWaitWhoComeAfterMoreThanItAllowed() {
        final AcceptPace pace = new AcceptPace(10, 0);
        for (int i = 0; i < 20; i++) {
            pace.pauseNsAfterOne(0);
        }
        assertEquals(2 * SECOND_NS, pace.pauseNsAfterOne(0));
    }

    @Test
    void anyRateIsOne() {
        final AcceptPace pace = new AcceptPace(Integer.MAX_VALUE, 0);
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, pace.pauseNsAfterOne(i));
        }
    }
}
