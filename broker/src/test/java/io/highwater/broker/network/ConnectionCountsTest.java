package io.highwater.broker.network;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConnectionCountsTest {
    private final InetAddress one = address(1);
    private final InetAddress two = address(2);
    private final InetAddress favoured = address(3);
    private final ConnectionCounts counts =
            new ConnectionCounts(4, 1, Map.of(favoured, 3), new SimulatedScheduler(1, new Trace()).clock());

    @Test
    void anAddressHasItsShareAndWhoIsGoneMakesRoom() {
        assertTrue(counts.admit(one));
        assertFalse(counts.admit(one));
        assertTrue(counts.admit(two));
        counts.gone(one);
        assertTrue(counts.admit(one));
        assertFalse(counts.admit(two));
    }

    @Test
    void someHaveMoreAndAllTogetherHaveABound() {
        assertTrue(counts.admit(favoured));
        assertTrue(counts.admit(favoured));
        assertTrue(counts.admit(favoured));
        assertFalse(counts.admit(favoured), "a fourth of its own");
        assertTrue(counts.admit(one));
        assertFalse(counts.admit(two), "a fifth in all");
        counts.gone(favoured);
        assertTrue(counts.admit(two));
    }

    private static InetAddress address(final int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
        } catch (final UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
