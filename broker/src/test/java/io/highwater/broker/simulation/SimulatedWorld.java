package io.highwater.broker.simulation;

import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.observe.Metrics;
import io.highwater.broker.server.BrokerConfig;
import io.highwater.broker.server.BrokerNode;
import io.highwater.broker.server.ConfigException;
import io.highwater.broker.server.NodePorts;
import io.highwater.broker.server.StartException;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.RandomSource;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.transport.FrameBudget;
import io.highwater.protocol.transport.SimulatedNetwork;
import io.highwater.protocol.transport.SimulatedTransport;
import io.highwater.protocol.transport.TransportOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One broker of production classes on a simulated machine, and the wires to it: one thread, one seed. Every event, every
 * message and every disk operation is in the trace.
 */
final class SimulatedWorld {
    static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("127.0.0.1", 9092);
    private static final long BUDGET_BYTES = 256L << 20;
    private static final long PATIENCE_MS = 10_000;
    private static final int SHARDS = 3;
    private static final long START_LIMIT_MS = 60_000;
    private static final long STOP_LIMIT_MS = 60_000;

    final SimulatedScheduler scheduler;
    final SimulatedNetwork network;
    final SimulatedDisk disk;
    final RandomSource random;
    final Trace trace;
    private final boolean losesForces;
    private final SimulatedProcess clients;
    private final BrokerConfig config;
    /** Where the core's offsets are forced; of the broker that was started last. */
    HeldExecutor groupsDisk;
    /** Where the logs are forced; of the broker that was started last. */
    HeldExecutor flusher;

    private SimulatedProcess process;
    private SimulatedTransport transport;
    private BrokerNode node;
    private int starts;
    private boolean hasFailed;

    SimulatedWorld(final long seed, final Trace trace, final boolean losesForces) {
        this(seed, trace, losesForces, Map.of());
    }

    /** A broker with these settings besides those that each has here. */
    SimulatedWorld(final long seed, final Trace trace, final boolean losesForces, final Map<String, String> settings) {
        this.trace = trace;
        this.losesForces = losesForces;
        this.scheduler = new SimulatedScheduler(seed, trace);
        this.network = new SimulatedNetwork(scheduler);
        this.disk = new SimulatedDisk("disk", scheduler.newRandom(), trace);
        this.random = scheduler.newRandom();
        this.clients = scheduler.newProcess("clients");
        try {
            final Map<String, String> all = new TreeMap<>(settings);
            all.put("log.dirs", "/data");
            all.put("listeners", "127.0.0.1:9092");
            all.putIfAbsent("flush.policy", "commit");
            all.putIfAbsent("data.journal.bytes", "65536");
            all.put("group.initial.rebalance.delay.ms", "200");
            this.config = BrokerConfig.of(all);
        } catch (final ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A transport for one client, in the process of all clients. */
    SimulatedTransport newClientTransport() {
        return network.newTransport(
                clients, TransportOptions.client(), new FrameBudget(512L << 20, PATIENCE_MS, clients.clock()));
    }

    /** Starts the broker; false when it was killed on the way, as a crash during recovery does. */
    boolean start() {
        final StartException refusalOrNull = begin();
        if (refusalOrNull != null) {
            throw new AssertionError("the broker does not start: " + refusalOrNull.getMessage(), refusalOrNull);
        }
        if (!process.isAlive()) {
            afterDeath();
            return false;
        }
        trace.event("ready", starts);
        return true;
    }

    /** Starts the broker, which refuses; its process ends, as the command line's does. Returns its one line. */
    String startToBeRefused() {
        final StartException refusalOrNull = begin();
        if (refusalOrNull == null) {
            throw new AssertionError("the broker starts");
        }
        transport.close();
        kill();
        return refusalOrNull.getMessage();
    }

    /** Returns why it does not start; null when it is ready, or was killed on the way. */
    private StartException begin() {
        process = scheduler.newProcess("broker" + starts++);
        transport = network.newTransport(
                process, config.transport(SHARDS), new FrameBudget(BUDGET_BYTES, PATIENCE_MS, process.clock()));
        groupsDisk = new HeldExecutor(process.newPool("groups disk"));
        flusher = new HeldExecutor(process.newThread("flush"));
        node = new BrokerNode(
                config,
                new NodePorts(
                        process.clock(),
                        scheduler.newRandom(),
                        losesForces ? new ForcelessDisk(disk.of(process)) : disk.of(process),
                        transport,
                        process.newShard("core"),
                        process.newPool("meta disk"),
                        groupsDisk,
                        flusher,
                        process.newPool("disk")));
        final StartException[] failure = new StartException[1];
        hasFailed = false;
        node.start(told -> failure[0] = told, () -> hasFailed = true);
        final boolean isDecided =
                scheduler.runUntil(() -> node.isReady() || failure[0] != null || !process.isAlive(), START_LIMIT_MS);
        if (!isDecided) {
            throw new AssertionError("the broker is not ready after " + START_LIMIT_MS + " ms");
        }
        return process.isAlive() ? failure[0] : null;
    }

    /** Starts the broker, which dies in the n-th disk operation; true when it was ready before. */
    boolean startToDie(final int n, final boolean isPowerLoss) {
        dieAtDiskOperation(n, isPowerLoss);
        final boolean isReady = start();
        disk.beforeEach((operation, path) -> {});
        return isReady;
    }

    /** True when the broker said that its disk failed and it can't go on. */
    boolean hasBrokerFailed() {
        return hasFailed;
    }

    boolean isBrokerReady() {
        return node.isReady();
    }

    /** What is in the data directory. */
    List<String> dataFiles() {
        try {
            return disk.list(config.directory());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Metrics metrics() {
        return node.metrics();
    }

    /** The broker's open partitions. */
    HostedPartitions hosted() {
        return node.hosted();
    }

    boolean isBrokerAlive() {
        return process.isAlive();
    }

    /** Runs the world until the time is over or the broker is dead. */
    void run(final long ms) {
        scheduler.runUntil(() -> !process.isAlive(), ms);
        if (!process.isAlive()) {
            afterDeath();
        }
    }

    /** Lets time pass without a broker. */
    void pass(final long ms) {
        scheduler.runFor(ms);
    }

    /** The broker stops in order, and its process ends. */
    void stop() {
        final boolean[] stopped = new boolean[1];
        node.stop(() -> stopped[0] = true);
        if (!scheduler.runUntil(() -> stopped[0], STOP_LIMIT_MS)) {
            throw new AssertionError("the broker does not stop within " + STOP_LIMIT_MS + " ms");
        }
        transport.close();
        kill();
    }

    /** kill -9: what was written stays. */
    void kill() {
        process.kill();
        disk.kill();
        afterDeath();
    }

    /** The power goes: only what was forced is sure to stay. */
    void losePower() {
        process.kill();
        disk.crash();
        afterDeath();
    }

    /** The power goes, or the process is killed, in the middle of the n-th disk operation from now. */
    void dieAtDiskOperation(final int n, final boolean isPowerLoss) {
        final int[] left = {n};
        disk.beforeEach((operation, path) -> {
            if (--left[0] == 0) {
                process.kill();
                if (isPowerLoss) {
                    disk.crash();
                } else {
                    disk.kill();
                }
            }
        });
    }

    private void afterDeath() {
        disk.beforeEach((operation, path) -> {});
        network.cutAll(process);
    }
}
