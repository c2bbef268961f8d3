package io.highwater.broker.api;

import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.metadata.BrokerRegistration;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.PartitionRegistration;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.broker.metadata.TopicNames;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Metadata, versions 0 to 13: brokers, topics by name or (version 12) by id, their partitions and leaders. A topic asked
 * for by name is created first when {@code auto.create.topics.enable} and the client allow it; the answer then comes when
 * it can be used. A topic named more than once is answered once, at its first place: else a small request could ask for a
 * very large answer.
 *
 * <p>Gaps: without an authorizer every operation counts as allowed.
 */
public final class MetadataHandler implements ApiHandler<MetadataRequest, MetadataResponse> {
    private static final short FIRST_VERSION_WITH_NULL_FOR_ALL = 1;
    private static final short FIRST_VERSION_WITH_CREATION_FLAG = 4;
    private static final short FIRST_VERSION_BY_ID = 12;
    private static final long CREATION_TIMEOUT_MS = 10_000;

    private final MetadataView metadata;
    private final TopicCreation creation;
    private final boolean createsTopics;
    private final int nodeId;
    private final OfflineReplicas offline;

    /** Answers from the newest image, and says of what is hosted what could not be opened. */
    public MetadataHandler(
            final MetadataView metadata,
            final HostedPartitions hosted,
            final TopicCreation creation,
            final boolean createsTopics,
            final int nodeId) {
        this.offline = new OfflineReplicas(hosted, nodeId);
        this.metadata = metadata;
        this.creation = creation;
        this.createsTopics = createsTopics;
        this.nodeId = nodeId;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.METADATA;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 13;
    }

    @Override
    public void handle(
            final MetadataRequest request, final RequestContext context, final Reply<MetadataResponse> reply) {
        final Set<String> missing = new LinkedHashSet<>();
        final boolean mayCreate = createsTopics
                && (context.apiVersion() < FIRST_VERSION_WITH_CREATION_FLAG || request.allowAutoTopicCreation);
        if (mayCreate && request.topics != null) {
            for (final MetadataRequest.MetadataRequestTopic topic : request.topics) {
                if (topic.name != null
                        && isZero(topic.topicId)
                        && metadata.current().topicOrNull(topic.name) == null
                        && TopicNames.problemOrNull(topic.name) == null
                        && !TopicNames.isInternal(topic.name)) {
                    missing.add(topic.name);
                }
            }
        }
        if (missing.isEmpty()) {
            reply.send(answer(request, context, Map.of()));
        } else {
            createAndAnswer(missing, request, context, reply);
        }
    }

    private void createAndAnswer(
            final Set<String> missing,
            final MetadataRequest request,
            final RequestContext context,
            final Reply<MetadataResponse> reply) {
        final CreateTopicsRequest creationRequest = new CreateTopicsRequest();
        for (final String name : missing) {
            final CreateTopicsRequest.CreatableTopic topic = new CreateTopicsRequest.CreatableTopic();
            topic.name = name;
            topic.numPartitions = -1;
            topic.replicationFactor = -1;
            creationRequest.topics.add(topic);
        }
        creation.create(creationRequest, CREATION_TIMEOUT_MS, context.shard(), new TopicCreation.Outcome() {
            @Override
            public void onCreated(final CreateTopicsResponse response) {
                final Map<String, ErrorCode> errors = new HashMap<>();
                for (final CreateTopicsResponse.CreatableTopicResult topic : response.topics) {
                    errors.put(topic.name, errorOf(ErrorCode.forCode(topic.errorCode)));
                }
                reply.send(answer(request, context, errors));
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                final Map<String, ErrorCode> errors = new HashMap<>();
                missing.forEach(name -> errors.put(name, ErrorCode.LEADER_NOT_AVAILABLE));
                reply.send(answer(request, context, errors));
            }
        });
    }

    /** What a client that did not know that it was creating a topic is told. */
    private static ErrorCode errorOf(final ErrorCode creationError) {
        return switch (creationError) {
            case NONE -> ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            case TOPIC_ALREADY_EXISTS -> ErrorCode.LEADER_NOT_AVAILABLE;
            default -> creationError;
        };
    }

    private MetadataResponse answer(
            final MetadataRequest request, final RequestContext context, final Map<String, ErrorCode> errors) {
        final MetadataImage image = metadata.current();
        final MetadataResponse response = new MetadataResponse();
        response.clusterId = image.clusterIdOrNull();
        response.controllerId = nodeId;
        image.brokers().forEach((id, broker) -> response.brokers.add(brokerOf(broker, context)));
        if (request.includeClusterAuthorizedOperations) {
            response.clusterAuthorizedOperations = AuthorizedOperations.OF_CLUSTER;
        }
        final boolean wantsAll = request.topics == null
                || (request.topics.isEmpty() && context.apiVersion() < FIRST_VERSION_WITH_NULL_FOR_ALL);
        if (wantsAll) {
            image.topics().forEach((id, topic) -> response.topics.add(topicOf(image, topic)));
        } else {
            final Set<AskedTopic> answered = new HashSet<>();
            for (final MetadataRequest.MetadataRequestTopic asked : request.topics) {
                if (answered.add(AskedTopic.of(asked))) {
                    response.topics.add(topicAsked(image, asked, context.apiVersion(), errors));
                }
            }
        }
        if (request.includeTopicAuthorizedOperations) {
            for (final MetadataResponse.MetadataResponseTopic topic : response.topics) {
                if (topic.errorCode == ErrorCode.NONE.code()) {
                    topic.topicAuthorizedOperations = AuthorizedOperations.OF_TOPIC;
                }
            }
        }
        return response;
    }

    private MetadataResponse.MetadataResponseBroker brokerOf(
            final BrokerRegistration broker, final RequestContext context) {
        final MetadataResponse.MetadataResponseBroker answer = new MetadataResponse.MetadataResponseBroker();
        answer.nodeId = broker.id();
        answer.rack = broker.rack();
        final BrokerRegistration.Endpoint endpoint = BrokerAddress.of(broker, nodeId, context);
        answer.host = endpoint.host();
        answer.port = endpoint.port();
        return answer;
    }

    private MetadataResponse.MetadataResponseTopic topicAsked(
            final MetadataImage image,
            final MetadataRequest.MetadataRequestTopic asked,
            final short version,
            final Map<String, ErrorCode> errors) {
        final boolean isById = !isZero(asked.topicId);
        final TopicImage topic =
                isById ? image.topicOrNull(asked.topicId) : asked.name == null ? null : image.topicOrNull(asked.name);
        if (topic != null && (!isById || version >= FIRST_VERSION_BY_ID)) {
            return topicOf(image, topic);
        }
        final MetadataResponse.MetadataResponseTopic answer = new MetadataResponse.MetadataResponseTopic();
        // Whatever name came with it, an id that is unknown has none.
        answer.name = isById && version >= FIRST_VERSION_BY_ID ? null : asked.name;
        answer.topicId = asked.topicId;
        final ErrorCode error;
        if (version < FIRST_VERSION_BY_ID && (asked.name == null || isById)) {
            error = ErrorCode.INVALID_REQUEST;
        } else if (isById) {
            error = ErrorCode.UNKNOWN_TOPIC_ID;
        } else if (asked.name == null) {
            error = ErrorCode.INVALID_REQUEST;
        } else if (TopicNames.problemOrNull(asked.name) != null) {
            error = ErrorCode.INVALID_TOPIC_EXCEPTION;
        } else {
            error = errors.getOrDefault(asked.name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        answer.errorCode = error.code();
        return answer;
    }

    private MetadataResponse.MetadataResponseTopic topicOf(final MetadataImage image, final TopicImage topic) {
        final MetadataResponse.MetadataResponseTopic answer = new MetadataResponse.MetadataResponseTopic();
        answer.name = topic.name();
        answer.topicId = topic.id();
        answer.isInternal = topic.isInternal();
        for (final PartitionRegistration partition : topic.partitions()) {
            final MetadataResponse.MetadataResponsePartition part = new MetadataResponse.MetadataResponsePartition();
            part.partitionIndex = partition.index();
            part.leaderId = partition.leader();
            part.leaderEpoch = partition.leaderEpoch(image);
            part.replicaNodes = partition.replicas();
            part.isrNodes = partition.isr();
            part.offlineReplicas = offline.of(topic, partition);
            if (partition.leader() == PartitionRegistration.NO_LEADER) {
                part.errorCode = ErrorCode.LEADER_NOT_AVAILABLE.code();
            }
            answer.partitions.add(part);
        }
        return answer;
    }

    private static boolean isZero(final UUID id) {
        return Uuids.ZERO.equals(id);
    }

    /** What makes two topics of a request the same one: the id where there is one, else the name. */
    private record AskedTopic(String name, UUID id) {
        static AskedTopic of(final MetadataRequest.MetadataRequestTopic asked) {
            return new AskedTopic(isZero(asked.topicId) ? asked.name : null, asked.topicId);
        }
    }
}
