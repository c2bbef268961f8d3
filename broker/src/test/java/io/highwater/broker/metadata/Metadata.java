package io.highwater.broker.metadata;

import io.highwater.broker.message.FormClusterCommand;
import io.highwater.protocol.message.AllocateProducerIdsRequest;
import io.highwater.protocol.message.BrokerRegistrationRequest;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Metadata that decisions of a test make, one entry after the other. */
public final class Metadata {
    private static final TopicCreation CREATION = new TopicCreation(new TopicConfigs(Map.of()), 1, -1);

    private long nextId = 1;
    private MetadataImage image = MetadataImage.EMPTY;

    /** A cluster with an id and these brokers, each in its first incarnation. */
    public static Metadata ofBrokers(final int... ids) {
        final Metadata metadata = new Metadata();
        metadata.apply(ClusterFormation.decide(metadata.image, formation("cluster")));
        for (final int id : ids) {
            metadata.apply(BrokerAdmission.decide(metadata.image, registration(id, new UUID(9, id))));
        }
        return metadata;
    }

    /** The newest image. */
    public MetadataImage image() {
        return image;
    }

    <R extends Message> R apply(final Decision<R> decision) {
        if (!decision.records().isEmpty()) {
            image = MetadataReplay.replay(image, image.version() + 1, decision.records());
        }
        return decision.response();
    }

    Decision<io.highwater.protocol.message.CreateTopicsResponse> decide(final CreateTopicsRequest request) {
        return CREATION.decide(image, request, this::newId);
    }

    /** Creates a topic of so many partitions and replicas. */
    public TopicImage create(final String name, final int partitions, final int replicas) {
        apply(decide(request(topic(name, partitions, replicas))));
        return image.topicOrNull(name);
    }

    UUID newId() {
        return new UUID(7, nextId++);
    }

    /** A command to form the cluster. */
    public static FormClusterCommand formation(final String clusterId) {
        final FormClusterCommand command = new FormClusterCommand();
        command.clusterId = clusterId;
        final FormClusterCommand.ProposedFeature feature = new FormClusterCommand.ProposedFeature();
        feature.name = "metadata.version";
        feature.level = 1;
        command.features.add(feature);
        return command;
    }

    /** A command to register an incarnation in the cluster "cluster". */
    public static BrokerRegistrationRequest registration(final int id, final UUID incarnation) {
        final BrokerRegistrationRequest request = new BrokerRegistrationRequest();
        request.clusterId = "cluster";
        request.brokerId = id;
        request.incarnationId = incarnation;
        final BrokerRegistrationRequest.Listener listener = new BrokerRegistrationRequest.Listener();
        listener.name = "PLAINTEXT";
        listener.host = "host" + id;
        listener.port = 9092;
        request.listeners.add(listener);
        return request;
    }

    /** A command to allocate producer ids. */
    public static AllocateProducerIdsRequest allocation(final int brokerId, final long brokerEpoch) {
        final AllocateProducerIdsRequest request = new AllocateProducerIdsRequest();
        request.brokerId = brokerId;
        request.brokerEpoch = brokerEpoch;
        return request;
    }

    /** A command to create topics. */
    public static CreateTopicsRequest request(final CreatableTopic... topics) {
        final CreateTopicsRequest request = new CreateTopicsRequest();
        request.topics.addAll(List.of(topics));
        return request;
    }

    /** A topic to create. */
    public static CreatableTopic topic(final String name, final int partitions, final int replicas) {
        final CreatableTopic topic = new CreatableTopic();
        topic.name = name;
        topic.numPartitions = partitions;
        topic.replicationFactor = (short) replicas;
        return topic;
    }

    static CreatableTopic configured(final String name, final String... keysAndValues) {
        final CreatableTopic topic = topic(name, 1, 1);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            final CreatableTopicConfig config = new CreatableTopicConfig();
            config.name = keysAndValues[i];
            config.value = keysAndValues[i + 1];
            topic.configs.add(config);
        }
        return topic;
    }

    /** Partitions by position: assigned("t", of(0, 1), of(1, 2)); the partition's index is its place. */
    @SafeVarargs
    static CreatableTopic assigned(final String name, final List<Integer>... replicas) {
        final CreatableTopic topic = topic(name, -1, -1);
        for (int i = 0; i < replicas.length; i++) {
            final CreatableReplicaAssignment assignment = new CreatableReplicaAssignment();
            assignment.partitionIndex = i;
            assignment.brokerIds = replicas[i];
            topic.assignments.add(assignment);
        }
        return topic;
    }
}
