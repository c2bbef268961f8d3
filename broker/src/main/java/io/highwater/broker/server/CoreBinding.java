package io.highwater.broker.server;

import io.highwater.broker.coordinator.GroupRecordKeys;
import io.highwater.broker.core.CoreHistory;
import io.highwater.broker.core.CoreSettings;
import io.highwater.broker.core.FatalListener;
import io.highwater.broker.core.KeyedStateMachine;
import io.highwater.broker.core.MetadataMachine;
import io.highwater.broker.core.OneVoterCore;
import io.highwater.broker.core.RecordTypes;
import io.highwater.broker.metadata.ConfigCommands;
import io.highwater.broker.metadata.TopicCreation;
import io.highwater.broker.metadata.TopicDeletion;
import java.io.IOException;
import java.nio.file.Path;

/** Which core a node runs: as it is alone, the one with one voter. */
final class CoreBinding {
    private CoreBinding() {}

    /** Opens it over its logs in {@code core/} below {@code directory}. Blocks. */
    static CoreOpener.OpenCore open(
            final BrokerConfig config,
            final NodePorts ports,
            final Path directory,
            final CoreHistory history,
            final FatalListener fatal)
            throws IOException {
        final TopicCreation creation = new TopicCreation(
                TopicLogs.topicConfigs(config),
                config.get(BrokerConfig.NUM_PARTITIONS),
                config.get(BrokerConfig.DEFAULT_REPLICATION_FACTOR));
        final OneVoterCore core = new OneVoterCore(
                directory,
                CoreSettings.DEFAULT,
                ports.coreShard(),
                ports.metaExecutor(),
                ports.groupsExecutor(),
                ports.disk(),
                ports.clock(),
                ports.random().fork(),
                new MetadataMachine(
                        creation,
                        new TopicDeletion(true),
                        new ConfigCommands(TopicLogs.topicConfigs(config), config.serverKeys()),
                        ports.random().fork()),
                new KeyedStateMachine(new GroupRecordKeys()),
                RecordTypes.GROUPS,
                fatal);
        core.open(history);
        return new CoreOpener.OpenCore(core, core::stop);
    }
}
