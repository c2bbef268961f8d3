package io.highwater.protocol.transport;

import io.highwater.port.RandomSource;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The wires of a simulated world. Bytes travel in chunks of any size, in order, each after a delay drawn from the seed;
 * connections are refused, closed and cut as events. Every chunk and every frame is traced.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class SimulatedNetwork {
    /** What a receiver's operating system holds for it; a sender waits beyond. */
    static final int WINDOW_BYTES = 256 * 1024;

    private static final int FIRST_FREE_PORT = 30_000;
    private static final int CHUNK_BYTES_MAX = 128 * 1024;

    /** Half of the chunks are of any size, half as big as can be: either alone would be slow or too regular. */
    private static final int WHOLE_CHUNK_ODDS = 2;

    /** The longest way of a chunk. */
    public int latencyNsMax = 300_000;

    /** Chance that a connection is cut, at each chunk. */
    public double cutChance;

    /** Chance that a connection is cut just when a whole frame has arrived, so that nobody is there for the answer. */
    public double cutAfterFrameChance;

    private long cutsAfterFrame;
    private int nextPort = FIRST_FREE_PORT;
    private long nextConnection = 1;
    private final Map<String, SimulatedTransport.Accepting> listeners = new LinkedHashMap<>();
    private final List<SimulatedLink> links = new ArrayList<>();
    private final SimulatedScheduler scheduler;
    private final RandomSource random;

    /** A network on which nobody listens. */
    public SimulatedNetwork(final SimulatedScheduler scheduler) {
        this.scheduler = scheduler;
        this.random = scheduler.newRandom();
    }

    /** The transport of one process, with shards of that process. */
    public SimulatedTransport newTransport(
            final SimulatedProcess process, final TransportOptions options, final FrameBudget budget) {
        return new SimulatedTransport(this, process, options, budget);
    }

    /** Cuts every connection of this process at once, as its death does. To be called after a kill. */
    public void cutAll(final SimulatedProcess process) {
        for (final SimulatedLink link : new ArrayList<>(links)) {
            if (link.process() == process) {
                cut(link);
            }
        }
        listeners.values().removeIf(listener -> listener.process() == process);
    }

    /** Cuts one open connection, chosen by the seed; false when there is none. */
    public boolean cutAny() {
        if (links.isEmpty()) {
            return false;
        }
        cut(links.get(random.nextInt(links.size())));
        return true;
    }

    /** Connections' ends that are open. */
    public int openEnds() {
        return links.size();
    }

    /** How many connections were cut for {@link #cutAfterFrameChance}. */
    public long cutsAfterFrames() {
        return cutsAfterFrame;
    }

    void cut(final SimulatedLink link) {
        trace().event("net cut " + link);
        link.broken("connection reset");
        link.peer().broken("connection reset");
    }

    InetSocketAddress bind(final InetSocketAddress wanted, final SimulatedTransport.Accepting listener)
            throws BindException {
        final int port = wanted.getPort() == 0 ? nextPort++ : wanted.getPort();
        final InetSocketAddress bound = InetSocketAddress.createUnresolved(wanted.getHostString(), port);
        if (listeners.putIfAbsent(key(bound), listener) != null) {
            throw new BindException(key(bound) + ": address in use");
        }
        trace().event("net listen " + key(bound));
        return bound;
    }

    void unbind(final InetSocketAddress bound, final SimulatedTransport.Accepting listener) {
        listeners.remove(key(bound), listener);
    }

    /** Who listens there; null for nobody, or a dead process. */
    SimulatedTransport.Accepting listener(final InetSocketAddress address) {
        final SimulatedTransport.Accepting listener = listeners.get(key(address));
        return listener != null && listener.process().isAlive() ? listener : null;
    }

    void opened(final SimulatedLink link) {
        links.add(link);
    }

    void ended(final SimulatedLink link) {
        links.remove(link);
    }

    long nextConnection() {
        return nextConnection++;
    }

    int nextClientPort() {
        return nextPort++;
    }

    /** Something happens on the way, a little later. */
    void later(final String what, final Runnable event) {
        scheduler.after(1 + random.nextInt(latencyNsMax), what, event);
    }

    /** Something happens at a known time. */
    void after(final long delayNs, final String what, final Runnable event) {
        scheduler.after(delayNs, what, event);
    }

    boolean cutsNow() {
        return cutChance > 0 && random.nextDouble() < cutChance;
    }

    boolean cutsAfterFrame() {
        final boolean cuts = cutAfterFrameChance > 0 && random.nextDouble() < cutAfterFrameChance;
        cutsAfterFrame += cuts ? 1 : 0;
        return cuts;
    }

    /** How much of {@code bytes} goes in the next chunk. */
    int chunkBytes(final long bytes) {
        final int most = (int) Math.min(bytes, CHUNK_BYTES_MAX);
        return random.nextInt(WHOLE_CHUNK_ODDS) == 0 ? most : 1 + random.nextInt(most);
    }

    Trace trace() {
        return scheduler.trace();
    }

    private static String key(final InetSocketAddress address) {
        final String host = address.getHostString();
        final boolean isLocal = "localhost".equals(host) || "0.0.0.0".equals(host);
        return (isLocal ? "127.0.0.1" : host) + ":" + address.getPort();
    }
}
