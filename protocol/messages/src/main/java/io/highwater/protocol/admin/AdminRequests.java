package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreatePartitionsRequest;
import io.highwater.protocol.message.CreatePartitionsResponse;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.DescribeConfigsRequest;
import io.highwater.protocol.message.DescribeConfigsResponse;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Between the protocol's messages and the types of this package. Safe for any thread because it holds no state. */
final class AdminRequests {
    private static final byte TOPIC_RESOURCE = 2;

    /** DescribeConfigs: the source of a setting made for the topic itself. */
    private static final byte TOPIC_SOURCE = 1;

    private AdminRequests() {}

    static MetadataRequest metadataOfNoTopic() {
        final MetadataRequest request = new MetadataRequest();
        request.topics = new ArrayList<>();
        request.allowAutoTopicCreation = false;
        return request;
    }

    /** Of these topics; null for all. */
    static MetadataRequest metadata(final Collection<String> names) {
        final MetadataRequest request = metadataOfNoTopic();
        if (names == null) {
            request.topics = null;
            return request;
        }
        for (final String name : names) {
            final MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic();
            topic.name = name;
            request.topics.add(topic);
        }
        return request;
    }

    static CreateTopicsRequest create(final List<NewTopic> topics, final boolean validateOnly, final int timeoutMs) {
        final CreateTopicsRequest request = new CreateTopicsRequest();
        request.validateOnly = validateOnly;
        request.timeoutMs = timeoutMs;
        for (final NewTopic topic : topics) {
            final CreateTopicsRequest.CreatableTopic creatable = new CreateTopicsRequest.CreatableTopic();
            creatable.name = topic.name();
            creatable.numPartitions = topic.partitions();
            creatable.replicationFactor = (short) topic.replicationFactor();
            // Sorted, so that the same topic is always the same bytes.
            for (final Map.Entry<String, String> config : new TreeMap<>(topic.configs()).entrySet()) {
                final CreateTopicsRequest.CreatableTopicConfig made = new CreateTopicsRequest.CreatableTopicConfig();
                made.name = config.getKey();
                made.value = config.getValue();
                creatable.configs.add(made);
            }
            request.topics.add(creatable);
        }
        return request;
    }

    static List<TopicResult> results(final CreateTopicsResponse response) {
        final List<TopicResult> results = new ArrayList<>();
        for (final CreateTopicsResponse.CreatableTopicResult topic : response.topics) {
            final ErrorCode error = ErrorCode.forCode(topic.errorCode);
            results.add(new TopicResult(
                    topic.name,
                    topic.topicId,
                    error,
                    text(error, topic.errorMessage),
                    topic.numPartitions,
                    topic.replicationFactor));
        }
        return results;
    }

    /** By name; the field depends on the version, so both are filled. */
    static DeleteTopicsRequest delete(final Collection<String> names, final int timeoutMs) {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.timeoutMs = timeoutMs;
        for (final String name : names) {
            final DeleteTopicsRequest.DeleteTopicState topic = new DeleteTopicsRequest.DeleteTopicState();
            topic.name = name;
            request.topics.add(topic);
            request.topicNames.add(name);
        }
        return request;
    }

    static List<TopicResult> results(final DeleteTopicsResponse response) {
        final List<TopicResult> results = new ArrayList<>();
        for (final DeleteTopicsResponse.DeletableTopicResult topic : response.responses) {
            final ErrorCode error = ErrorCode.forCode(topic.errorCode);
            results.add(new TopicResult(topic.name, topic.topicId, error, text(error, topic.errorMessage), -1, -1));
        }
        return results;
    }

    static CreatePartitionsRequest grow(final Collection<String> names, final int partitions, final int timeoutMs) {
        final CreatePartitionsRequest request = new CreatePartitionsRequest();
        request.timeoutMs = timeoutMs;
        for (final String name : names) {
            final CreatePartitionsRequest.CreatePartitionsTopic topic =
                    new CreatePartitionsRequest.CreatePartitionsTopic();
            topic.name = name;
            topic.count = partitions;
            topic.assignments = null;
            request.topics.add(topic);
        }
        return request;
    }

    static List<Outcome> outcomes(final CreatePartitionsResponse response) {
        final List<Outcome> outcomes = new ArrayList<>();
        for (final CreatePartitionsResponse.CreatePartitionsTopicResult result : response.results) {
            final ErrorCode error = ErrorCode.forCode(result.errorCode);
            outcomes.add(new Outcome("topic " + result.name, error, text(error, result.errorMessage)));
        }
        return outcomes;
    }

    static List<TopicDescription> descriptions(final MetadataResponse response) {
        final List<TopicDescription> topics = new ArrayList<>();
        for (final MetadataResponse.MetadataResponseTopic topic : response.topics) {
            final List<TopicDescription.Partition> partitions = new ArrayList<>();
            for (final MetadataResponse.MetadataResponsePartition partition : topic.partitions) {
                partitions.add(new TopicDescription.Partition(
                        partition.partitionIndex,
                        partition.leaderId,
                        partition.leaderEpoch,
                        partition.replicaNodes,
                        partition.isrNodes,
                        partition.offlineReplicas));
            }
            partitions.sort(Comparator.comparingInt(TopicDescription.Partition::partition));
            topics.add(new TopicDescription(
                    topic.name, topic.topicId, topic.isInternal, ErrorCode.forCode(topic.errorCode), partitions));
        }
        topics.sort(Comparator.comparing(TopicDescription::name));
        return topics;
    }

    static DescribeConfigsRequest configs(final Collection<String> names) {
        final DescribeConfigsRequest request = new DescribeConfigsRequest();
        for (final String name : names) {
            final DescribeConfigsRequest.DescribeConfigsResource topic =
                    new DescribeConfigsRequest.DescribeConfigsResource();
            topic.resourceType = TOPIC_RESOURCE;
            topic.resourceName = name;
            topic.configurationKeys = null;
            request.resources.add(topic);
        }
        return request;
    }

    static List<TopicConfigs> configs(final DescribeConfigsResponse response) {
        final List<TopicConfigs> topics = new ArrayList<>();
        for (final DescribeConfigsResponse.DescribeConfigsResult result : response.results) {
            final List<TopicConfigs.Entry> entries = new ArrayList<>();
            for (final DescribeConfigsResponse.DescribeConfigsResourceResult config : result.configs) {
                entries.add(new TopicConfigs.Entry(config.name, config.value, config.configSource != TOPIC_SOURCE));
            }
            final ErrorCode error = ErrorCode.forCode(result.errorCode);
            topics.add(new TopicConfigs(result.resourceName, error, text(error, result.errorMessage), entries));
        }
        return topics;
    }

    /** The broker's words, or everybody's for this error. */
    static String text(final ErrorCode error, final String message) {
        return message == null || message.isEmpty() ? error.defaultMessage() : message;
    }
}
