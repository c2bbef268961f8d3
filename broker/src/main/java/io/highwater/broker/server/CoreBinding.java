package io.highwater.broker.server;

import io.highwater.broker.coordinator.GroupRecordKeys;
import io.highwater.broker.core.CoreSettings;
import io.highwater.broker.core.FatalListener;
import io.highwater.broker.core.KeyedMachine;
import io.highwater.broker.core.MetaMachine;
import io.highwater.broker.core.OneVoterCore;
import io.highwater.broker.metadata.TopicConfigs;
import io.highwater.broker.metadata.TopicCreation;
import io.highwater.broker.metadata.TopicDeletion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** Which core a node runs: as it is alone, the one with one voter. */
final class CoreBinding {
    /** Without a setting: three replicas, or as many as there are brokers. */
    private static final int DEFAULT_REPLICAS = -1;

    private CoreBinding() {}

    /** Opens it over its logs below {@code directory}. Blocks. */
    static CoreOpener.OpenCore open(
            final BrokerConfig config, final NodePorts ports, final Path directory, final FatalListener fatal)
            throws IOException {
        final TopicCreation creation =
                new TopicCreation(topicConfigs(config), config.get(BrokerConfig.NUM_PARTITIONS), DEFAULT_REPLICAS);
        final OneVoterCore core = new OneVoterCore(
                directory,
                CoreSettings.DEFAULT,
                ports.coreShard(),
                ports.coreExecutor(),
                ports.disk(),
                ports.clock(),
                ports.random().fork(),
                new MetaMachine(creation, new TopicDeletion(true), ports.random().fork()),
                new KeyedMachine(new GroupRecordKeys()),
                fatal);
        core.open();
        return new CoreOpener.OpenCore(core, core::stop);
    }

    /** What the node's settings say about topics that say nothing themselves. */
    private static TopicConfigs topicConfigs(final BrokerConfig config) {
        return new TopicConfigs(Map.of(
                TopicConfigs.SEGMENT_BYTES, Integer.toString(config.get(BrokerConfig.SEGMENT_BYTES)),
                TopicConfigs.SEGMENT_MS, Long.toString(config.get(BrokerConfig.ROLL_MS)),
                TopicConfigs.INDEX_INTERVAL_BYTES, Integer.toString(config.get(BrokerConfig.INDEX_INTERVAL_BYTES)),
                TopicConfigs.MAX_MESSAGE_BYTES, Integer.toString(config.get(BrokerConfig.MESSAGE_MAX_BYTES)),
                TopicConfigs.FLUSH_POLICY,
                        config.get(BrokerConfig.FLUSH_POLICY).name().toLowerCase(Locale.ROOT),
                TopicConfigs.FLUSH_MS, Long.toString(config.get(BrokerConfig.FLUSH_MS))));
    }
}
