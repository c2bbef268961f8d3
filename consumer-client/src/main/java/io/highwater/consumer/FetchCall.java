package io.highwater.consumer;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.TopicView;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One Fetch request to one broker, without a session, and what its answer says of each partition. Confined to the shard. */
final class FetchCall implements BrokerCalls.Answer<FetchResponse> {
    private final Fetcher fetcher;
    private final int node;
    private final List<AssignedPartition> partitions = new ArrayList<>();
    private final Map<String, FetchRequest.FetchTopic> topics = new HashMap<>();
    /** Newer versions name topics by id only. */
    private final Map<UUID, String> names = new HashMap<>();

    private final FetchRequest message = new FetchRequest();

    FetchCall(final Fetcher fetcher, final ConsumerConfig config, final int node) {
        this.fetcher = fetcher;
        this.node = node;
        message.maxWaitMs = config.fetchWaitMs();
        message.minBytes = config.fetchBytesMin();
        message.maxBytes = config.fetchBytesMax();
    }

    void add(final AssignedPartition assigned, final TopicView view, final int partitionBytesMax) {
        final FetchRequest.FetchTopic topic = topics.computeIfAbsent(view.name(), name -> {
            final FetchRequest.FetchTopic added = new FetchRequest.FetchTopic();
            added.topic = name;
            added.topicId = view.id();
            message.topics.add(added);
            names.put(view.id(), name);
            return added;
        });
        final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
        partition.partition = assigned.partition.partition();
        partition.currentLeaderEpoch = view.leaderEpoch(partition.partition);
        partition.fetchOffset = assigned.position;
        partition.partitionMaxBytes = partitionBytesMax;
        topic.partitions.add(partition);
        partitions.add(assigned);
        assigned.isFetching = true;
    }

    int node() {
        return node;
    }

    FetchRequest message() {
        return message;
    }

    @Override
    public void onResponse(final FetchResponse response) {
        fetcher.onAnswered(node);
        final ErrorCode error = ErrorCode.forCode(response.errorCode);
        for (final AssignedPartition assigned : partitions) {
            assigned.isFetching = false;
            final FetchResponse.PartitionData answer = error == ErrorCode.NONE ? find(response, assigned) : null;
            if (answer != null) {
                fetcher.onFetched(assigned, answer);
            } else if (error != ErrorCode.NONE) {
                fetcher.onFailed(assigned, error, error.retriable());
            }
        }
        fetcher.doWork();
    }

    @Override
    public void onFailure(final ErrorCode error, final String reason) {
        fetcher.onAnswered(node);
        for (final AssignedPartition assigned : partitions) {
            assigned.isFetching = false;
            fetcher.onFailed(assigned, error, error != ErrorCode.UNSUPPORTED_VERSION);
        }
        fetcher.doWork();
    }

    private FetchResponse.PartitionData find(final FetchResponse response, final AssignedPartition assigned) {
        for (final FetchResponse.FetchableTopicResponse topic : response.responses) {
            final String name = topic.topic.isEmpty() ? names.get(topic.topicId) : topic.topic;
            if (!assigned.partition.topic().equals(name)) {
                continue;
            }
            for (final FetchResponse.PartitionData partition : topic.partitions) {
                if (partition.partitionIndex == assigned.partition.partition()) {
                    return partition;
                }
            }
        }
        return null;
    }
}
