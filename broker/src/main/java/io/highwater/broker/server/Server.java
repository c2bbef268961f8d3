package io.highwater.broker.server;

import io.highwater.broker.observe.AdminListener;
import io.highwater.broker.observe.Metrics;
import io.highwater.log.disk.FileDisk;
import io.highwater.log.flush.Flusher;
import io.highwater.port.Clock;
import io.highwater.port.SeededRandom;
import io.highwater.port.SystemClock;
import io.highwater.protocol.transport.FrameBudget;
import io.highwater.protocol.transport.NettyTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker in this process: binds a {@link BrokerNode} to the file system, the network and threads. Each kind of blocking
 * work has threads of its own (Bulkhead): forces of the logs, the core, and the rest.
 *
 * <p>Safe for any thread.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    /** For the forces, the core and what the JVM does for itself: an event loop would only take turns with them. */
    private static final int PROCESSORS_BESIDE_SHARDS = 1;

    private static final int BLOCKING_THREADS = 4;

    /** One for forces and one for snapshots, which take long. */
    private static final int CORE_GROUP_THREADS = 2;

    private static final long HALF_FRAME_PATIENCE_MS = 10_000;
    private static final long STOP_TIMEOUT_S = 30;
    private static final long THREAD_IDLE_S = 10;

    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean isClosing;

    /** Null when no admin address is set. */
    private volatile AdminListener admin;

    private final BrokerConfig config;
    private final Clock clock = SystemClock.INSTANCE;
    private final FrameBudget budget;
    private final NettyTransport transport;
    private final ThreadShard coreShard = new ThreadShard("highwater-core");
    /** At most a force, or the close, and a snapshot wait in each: a group begins the next when the last has ended. */
    private final ExecutorService metaExecutor = threads("highwater-meta-disk", CORE_GROUP_THREADS);

    private final ExecutorService groupsExecutor = threads("highwater-groups-disk", CORE_GROUP_THREADS);

    /** Forces: no more tasks than it has threads, as each kind of them says how many it may have under way. */
    private final ExecutorService flushExecutor = threads("highwater-flush", Flusher.THREADS);

    /**
     * One change of the metadata at a time, a step of the start or the stop, and a task for each deleted partition whose
     * files are not gone yet: no more of these than there were partitions.
     */
    private final ExecutorService blockingExecutor = threads("highwater-disk", BLOCKING_THREADS);

    private final BrokerNode node;

    private Server(final BrokerConfig config, final FileDisk disk, final CoreOpener coreOpener) {
        final int shards = config.get(BrokerConfig.NUM_SHARDS) > 0
                ? config.get(BrokerConfig.NUM_SHARDS)
                : Math.max(1, Runtime.getRuntime().availableProcessors() - PROCESSORS_BESIDE_SHARDS);
        this.config = config;
        this.budget = new FrameBudget(config.get(BrokerConfig.QUEUED_MAX_BYTES), HALF_FRAME_PATIENCE_MS, clock);
        this.transport = new NettyTransport(config.transport(shards), budget, clock);
        this.node = new BrokerNode(
                config,
                new NodePorts(
                        clock,
                        SeededRandom.fromSystem(),
                        disk,
                        transport,
                        coreShard,
                        metaExecutor,
                        groupsExecutor,
                        flushExecutor,
                        blockingExecutor),
                coreOpener);
    }

    /**
     * Loads what every server needs, whatever its settings: the logging provider, whose date format takes longest, and what
     * the transport stands on. To be over before {@link #start}, on a thread that has nothing better to
     * do meanwhile.
     */
    public static void preload() {
        NettyTransport.preload();
    }

    /** Starts a broker; returns when it is ready. */
    public static Server start(final BrokerConfig config) throws StartException {
        return start(config, CoreBinding::open);
    }

    static Server start(final BrokerConfig config, final CoreOpener coreOpener) throws StartException {
        final Server server;
        try {
            server = new Server(config, FileDisk.open(), coreOpener);
        } catch (final IOException e) {
            throw new StartException("the file system can't be used: " + e.getMessage(), e);
        }
        try {
            // First, so that a node that recovers for long says that it is not ready.
            server.openAdmin();
        } catch (final StartException e) {
            server.closeBindings();
            throw e;
        }
        final CompletableFuture<StartException> started = new CompletableFuture<>();
        server.node.start(started::complete, server::onNodeFailed);
        final StartException failure = started.join();
        if (failure != null) {
            server.closeBindings();
            throw failure;
        }
        return server;
    }

    private void openAdmin() throws StartException {
        final HostPort wanted = config.adminOrNull();
        if (wanted == null) {
            return;
        }
        try {
            admin = AdminListener.open(
                    new InetSocketAddress(wanted.host(), wanted.port()),
                    node.metrics(),
                    new LiveReadings(node, budget),
                    clock);
        } catch (final IOException e) {
            throw new StartException("admin.listener=" + wanted + " can't be listened on: " + e.getMessage(), e);
        }
    }

    /** Where metrics and health are served, null when they are not. */
    public InetSocketAddress adminAddressOrNull() {
        return admin == null ? null : admin.address();
    }

    /** Where clients are served. */
    public InetSocketAddress address() {
        return node.address();
    }

    /** The settings in force. */
    public BrokerConfig config() {
        return config;
    }

    /** The counters. */
    public Metrics metrics() {
        return node.metrics();
    }

    /** The node, for what shows its state. */
    public BrokerNode node() {
        return node;
    }

    /** True when the server stops, or has stopped, because its disk failed, or when its stop was not a clean one. */
    public boolean hasFailed() {
        return node.hasFailed();
    }

    /** The stop waits for the node's threads, so it has one of its own. */
    private void onNodeFailed() {
        new Thread(this::close, "highwater-stop").start();
    }

    /** Returns when the server was closed, or has closed itself because its disk failed. */
    public void awaitShutdown() throws InterruptedException {
        closed.await();
    }

    /** Stops in order and returns when all is on disk; a second call waits for the first. */
    @Override
    public void close() {
        final boolean isFirst;
        synchronized (this) {
            isFirst = !isClosing;
            isClosing = true;
        }
        if (!isFirst) {
            awaitClosed();
            return;
        }
        final CompletableFuture<Void> stopped = new CompletableFuture<>();
        node.stop(() -> stopped.complete(null));
        stopped.orTimeout(STOP_TIMEOUT_S, TimeUnit.SECONDS)
                .exceptionally(late -> {
                    node.onUncleanStop(
                            "the node did not stop within " + STOP_TIMEOUT_S + " s; its disk does not answer");
                    return null;
                })
                .join();
        closeBindings();
        if (!node.hasFailed()) {
            LOG.info("stopped in order");
        }
        closed.countDown();
    }

    private void awaitClosed() {
        try {
            closed.await();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeBindings() {
        if (admin != null) {
            admin.close();
        }
        transport.close();
        coreShard.close();
        metaExecutor.shutdown();
        groupsExecutor.shutdown();
        flushExecutor.shutdown();
        blockingExecutor.shutdown();
    }

    /**
     * A pool whose threads go when they have nothing to do. Its queue has no bound of its own, since a refused force or
     * deletion has no good answer: each pool's use bounds it, as said there.
     */
    private static ExecutorService threads(final String name, final int count) {
        final ThreadPoolExecutor pool = new ThreadPoolExecutor(
                count, count, THREAD_IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    final Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
