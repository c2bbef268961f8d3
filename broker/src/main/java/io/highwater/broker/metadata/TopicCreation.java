package io.highwater.broker.metadata;

import io.highwater.protocol.ClientText;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.CreateTopicsResponse.CreatableTopicConfigs;
import io.highwater.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Decides which of the asked topics come to be. Each topic is judged for itself; those that pass are created together.
 *
 * <p>Pure; safe for any thread.
 */
public final class TopicCreation {
    /** Records that one request may cause, so that they fit one log entry. */
    static final int RECORDS_MAX = 10_000;

    /** Without a setting: this many replicas, or one for each broker when they are fewer. */
    private static final int REPLICAS_DEFAULT_MAX = 3;

    private final TopicConfigs configs;
    private final int defaultPartitions;
    private final int defaultReplicas;

    /**
     * Decides by these settings.
     *
     * @param defaultPartitions {@code num.partitions}.
     * @param defaultReplicas {@code default.replication.factor}, or -1 for three, or as many as there are brokers.
     */
    public TopicCreation(final TopicConfigs configs, final int defaultPartitions, final int defaultReplicas) {
        this.configs = configs;
        this.defaultPartitions = defaultPartitions;
        this.defaultReplicas = defaultReplicas;
    }

    /** The records of the topics that pass, and a result for each name; {@code ids} gives ids that no topic ever had. */
    public Decision<CreateTopicsResponse> decide(
            final MetadataImage image, final CreateTopicsRequest request, final Supplier<UUID> ids) {
        final Map<String, Integer> timesAsked = new HashMap<>();
        for (final CreatableTopic topic : request.topics) {
            timesAsked.merge(topic.name, 1, Integer::sum);
        }
        final CreateTopicsResponse response = new CreateTopicsResponse();
        final List<Message> records = new ArrayList<>();
        final Set<String> answered = new HashSet<>();
        final Map<String, String> collidingNames = new HashMap<>();
        for (final CreatableTopic topic : request.topics) {
            if (!answered.add(topic.name)) {
                continue;
            }
            Refusal refusal = timesAsked.get(topic.name) > 1
                    ? new Refusal(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
                    : nameRefusal(image, topic.name, collidingNames);
            if (refusal == null) {
                refusal = configRefusal(topic);
            }
            if (refusal == null) {
                refusal = placementRefusal(image, topic);
            }
            if (refusal == null && records.size() + recordCount(topic) > RECORDS_MAX) {
                refusal = new Refusal(
                        ErrorCode.POLICY_VIOLATION,
                        "One request may create " + RECORDS_MAX + " partitions, topics and configs at most.");
            }
            if (refusal != null) {
                response.topics.add(refused(topic.name, refusal));
                continue;
            }
            if (TopicNames.canCollide(topic.name)) {
                collidingNames.put(TopicNames.collisionKey(topic.name), topic.name);
            }
            response.topics.add(create(image, topic, ids.get(), records));
        }
        return new Decision<>(request.validateOnly ? List.of() : records, response);
    }

    private static Refusal nameRefusal(
            final MetadataImage image, final String name, final Map<String, String> collidingNames) {
        if (TopicNames.isReserved(name)) {
            return new Refusal(ErrorCode.INVALID_REQUEST, "Creation of internal topic " + name + " is prohibited.");
        }
        final String problem = TopicNames.problemOrNull(name);
        if (problem != null) {
            return new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        if (image.topicIds().containsKey(name)) {
            return new Refusal(ErrorCode.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
        }
        if (!TopicNames.canCollide(name)) {
            return null;
        }
        final String key = TopicNames.collisionKey(name);
        final String other =
                collidingNames.getOrDefault(key, image.collidingNames().get(key));
        return other == null
                ? null
                : new Refusal(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "Topic '" + name + "' collides with existing topic: " + other);
    }

    private Refusal configRefusal(final CreatableTopic topic) {
        PersistentMap<String, String> given = PersistentMap.empty();
        for (final CreatableTopicConfig config : topic.configs) {
            if (config.value == null) {
                return new Refusal(
                        ErrorCode.INVALID_CONFIG,
                        "Null value not supported for topic configs: " + ClientText.shown(config.name));
            }
            if (given.containsKey(config.name)) {
                return new Refusal(ErrorCode.INVALID_REQUEST, "Duplicate config: " + ClientText.shown(config.name));
            }
            given = given.with(config.name, config.value);
        }
        final String problem = configs.problemOrNull(given);
        return problem == null ? null : new Refusal(ErrorCode.INVALID_CONFIG, problem);
    }

    private Refusal placementRefusal(final MetadataImage image, final CreatableTopic topic) {
        if (!topic.assignments.isEmpty()) {
            return ManualAssignment.refusalOrNull(image, topic);
        }
        if (topic.replicationFactor < -1 || topic.replicationFactor == 0) {
            return new Refusal(
                    ErrorCode.INVALID_REPLICATION_FACTOR,
                    "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        if (topic.numPartitions < -1 || topic.numPartitions == 0) {
            return new Refusal(
                    ErrorCode.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.");
        }
        final int replicas = replicas(image, topic);
        final int brokers = image.brokers().size();
        return replicas <= brokers && brokers > 0
                ? null
                : new Refusal(
                        ErrorCode.INVALID_REPLICATION_FACTOR,
                        "Unable to replicate the partition " + replicas + " time(s): The target replication factor of "
                                + replicas + " cannot be reached because only " + brokers
                                + " broker(s) are registered.");
    }

    private int partitions(final CreatableTopic topic) {
        if (!topic.assignments.isEmpty()) {
            return topic.assignments.size();
        }
        return topic.numPartitions == -1 ? defaultPartitions : topic.numPartitions;
    }

    private int replicas(final MetadataImage image, final CreatableTopic topic) {
        if (topic.replicationFactor != -1) {
            return topic.replicationFactor;
        }
        return defaultReplicas != -1
                ? defaultReplicas
                : Math.min(REPLICAS_DEFAULT_MAX, image.brokers().size());
    }

    private long recordCount(final CreatableTopic topic) {
        return 1L + partitions(topic) + topic.configs.size();
    }

    private CreatableTopicResult create(
            final MetadataImage image, final CreatableTopic topic, final UUID id, final List<Message> records) {
        final List<List<Integer>> placed;
        if (topic.assignments.isEmpty()) {
            final List<Integer> brokers = new ArrayList<>();
            image.brokers().forEach((node, broker) -> brokers.add(node));
            placed = ReplicaPlacement.place(brokers, id, partitions(topic), replicas(image, topic));
        } else {
            placed = ManualAssignment.byPartition(topic);
        }
        records.add(MetadataRecords.topic(topic.name, id));
        for (int index = 0; index < placed.size(); index++) {
            records.add(MetadataRecords.newPartition(id, index, placed.get(index)));
        }
        PersistentMap<String, String> given = PersistentMap.empty();
        for (final CreatableTopicConfig config : topic.configs) {
            records.add(MetadataRecords.topicConfig(id, config.name, config.value));
            given = given.with(config.name, config.value);
        }
        final CreatableTopicResult result = new CreatableTopicResult();
        result.name = topic.name;
        result.errorMessage = null;
        result.topicId = id;
        result.numPartitions = placed.size();
        result.replicationFactor = (short) placed.get(0).size();
        for (final TopicConfigs.Effective config : configs.effective(given)) {
            final CreatableTopicConfigs told = new CreatableTopicConfigs();
            told.name = config.key().name();
            told.value = config.value();
            told.configSource = config.source().code();
            result.configs.add(told);
        }
        return result;
    }

    private static CreatableTopicResult refused(final String name, final Refusal refusal) {
        final CreatableTopicResult result = new CreatableTopicResult();
        result.name = name;
        result.errorCode = refusal.code().code();
        result.errorMessage = refusal.message();
        return result;
    }
}
