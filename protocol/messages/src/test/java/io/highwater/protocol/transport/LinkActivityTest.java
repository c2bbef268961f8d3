package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LinkActivityTest {
    private static final TransportOptions OPTIONS = TransportOptions.server(1).withTimeouts(1_000, 400);
    private final LinkActivity activity = new LinkActivity(OPTIONS, 0);

    @Test
    void letsALinkLiveWhileBytesMoveEitherWay() {
        assertNull(look(900, 1, 0, 0));
        assertNull(look(1_800, 1, 1, 0));
        assertNull(look(2_700, 1, 1, 0));
        assertEquals("idle for 1000 ms", look(2_800, 1, 1, 0));
    }

    @Test
    void endsALinkWhosePeerTakesNothing() {
        assertNull(look(100, 1, 1, 50));
        assertNull(look(450, 2, 1, 60));
        assertNotNull(look(500, 3, 1, 70));
    }

    @Test
    void bearsASlowPeerThatTakesSomething() {
        for (int i = 1; i < 20; i++) {
            assertNull(look(i * 300L, 0, i, 1_000_000));
        }
    }

    @Test
    void countsNoStallWhileNothingIsQueued() {
        assertNull(look(900, 1, 1, 0));
        assertNull(look(1_000, 2, 1, 10));
        assertNull(look(1_299, 3, 1, 10));
        assertNotNull(look(1_300, 4, 1, 10));
    }

    @Test
    void looksFourTimesPerShortestTimeoutAndNeverWithoutOne() {
        assertEquals(100, LinkActivity.lookIntervalMs(OPTIONS));
        final TransportOptions endless = OPTIONS.withReceiveTimeout(0);
        assertEquals(0, LinkActivity.lookIntervalMs(endless.withTimeouts(0, 0)));
        assertEquals(10_000, LinkActivity.lookIntervalMs(endless.withTimeouts(600_000, 0)));
        assertEquals(50, LinkActivity.lookIntervalMs(OPTIONS.withReceiveTimeout(200)));
    }

    private String look(final long nowMs, final long received, final long sent, final long queued) {
        return activity.look(TimeUnit.MILLISECONDS.toNanos(nowMs), received, sent, queued);
    }
}
