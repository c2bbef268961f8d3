package io.highwater.broker.core;

import io.highwater.broker.message.FormClusterCommand;
import io.highwater.broker.metadata.BrokerAdmission;
import io.highwater.broker.metadata.ClusterFormation;
import io.highwater.broker.metadata.ConfigCommands;
import io.highwater.broker.metadata.Decision;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataRecords;
import io.highwater.broker.metadata.MetadataReplay;
import io.highwater.broker.metadata.ProducerIdAllocation;
import io.highwater.broker.metadata.TopicCreation;
import io.highwater.broker.metadata.TopicDeletion;
import io.highwater.broker.metadata.TopicGrowth;
import io.highwater.port.RandomSource;
import io.highwater.protocol.message.AllocateProducerIdsRequest;
import io.highwater.protocol.message.AlterConfigsRequest;
import io.highwater.protocol.message.BrokerRegistrationRequest;
import io.highwater.protocol.message.CreatePartitionsRequest;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.function.Consumer;

/** The group {@link CoreGroup#META}: hands each command to its decision. Threads as {@link StateMachine} says. */
public final class MetadataMachine implements StateMachine<MetadataImage> {
    private final TopicCreation creation;
    private final TopicDeletion deletion;
    private final ConfigCommands configs;
    private final RandomSource random;

    /** Takes the decisions that have settings, and the chance that topic ids are drawn from, which becomes its own. */
    public MetadataMachine(
            final TopicCreation creation,
            final TopicDeletion deletion,
            final ConfigCommands configs,
            final RandomSource random) {
        this.configs = configs;
        this.creation = creation;
        this.deletion = deletion;
        this.random = random;
    }

    @Override
    public MetadataImage empty() {
        return MetadataImage.EMPTY;
    }

    @Override
    public Decision<?> decide(final MetadataImage state, final Message command) {
        if (command instanceof CreateTopicsRequest request) {
            return creation.decide(state, request, random::nextUuid);
        }
        if (command instanceof CreatePartitionsRequest request) {
            return TopicGrowth.decide(state, request);
        }
        if (command instanceof IncrementalAlterConfigsRequest request) {
            return configs.decide(state, request);
        }
        if (command instanceof AlterConfigsRequest request) {
            return configs.decide(state, request);
        }
        if (command instanceof DeleteTopicsRequest request) {
            return deletion.decide(state, request);
        }
        if (command instanceof AllocateProducerIdsRequest request) {
            return ProducerIdAllocation.decide(state, request);
        }
        if (command instanceof BrokerRegistrationRequest request) {
            return BrokerAdmission.decide(state, request);
        }
        if (command instanceof FormClusterCommand proposal) {
            return ClusterFormation.decide(state, proposal);
        }
        throw new IllegalArgumentException(command.getClass().getSimpleName() + " is no command of the metadata");
    }

    @Override
    public MetadataImage replay(final MetadataImage state, final long index, final List<Message> records) {
        return MetadataReplay.replay(state, index, records);
    }

    @Override
    public void snapshot(final MetadataImage state, final Consumer<Message> sink) {
        MetadataRecords.ofImage(state, sink);
    }
}
