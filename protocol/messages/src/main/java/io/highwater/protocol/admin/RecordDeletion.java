package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.message.DeleteRecordsRequest;
import io.highwater.protocol.message.DeleteRecordsResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A wish to delete records of partitions, parted by who leads them. Immutable.
 *
 * @param byLeader the offsets before which records go, by partition, by node id
 * @param refused partitions that nobody can be asked about
 */
record RecordDeletion(Map<Integer, Map<TopicPartition, Long>> byLeader, List<DeletedRecords> refused) {
    static RecordDeletion of(final Map<TopicPartition, Long> before, final List<TopicDescription> topics) {
        final Map<String, TopicDescription> byName = new HashMap<>();
        topics.forEach(topic -> byName.put(topic.name(), topic));
        final Map<Integer, Map<TopicPartition, Long>> byLeader = new TreeMap<>();
        final List<DeletedRecords> refused = new ArrayList<>();
        before.forEach((partition, offset) -> {
            final TopicDescription topic = byName.get(partition.topic());
            if (topic == null || topic.error() != ErrorCode.NONE) {
                refused.add(DeletedRecords.refused(
                        partition, topic == null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : topic.error()));
                return;
            }
            final var place = topic.partitions().stream()
                    .filter(each -> each.partition() == partition.partition())
                    .findFirst();
            if (place.isEmpty()) {
                refused.add(DeletedRecords.refused(partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
            } else if (place.get().leader() < 0) {
                refused.add(DeletedRecords.refused(partition, ErrorCode.LEADER_NOT_AVAILABLE));
            } else {
                byLeader.computeIfAbsent(place.get().leader(), unused -> new LinkedHashMap<>())
                        .put(partition, offset);
            }
        });
        return new RecordDeletion(byLeader, refused);
    }

    static DeleteRecordsRequest request(final Map<TopicPartition, Long> before, final int timeoutMs) {
        final Map<String, DeleteRecordsRequest.DeleteRecordsTopic> topics = new TreeMap<>();
        before.forEach((partition, offset) -> {
            final DeleteRecordsRequest.DeleteRecordsPartition asked = new DeleteRecordsRequest.DeleteRecordsPartition();
            asked.partitionIndex = partition.partition();
            asked.offset = offset;
            topics.computeIfAbsent(partition.topic(), RecordDeletion::topic)
                    .partitions
                    .add(asked);
        });
        final DeleteRecordsRequest request = new DeleteRecordsRequest();
        request.timeoutMs = timeoutMs;
        request.topics.addAll(topics.values());
        return request;
    }

    static List<DeletedRecords> results(final DeleteRecordsResponse response) {
        final List<DeletedRecords> results = new ArrayList<>();
        for (final DeleteRecordsResponse.DeleteRecordsTopicResult topic : response.topics) {
            topic.partitions.forEach(partition -> results.add(new DeletedRecords(
                    new TopicPartition(topic.name, partition.partitionIndex),
                    ErrorCode.forCode(partition.errorCode),
                    partition.lowWatermark)));
        }
        return results;
    }

    private static DeleteRecordsRequest.DeleteRecordsTopic topic(final String name) {
        final DeleteRecordsRequest.DeleteRecordsTopic topic = new DeleteRecordsRequest.DeleteRecordsTopic();
        topic.name = name;
        return topic;
    }
}
