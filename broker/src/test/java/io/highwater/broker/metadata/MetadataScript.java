package io.highwater.broker.metadata;

import io.highwater.broker.message.FormClusterCommand;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.message.AllocateProducerIdsRequest;
import io.highwater.protocol.message.AllocateProducerIdsResponse;
import io.highwater.protocol.message.BrokerRegistrationRequest;
import io.highwater.protocol.message.BrokerRegistrationResponse;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A controller in memory: decides each command on its image and replays the records at once. */
final class MetadataScript {
    static final String CLUSTER = "cluster";

    /** Every log entry so far; the entry of index n is at n - 1. */
    final List<List<Message>> log = new ArrayList<>();

    MetadataImage image = MetadataImage.EMPTY;

    private final SeededRandom random;
    private final TopicCreation creation = new TopicCreation(new TopicConfigs(Map.of()), 2, -1);
    private final TopicDeletion deletion = new TopicDeletion(true);

    MetadataScript(final long seed) {
        random = new SeededRandom(seed);
    }

    /** A formed cluster with brokers 0 to n-1. */
    static MetadataScript withBrokers(final int brokers) {
        final MetadataScript script = new MetadataScript(1);
        script.form(CLUSTER);
        for (int id = 0; id < brokers; id++) {
            script.register(id);
        }
        return script;
    }

    String form(final String clusterId) {
        final FormClusterCommand command = new FormClusterCommand();
        command.clusterId = clusterId;
        return apply(ClusterFormation.decide(image, command)).clusterId;
    }

    BrokerRegistrationResponse register(final int brokerId) {
        return register(brokerId, random.nextUuid(), CLUSTER);
    }

    BrokerRegistrationResponse register(final int brokerId, final UUID incarnation, final String clusterId) {
        final BrokerRegistrationRequest request = new BrokerRegistrationRequest();
        request.brokerId = brokerId;
        request.incarnationId = incarnation;
        request.clusterId = clusterId;
        final BrokerRegistrationRequest.Listener listener = new BrokerRegistrationRequest.Listener();
        listener.name = "PLAINTEXT";
        listener.host = "host" + brokerId;
        listener.port = 9092;
        request.listeners.add(listener);
        return apply(BrokerAdmission.decide(image, request));
    }

    AllocateProducerIdsResponse allocate(final int brokerId, final long brokerEpoch) {
        final AllocateProducerIdsRequest request = new AllocateProducerIdsRequest();
        request.brokerId = brokerId;
        request.brokerEpoch = brokerEpoch;
        return apply(ProducerIdAllocation.decide(image, request));
    }

    CreateTopicsResponse create(final CreateTopicsRequest request) {
        return apply(creation.decide(image, request, random::nextUuid));
    }

    CreateTopicsResponse create(final CreatableTopic... topics) {
        final CreateTopicsRequest request = new CreateTopicsRequest();
        request.topics.addAll(List.of(topics));
        return create(request);
    }

    DeleteTopicsResponse delete(final String nameOrNull, final UUID id) {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        final DeleteTopicsRequest.DeleteTopicState topic = new DeleteTopicsRequest.DeleteTopicState();
        topic.name = nameOrNull;
        topic.topicId = id;
        request.topics.add(topic);
        return delete(request);
    }

    DeleteTopicsResponse delete(final DeleteTopicsRequest request) {
        return apply(deletion.decide(image, request));
    }

    static CreatableTopic topic(final String name, final int partitions, final int replicas) {
        final CreatableTopic topic = new CreatableTopic();
        topic.name = name;
        topic.numPartitions = partitions;
        topic.replicationFactor = (short) replicas;
        return topic;
    }

    static CreatableTopic configured(final String name, final String config, final String value) {
        final CreatableTopic topic = topic(name, -1, -1);
        final CreatableTopicConfig entry = new CreatableTopicConfig();
        entry.name = config;
        entry.value = value;
        topic.configs.add(entry);
        return topic;
    }

    /** A topic whose replicas the client places: partition i has the i-th list. */
    static CreatableTopic placed(final String name, final List<List<Integer>> replicas) {
        final CreatableTopic topic = topic(name, -1, -1);
        for (int index = 0; index < replicas.size(); index++) {
            final CreatableReplicaAssignment assignment = new CreatableReplicaAssignment();
            assignment.partitionIndex = index;
            assignment.brokerIds = new ArrayList<>(replicas.get(index));
            topic.assignments.add(assignment);
        }
        return topic;
    }

    <R extends Message> R apply(final Decision<R> decision) {
        if (!decision.records().isEmpty()) {
            log.add(decision.records());
            image = MetadataReplay.replay(image, log.size(), decision.records());
        }
        return decision.response();
    }
}
