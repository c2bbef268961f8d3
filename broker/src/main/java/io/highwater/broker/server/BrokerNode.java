package io.highwater.broker.server;

import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.api.LogTrim;
import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.message.FormClusterCommand;
import io.highwater.broker.message.FormClusterResult;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.network.ConnectionCounts;
import io.highwater.broker.network.ConnectionLimits;
import io.highwater.broker.network.RequestDispatcher;
import io.highwater.broker.observe.Metrics;
import io.highwater.broker.server.CoreOpener.OpenCore;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogDirectoryConfig;
import io.highwater.log.LogDirectoryException;
import io.highwater.log.datajournal.DataJournalConfig;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.BrokerRegistrationRequest;
import io.highwater.protocol.message.BrokerRegistrationResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.transport.FrameLimits;
import io.highwater.protocol.transport.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One broker, built from ports only. Its life: open the data directory, open the core, form the cluster if there is
 * none, register this incarnation, open the partitions that the metadata gives it, listen; and the same backwards.
 *
 * <p>{@link #start} and {@link #stop} may be called on any thread and return at once; each step runs where it belongs and
 * calls the next one, so nothing here waits.
 */
public final class BrokerNode {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerNode.class);
    private static final long CORE_TIMEOUT_MS = 30_000;
    private static final long QUEUED_RESPONSE_BYTES_MAX = 8L << 20;
    private static final String LISTENER = "PLAINTEXT";

    private volatile LogDirectory directory;
    private volatile OpenCore openCore;
    private volatile Listener listener;
    private volatile PartitionLifecycle lifecycle;
    private volatile Retention retention;
    private volatile JournalPulse pulse;
    private volatile Consumer<StartException> onStarted;
    private volatile Runnable onFailed;

    private final NodeState state = new NodeState();
    private final Metrics metrics = new Metrics();
    private final MetadataView metadata = new MetadataView();
    private final HostedPartitions hosted = new HostedPartitions();
    private final BrokerConfig config;
    private final NodePorts ports;
    private final CoreOpener coreOpener;
    private final RandomSource random;

    /** A node that has not done anything yet. */
    public BrokerNode(final BrokerConfig config, final NodePorts ports) {
        this(config, ports, CoreBinding::open);
    }

    BrokerNode(final BrokerConfig config, final NodePorts ports, final CoreOpener coreOpener) {
        this.config = config;
        this.ports = ports;
        this.coreOpener = coreOpener;
        this.random = ports.random().fork();
    }

    /**
     * Starts; called once.
     *
     * @param started gets null when the node is ready, else why it is not
     * @param failed runs at most once, after the node was ready: its disk failed and it can't go on, so it has to be
     *     stopped. On a thread that must not be held up
     */
    public void start(final Consumer<StartException> started, final Runnable failed) {
        onStarted = started;
        onFailed = failed;
        ports.blockingExecutor().execute(guarded(this::openStorage));
    }

    /** True from ready to a failure or the begin of the stop. */
    public boolean isReady() {
        return state.isReady();
    }

    /** True when the node's disk failed, or its stop was not a clean one. */
    public boolean hasFailed() {
        return state.failureOrNull() != null;
    }

    /** The counters. */
    public Metrics metrics() {
        return metrics;
    }

    /** The newest metadata. */
    public MetadataView metadata() {
        return metadata;
    }

    /** The open partitions. */
    public HostedPartitions hosted() {
        return hosted;
    }

    /** The data directory; null before it is open. */
    LogDirectory directoryOrNull() {
        return directory;
    }

    /** Where clients are served; null before the node is ready. */
    public InetSocketAddress address() {
        return listener == null ? null : listener.address();
    }

    /** A fault of ours in a step must end the start, not leave its caller waiting. */
    private Runnable guarded(final Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (final RuntimeException e) {
                LOG.error("the start met a fault", e);
                fail("internal error: " + e, e);
            }
        };
    }

    private void openStorage() {
        try {
            directory = LogDirectory.open(
                    ports.disk(),
                    config.directory(),
                    new LogDirectoryConfig(
                            config.get(BrokerConfig.DIRTY_BYTES_MAX),
                            LogDirectoryConfig.DEFAULT.writeBackBytes(),
                            LogDirectoryConfig.DEFAULT.recoveryPointIntervalMs(),
                            DataJournalConfig.ofBytes(config.get(BrokerConfig.DATA_JOURNAL_BYTES))),
                    ports.clock(),
                    random.fork(),
                    ports.flushExecutor(),
                    ports.blockingExecutor(),
                    config.nodeId(),
                    null);
            watchDirectory();
            openCore = coreOpener.open(
                    config,
                    ports,
                    config.directory(),
                    CoreWitness.historyIn(directory),
                    (group, cause) ->
                            onFailure("the core's log of " + group + " in " + config.directory() + " failed", cause));
        } catch (final LogDirectoryException e) {
            fail(e.getMessage(), e);
            return;
        } catch (final IOException e) {
            fail("data directory " + config.directory() + " can't be opened: " + reason(e), e);
            return;
        }
        formCluster();
    }

    /** What the system said: of a file system's exceptions, some have their reason in their name only. */
    private static String reason(final IOException e) {
        final boolean isInName = e instanceof FileSystemException f && f.getReason() == null;
        return isInName ? e.getClass().getSimpleName() + " " + e.getMessage() : e.getMessage();
    }

    /** There is one data directory, and the core is in it: when it fails, nothing is left to serve from. */
    private void watchDirectory() {
        final Consumer<IOException> listener =
                cause -> onFailure("data directory " + config.directory() + " failed, the only one", cause);
        directory.onFailure(listener);
        if (directory.failure() != null) {
            listener.accept(directory.failure());
        }
    }

    private void onFailure(final String what, final Exception cause) {
        if (state.fail(what + ": " + cause.getMessage())) {
            LOG.error("{}, the node stops: {}", what, cause.getMessage(), cause);
            if (state.isToBeStopped()) {
                onFailed.run();
            }
        }
    }

    private void formCluster() {
        final FormClusterCommand command = new FormClusterCommand();
        final String known = directory.clusterIdOrNull();
        command.clusterId = known == null ? Uuids.toString(random.nextUuid()) : "";
        propose(command, response -> {
            final String clusterId = ((FormClusterResult) response).clusterId;
            if (known != null && !known.equals(clusterId)) {
                fail(
                        "data directory " + config.directory() + " belongs to cluster " + known + ", but "
                                + config.directory().resolve("core") + " knows "
                                + (clusterId.isEmpty() ? "none" : clusterId)
                                + "; put core/ back as it was, or begin anew with an empty data directory",
                        null);
                return;
            }
            ports.blockingExecutor().execute(guarded(() -> joinCluster(clusterId)));
        });
    }

    private void joinCluster(final String clusterId) {
        try {
            directory.setClusterId(clusterId);
        } catch (final IOException e) {
            fail("the cluster id can't be written to " + config.directory() + ": " + e.getMessage(), e);
            return;
        }
        final HostPort advertised = config.advertised(config.listener().port());
        final BrokerRegistrationRequest command = new BrokerRegistrationRequest();
        command.brokerId = config.nodeId();
        command.clusterId = clusterId;
        command.incarnationId = random.nextUuid();
        final BrokerRegistrationRequest.Listener endpoint = new BrokerRegistrationRequest.Listener();
        endpoint.name = LISTENER;
        endpoint.host = advertised.host();
        endpoint.port = advertised.port();
        command.listeners.add(endpoint);
        propose(command, message -> {
            final BrokerRegistrationResponse response = (BrokerRegistrationResponse) message;
            if (response.errorCode != ErrorCode.NONE.code()) {
                fail("node " + config.nodeId() + " is refused: " + ErrorCode.forCode(response.errorCode), null);
                return;
            }
            openPartitions(response.brokerEpoch);
        });
    }

    private void openPartitions(final long brokerEpoch) {
        lifecycle = new PartitionLifecycle(
                config.nodeId(),
                directory,
                new TopicLogs(config),
                hosted,
                metadata,
                ports,
                () -> ports.blockingExecutor().execute(guarded(() -> listen(brokerEpoch))));
        openCore.core().watch(CoreGroup.GROUPS, 0, new CoreWitness(directory, CoreGroup.GROUPS));
        // Before the partitions are made: the force that makes one durable takes along what is known of its topic.
        openCore.core().watch(CoreGroup.META, 0, new CoreWitness(directory, CoreGroup.META));
        openCore.core().watch(CoreGroup.META, 0, lifecycle);
    }

    private void listen(final long brokerEpoch) {
        final RequestDispatcher dispatcher = new RequestDispatcher(
                new NodeHandlers(config, ports, openCore.core(), directory, hosted, metadata, metrics, random)
                        .all(brokerEpoch),
                new ConnectionLimits(config.get(BrokerConfig.CONNECTION_MAX_REQUESTS), QUEUED_RESPONSE_BYTES_MAX),
                new ConnectionCounts(
                        config.get(BrokerConfig.MAX_CONNECTIONS),
                        config.get(BrokerConfig.MAX_CONNECTIONS_PER_IP),
                        config.connectionOverrides(),
                        ports.clock()),
                new DirtyBytesGate(directory, hosted, ports.transport().shards(), ports.clock()),
                ports.clock(),
                metrics);
        final HostPort wanted = config.listener();
        // Replaced by what is bound; a request can't arrive before the listener is bound.
        dispatcher.advertise(
                config.advertised(wanted.port()).host(),
                config.advertised(wanted.port()).port());
        final InetSocketAddress address = new InetSocketAddress(wanted.host(), wanted.port());
        if (address.isUnresolved()) {
            fail("listeners=" + wanted + " can't be listened on: the host's name is not known here", null);
            return;
        }
        try {
            listener = ports.transport()
                    .listen(
                            address,
                            new FrameLimits(
                                    config.get(BrokerConfig.REQUEST_MAX_BYTES),
                                    config.get(BrokerConfig.CONNECTION_MAX_BYTES)),
                            dispatcher);
        } catch (final IOException e) {
            fail("listeners=" + wanted + " can't be listened on: " + e.getMessage(), e);
            return;
        }
        final HostPort advertised = config.advertised(listener.address().getPort());
        dispatcher.advertise(advertised.host(), advertised.port());
        retention = new Retention(
                hosted,
                new LogTrim(directory, ports.blockingExecutor()),
                ports.clock(),
                config.get(BrokerConfig.RETENTION_CHECK_INTERVAL_MS));
        retention.start(ports.transport().shards());
        pulse = new JournalPulse(
                directory,
                ports.transport().shards().get(0),
                ports.blockingExecutor(),
                LogDirectoryConfig.DEFAULT.recoveryPointIntervalMs());
        pulse.start();
        if (state.becomeReady()) {
            onStarted.accept(null);
        } else {
            fail("the node can't be used", null);
        }
    }

    private void propose(final Message command, final Consumer<Message> next) {
        final long deadlineMs = ports.clock().monotonicMs() + CORE_TIMEOUT_MS;
        openCore.core().propose(CoreGroup.META, command, deadlineMs, new Core.Completion() {
            @Override
            public void onApplied(final long index, final Message response) {
                next.accept(response);
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                fail("the core did not take " + command.getClass().getSimpleName() + ": " + failure, null);
            }
        });
    }

    private void fail(final String reason, final Throwable cause) {
        final Consumer<StartException> told = onStarted;
        // What goes wrong after a failure of the disk goes wrong because of it.
        final String first = state.failureOrNull();
        stop(() -> told.accept(new StartException(first == null ? reason : first, cause)));
    }

    /**
     * Stops: no new connections, what waits for a force gets it, who waits for records is sent away, everything is forced,
     * and the directory is marked as cleanly closed. Connections are the transport's, which its owner closes next.
     */
    public void stop(final Runnable onStopped) {
        state.beginStop();
        if (listener != null) {
            listener.close();
        }
        if (retention != null) {
            retention.stop();
        }
        if (pulse != null) {
            pulse.stop();
        }
        if (lifecycle == null) {
            drainPartitions(onStopped);
        } else {
            lifecycle.stop(() -> drainPartitions(onStopped));
        }
    }

    private void drainPartitions(final Runnable onStopped) {
        final List<Shard> shards = ports.transport().shards();
        final PartitionDrain drain = new PartitionDrain(hosted, ports.clock(), shards);
        drain.start(() -> {
            if (openCore == null) {
                closeDirectory(onStopped);
            } else {
                openCore.stopping().stop(() -> closeDirectory(onStopped));
            }
        });
    }

    /** The stop is not what was asked for: the process has to say so. */
    void onUncleanStop(final String reason) {
        LOG.error(reason);
        state.fail(reason);
    }

    private void closeDirectory(final Runnable onStopped) {
        ports.blockingExecutor().execute(() -> {
            if (directory != null) {
                try {
                    directory.close();
                } catch (final IOException e) {
                    onUncleanStop(
                            "data directory " + config.directory() + " was not closed cleanly: " + e.getMessage());
                } catch (final RuntimeException e) {
                    LOG.error("the stop met a fault", e);
                    onUncleanStop("internal error: " + e);
                }
            }
            onStopped.run();
        });
    }
}
