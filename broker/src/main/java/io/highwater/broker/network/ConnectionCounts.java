package io.highwater.broker.network;

import io.highwater.port.Clock;
import io.highwater.protocol.transport.RareLine;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections there are, in all and from each address, and whether there may be one more. A connection that is
 * too many is closed before anything is read from it; the log says so once in a while, not for each.
 *
 * <p>Safe for any thread.
 */
public final class ConnectionCounts {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionCounts.class);

    private final AtomicInteger all = new AtomicInteger();
    private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();

    private final int max;
    private final int maxPerAddress;
    private final Map<InetAddress, Integer> overrides;
    private final RareLine refusals;

    /**
     * No connection yet.
     *
     * @param max connections in all
     * @param maxPerAddress connections from one address that has no number of its own
     * @param overrides numbers of their own
     */
    public ConnectionCounts(
            final int max, final int maxPerAddress, final Map<InetAddress, Integer> overrides, final Clock clock) {
        this.max = max;
        this.maxPerAddress = maxPerAddress;
        this.overrides = Map.copyOf(overrides);
        this.refusals = new RareLine(clock);
    }

    /** Counts one more from this address; false, and nothing counted, when that would be too many. */
    boolean admit(final InetAddress address) {
        if (all.incrementAndGet() > max) {
            all.decrementAndGet();
            refused(address, "max.connections");
            return false;
        }
        final int allowed = overrides.getOrDefault(address, maxPerAddress);
        final boolean[] isAdmitted = new boolean[1];
        byAddress.compute(address, (key, count) -> {
            final int present = count == null ? 0 : count;
            isAdmitted[0] = present < allowed;
            return isAdmitted[0] ? Integer.valueOf(present + 1) : count;
        });
        if (!isAdmitted[0]) {
            all.decrementAndGet();
            refused(address, "max.connections.per.ip");
        }
        return isAdmitted[0];
    }

    /** A connection that was admitted is gone. */
    void gone(final InetAddress address) {
        all.decrementAndGet();
        byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }

    private void refused(final InetAddress address, final String key) {
        final long times = refusals.cameAgain();
        if (times > 0) {
            LOG.warn("{} connections refused, the last of {}: {} is reached", times, address, key);
        }
    }
}
