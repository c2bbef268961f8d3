package io.highwater.broker.server;

import io.highwater.broker.api.AlterConfigsHandler;
import io.highwater.broker.api.ApiHandler;
import io.highwater.broker.api.ApiVersionsHandler;
import io.highwater.broker.api.CreatePartitionsHandler;
import io.highwater.broker.api.CreateTopicsHandler;
import io.highwater.broker.api.DeleteGroupsHandler;
import io.highwater.broker.api.DeleteRecordsHandler;
import io.highwater.broker.api.DeleteTopicsHandler;
import io.highwater.broker.api.DescribeAclsHandler;
import io.highwater.broker.api.DescribeClusterHandler;
import io.highwater.broker.api.DescribeConfigsHandler;
import io.highwater.broker.api.DescribeGroupsHandler;
import io.highwater.broker.api.DescribeLogDirsHandler;
import io.highwater.broker.api.DescribeProducersHandler;
import io.highwater.broker.api.DescribeQuorumHandler;
import io.highwater.broker.api.DescribeTopicPartitionsHandler;
import io.highwater.broker.api.ElectLeadersHandler;
import io.highwater.broker.api.FetchHandler;
import io.highwater.broker.api.FetchSessions;
import io.highwater.broker.api.FindCoordinatorHandler;
import io.highwater.broker.api.HeartbeatHandler;
import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.api.IncrementalAlterConfigsHandler;
import io.highwater.broker.api.InitProducerIdHandler;
import io.highwater.broker.api.JoinGroupHandler;
import io.highwater.broker.api.LeaveGroupHandler;
import io.highwater.broker.api.ListConfigResourcesHandler;
import io.highwater.broker.api.ListGroupsHandler;
import io.highwater.broker.api.ListOffsetsHandler;
import io.highwater.broker.api.ListPartitionReassignmentsHandler;
import io.highwater.broker.api.LogTrim;
import io.highwater.broker.api.MetadataHandler;
import io.highwater.broker.api.OffsetCommitHandler;
import io.highwater.broker.api.OffsetDeleteHandler;
import io.highwater.broker.api.OffsetFetchHandler;
import io.highwater.broker.api.OffsetForLeaderEpochHandler;
import io.highwater.broker.api.ParkedFetches;
import io.highwater.broker.api.ProduceHandler;
import io.highwater.broker.api.ProducerIds;
import io.highwater.broker.api.SyncGroupHandler;
import io.highwater.broker.api.TopicCreation;
import io.highwater.broker.coordinator.GroupCoordinator;
import io.highwater.broker.core.Core;
import io.highwater.broker.group.GroupConfig;
import io.highwater.broker.metadata.ConfigCatalog;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.observe.Metrics;
import io.highwater.log.LogDirectory;
import io.highwater.port.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes the handlers of all APIs that a node serves, from what the node has. Used once, while it starts. */
final class NodeHandlers {
    private final BrokerConfig config;
    private final NodePorts ports;
    private final Core core;
    private final LogDirectory directory;
    private final HostedPartitions hosted;
    private final MetadataView metadata;
    private final Metrics metrics;
    private final RandomSource random;

    NodeHandlers(
            final BrokerConfig config,
            final NodePorts ports,
            final Core core,
            final LogDirectory directory,
            final HostedPartitions hosted,
            final MetadataView metadata,
            final Metrics metrics,
            final RandomSource random) {
        this.config = config;
        this.ports = ports;
        this.core = core;
        this.directory = directory;
        this.hosted = hosted;
        this.metadata = metadata;
        this.metrics = metrics;
        this.random = random;
    }

    /** For this registration of the node; called once. */
    List<ApiHandler<?, ?>> all(final long brokerEpoch) {
        final int nodeId = config.nodeId();
        final TopicCreation creation = new TopicCreation(core, hosted, ports.clock());
        final FetchSessions sessions =
                new FetchSessions(config.get(BrokerConfig.FETCH_SESSION_SLOTS), ports.clock(), random.fork());
        final GroupCoordinator groups = new GroupCoordinator(
                ports.transport().shards().get(0), ports.clock(), random.fork(), core, metadata, groupConfig());
        groups.open();
        final List<ApiHandler<?, ?>> handlers = new ArrayList<>();
        handlers.add(new ProduceHandler(hosted, metadata, ports.clock(), metrics));
        handlers.add(new FetchHandler(
                hosted,
                metadata,
                sessions,
                new ParkedFetches(metrics),
                ports.clock(),
                metrics,
                config.get(BrokerConfig.FETCH_MAX_BYTES),
                nodeId));
        handlers.add(new ListOffsetsHandler(hosted, metadata));
        handlers.add(new OffsetForLeaderEpochHandler(hosted, metadata));
        handlers.add(
                new MetadataHandler(metadata, hosted, creation, config.get(BrokerConfig.AUTO_CREATE_TOPICS), nodeId));
        handlers.add(new CreateTopicsHandler(creation));
        handlers.add(new DeleteTopicsHandler(core, ports.clock()));
        handlers.add(new InitProducerIdHandler(new ProducerIds(core, ports.clock(), nodeId, brokerEpoch)));
        handlers.add(new FindCoordinatorHandler(nodeId));
        handlers.add(new JoinGroupHandler(groups));
        handlers.add(new SyncGroupHandler(groups));
        handlers.add(new HeartbeatHandler(groups));
        handlers.add(new LeaveGroupHandler(groups));
        handlers.add(new OffsetCommitHandler(groups, metadata));
        handlers.add(new OffsetFetchHandler(groups, metadata));
        handlers.add(new CreatePartitionsHandler(core, hosted, metadata, ports.clock()));
        handlers.add(new DeleteRecordsHandler(hosted, metadata, new LogTrim(directory, ports.blockingExecutor())));
        handlers.add(new DescribeConfigsHandler(
                metadata,
                new ConfigCatalog(TopicLogs.topicConfigs(config), config.serverKeys(), LogLevels.byLogger(), nodeId)));
        handlers.add(new AlterConfigsHandler(core, ports.clock()));
        handlers.add(new IncrementalAlterConfigsHandler(core, ports.clock()));
        handlers.add(new ListConfigResourcesHandler(metadata));
        handlers.add(new ListGroupsHandler(groups.admin()));
        handlers.add(new DescribeGroupsHandler(groups.admin()));
        handlers.add(new DeleteGroupsHandler(groups.admin()));
        handlers.add(new OffsetDeleteHandler(groups.admin(), metadata));
        handlers.add(new DescribeClusterHandler(metadata, nodeId));
        handlers.add(new DescribeTopicPartitionsHandler(metadata, hosted, nodeId));
        handlers.add(new DescribeProducersHandler(hosted, metadata));
        handlers.add(new DescribeQuorumHandler(metadata, nodeId, ports.clock()));
        handlers.add(new DescribeAclsHandler());
        handlers.add(new ElectLeadersHandler(metadata));
        handlers.add(new ListPartitionReassignmentsHandler());
        handlers.add(new DescribeLogDirsHandler(
                hosted, metadata, new DataSpace(ports.disk(), config.directory()), ports.blockingExecutor()));
        handlers.add(new ApiVersionsHandler(handlers));
        return handlers;
    }

    private GroupConfig groupConfig() {
        return new GroupConfig(
                config.get(BrokerConfig.GROUP_MIN_SESSION_MS),
                config.get(BrokerConfig.GROUP_MAX_SESSION_MS),
                config.get(BrokerConfig.GROUP_MAX_SIZE),
                config.get(BrokerConfig.GROUP_INITIAL_DELAY_MS),
                GroupConfig.DEFAULT.newMemberJoinTimeoutMs(),
                config.get(BrokerConfig.OFFSET_METADATA_MAX_BYTES),
                TimeUnit.MINUTES.toMillis(config.get(BrokerConfig.OFFSETS_RETENTION_MINUTES)),
                config.get(BrokerConfig.OFFSETS_RETENTION_CHECK_MS),
                config.get(BrokerConfig.GROUP_OFFSETS_MAX_BYTES),
                config.get(BrokerConfig.OFFSETS_COMMIT_TIMEOUT_MS));
    }
}
