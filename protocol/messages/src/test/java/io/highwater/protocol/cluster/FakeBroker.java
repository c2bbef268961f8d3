package io.highwater.protocol.cluster;

import io.highwater.port.Clock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.FindCoordinatorResponse;
import io.highwater.protocol.message.InitProducerIdResponse;
import io.highwater.protocol.message.ListOffsetsRequest;
import io.highwater.protocol.message.ListOffsetsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** The brokers of a {@link FakeCluster}: one memory, several node ids. Node 1 coordinates every group. */
public final class FakeBroker {
    private final Clock clock;
    private final int nodes;
    private final Map<String, FakePartition[]> topics = new LinkedHashMap<>();
    private final Map<String, Long> committed = new LinkedHashMap<>();
    private long nextProducerId = 1_000;

    FakeBroker(final Clock clock, final int nodes) {
        this.clock = clock;
        this.nodes = nodes;
    }

    /** Partitions are led by the nodes in turn. */
    public void createTopic(final String name, final int partitions) {
        final FakePartition[] all = new FakePartition[partitions];
        for (int i = 0; i < partitions; i++) {
            all[i] = new FakePartition(1 + i % nodes);
        }
        topics.put(name, all);
    }

    public FakePartition partition(final String topic, final int partition) {
        return topics.get(topic)[partition];
    }

    /** A new leader with a new epoch; -1 for none. */
    public void moveLeader(final String topic, final int partition, final int node) {
        partition(topic, partition).leader = node;
        partition(topic, partition).leaderEpoch++;
    }

    /** What a group has committed, null for nothing. */
    public Long committed(final String group, final String topic, final int partition) {
        return committed.get(group + '/' + topic + '/' + partition);
    }

    static UUID idOf(final String topic) {
        return new UUID(7, topic.hashCode());
    }

    int nodes() {
        return nodes;
    }

    /** How long an answer without data is held back. */
    long holdMs(final Message request, final Message response) {
        if (!(request instanceof FetchRequest fetch)) {
            return 0;
        }
        final boolean hasNews = ((FetchResponse) response)
                .responses.stream()
                        .flatMap(topic -> topic.partitions.stream())
                        .anyMatch(partition -> partition.errorCode != 0 || partition.records.hasRemaining());
        return hasNews ? 0 : fetch.maxWaitMs;
    }

    Message handle(final int node, final Message request) {
        if (request instanceof MetadataRequest metadata) {
            return metadata(metadata);
        }
        if (request instanceof ProduceRequest produce) {
            return produce(node, produce);
        }
        if (request instanceof FetchRequest fetch) {
            return fetch(node, fetch);
        }
        if (request instanceof ListOffsetsRequest list) {
            return listOffsets(node, list);
        }
        if (request instanceof OffsetCommitRequest commit) {
            return commit(node, commit);
        }
        if (request instanceof OffsetFetchRequest fetch) {
            return fetchOffsets(fetch);
        }
        switch (request.apiKey()) {
            case 22 -> {
                final InitProducerIdResponse response = new InitProducerIdResponse();
                response.producerId = nextProducerId++;
                return response;
            }
            case 10 -> {
                final FindCoordinatorResponse response = new FindCoordinatorResponse();
                final FindCoordinatorResponse.Coordinator coordinator = new FindCoordinatorResponse.Coordinator();
                coordinator.nodeId = 1;
                response.coordinators.add(coordinator);
                return response;
            }
            default -> throw new IllegalArgumentException("not served: " + request);
        }
    }

    private MetadataResponse metadata(final MetadataRequest request) {
        final MetadataResponse response = new MetadataResponse();
        for (int node = 1; node <= nodes; node++) {
            final MetadataResponse.MetadataResponseBroker broker = new MetadataResponse.MetadataResponseBroker();
            broker.nodeId = node;
            broker.host = "broker";
            broker.port = node;
            response.brokers.add(broker);
        }
        for (final MetadataRequest.MetadataRequestTopic asked : request.topics) {
            final MetadataResponse.MetadataResponseTopic topic = new MetadataResponse.MetadataResponseTopic();
            topic.name = asked.name;
            final FakePartition[] partitions = topics.get(asked.name);
            if (asked.name.isBlank()) {
                topic.errorCode = ErrorCode.INVALID_TOPIC_EXCEPTION.code();
            } else if (partitions == null) {
                topic.errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code();
            } else {
                topic.topicId = idOf(asked.name);
                for (int i = 0; i < partitions.length; i++) {
                    final MetadataResponse.MetadataResponsePartition partition =
                            new MetadataResponse.MetadataResponsePartition();
                    partition.partitionIndex = i;
                    partition.leaderId = partitions[i].leader;
                    partition.leaderEpoch = partitions[i].leaderEpoch;
                    topic.partitions.add(partition);
                }
            }
            response.topics.add(topic);
        }
        return response;
    }

    private ProduceResponse produce(final int node, final ProduceRequest request) {
        final ProduceResponse response = new ProduceResponse();
        request.topicData.forEach(topic -> topic.partitionData.forEach(data -> {
            final FakePartition partition = partition(topic.name, data.index);
            final FakePartition.Appended appended = partition.leader == node
                    ? partition.append(data.records)
                    : new FakePartition.Appended(ErrorCode.NOT_LEADER_OR_FOLLOWER, -1);
            FakeAnswers.add(response, topic.topicId, data.index, appended.error()).baseOffset = appended.baseOffset();
        }));
        return request.acks == 0 ? null : response;
    }

    private FetchResponse fetch(final int node, final FetchRequest request) {
        final FetchResponse response = new FetchResponse();
        request.topics.forEach(topic -> topic.partitions.forEach(asked -> {
            final FakePartition partition = partition(topic.topic, asked.partition);
            ErrorCode error = ErrorCode.NONE;
            if (partition.leader != node) {
                error = ErrorCode.NOT_LEADER_OR_FOLLOWER;
            } else if (asked.fetchOffset < partition.startOffset || asked.fetchOffset > partition.endOffset) {
                error = ErrorCode.OFFSET_OUT_OF_RANGE;
            }
            final FetchResponse.PartitionData answer = FakeAnswers.add(response, topic.topicId, asked.partition, error);
            if (error == ErrorCode.NONE) {
                answer.records = partition.read(asked.fetchOffset, asked.partitionMaxBytes);
                answer.highWatermark = partition.endOffset;
            }
        }));
        return response;
    }

    private ListOffsetsResponse listOffsets(final int node, final ListOffsetsRequest request) {
        final ListOffsetsResponse response = new ListOffsetsResponse();
        request.topics.forEach(topic -> topic.partitions.forEach(asked -> {
            final FakePartition partition = partition(topic.name, asked.partitionIndex);
            final boolean isLeader = partition.leader == node;
            final ListOffsetsResponse.ListOffsetsPartitionResponse answer = FakeAnswers.add(
                    response,
                    topic.name,
                    asked.partitionIndex,
                    isLeader ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER);
            if (isLeader) {
                answer.offset = asked.timestamp == -1
                        ? partition.endOffset
                        : asked.timestamp == -2 ? partition.startOffset : partition.offsetAt(asked.timestamp);
            }
        }));
        return response;
    }

    private OffsetCommitResponse commit(final int node, final OffsetCommitRequest request) {
        final OffsetCommitResponse response = new OffsetCommitResponse();
        request.topics.forEach(topic -> topic.partitions.forEach(partition -> {
            if (node == 1) {
                committed.put(
                        request.groupId + '/' + topic.name + '/' + partition.partitionIndex, partition.committedOffset);
            }
            FakeAnswers.add(
                    response,
                    topic.topicId,
                    partition.partitionIndex,
                    node == 1 ? ErrorCode.NONE : ErrorCode.NOT_COORDINATOR);
        }));
        return response;
    }

    private OffsetFetchResponse fetchOffsets(final OffsetFetchRequest request) {
        final OffsetFetchResponse response = new OffsetFetchResponse();
        final OffsetFetchResponse.OffsetFetchResponseGroup group = new OffsetFetchResponse.OffsetFetchResponseGroup();
        response.groups.add(group);
        request.groups.get(0).topics.forEach(asked -> {
            final OffsetFetchResponse.OffsetFetchResponseTopics topic =
                    new OffsetFetchResponse.OffsetFetchResponseTopics();
            topic.topicId = asked.topicId;
            group.topics.add(topic);
            asked.partitionIndexes.forEach(index -> {
                final OffsetFetchResponse.OffsetFetchResponsePartitions partition =
                        new OffsetFetchResponse.OffsetFetchResponsePartitions();
                partition.partitionIndex = index;
                final Long offset = committed(request.groupId, asked.name, index);
                partition.committedOffset = offset == null ? -1 : offset;
                topic.partitions.add(partition);
            });
        });
        return response;
    }

    /** Time of the world, for records. */
    public long nowMs() {
        return clock.wallMs();
    }
}
