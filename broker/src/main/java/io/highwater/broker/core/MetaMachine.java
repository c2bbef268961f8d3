package io.highwater.broker.core;

import io.highwater.broker.message.FormClusterCommand;
import io.highwater.broker.metadata.BrokerAdmission;
import io.highwater.broker.metadata.ClusterFormation;
import io.highwater.broker.metadata.Decision;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataRecords;
import io.highwater.broker.metadata.MetadataReplay;
import io.highwater.broker.metadata.ProducerIdAllocation;
import io.highwater.broker.metadata.TopicCreation;
import io.highwater.broker.metadata.TopicDeletion;
import io.highwater.port.RandomSource;
import io.highwater.protocol.message.AllocateProducerIdsRequest;
import io.highwater.protocol.message.BrokerRegistrationRequest;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What the {@link CoreGroup#META} log means: commands go to the controller's decisions, records to the image. Commands are
 * the protocol's own requests where it has them, and their responses the answers: {@link CreateTopicsRequest},
 * {@link DeleteTopicsRequest}, {@link BrokerRegistrationRequest}, {@link AllocateProducerIdsRequest}, and
 * {@link FormClusterCommand}.
 */
public final class MetaMachine implements StateMachine<MetadataImage> {
    private final TopicCreation creation;
    private final TopicDeletion deletion;
    /** Ids of topics; used by the deciding node alone, and kept in records. */
    private final RandomSource random;

    /** Decides by these rules. */
    public MetaMachine(final TopicCreation creation, final TopicDeletion deletion, final RandomSource random) {
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
            return creation.decide(state, request, () -> newTopicId(state));
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
        if (command instanceof FormClusterCommand formation) {
            return ClusterFormation.decide(state, formation);
        }
        throw new IllegalArgumentException("not a command of meta: " + command);
    }

    @Override
    public MetadataImage replay(final MetadataImage state, final long index, final List<Message> records) {
        return MetadataReplay.replay(state, index, records);
    }

    @Override
    public void snapshot(final MetadataImage state, final Consumer<Message> sink) {
        MetadataRecords.ofImage(state, sink);
    }

    private UUID newTopicId(final MetadataImage state) {
        UUID id = random.nextUuid();
        while (state.topicOrNull(id) != null) {
            id = random.nextUuid();
        }
        return id;
    }
}
