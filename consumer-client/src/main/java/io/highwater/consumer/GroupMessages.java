package io.highwater.consumer;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/**
 * OffsetCommit and OffsetFetch in all their versions: requests are filled for old and new layouts at once (a codec drops what
 * its version has no place for), answers are read by what they hold. Safe for any thread because it has no state.
 */
final class GroupMessages {
    private GroupMessages() {}

    static OffsetCommitRequest commit(
            final String group, final Map<TopicPartition, Long> offsets, final Function<String, UUID> topicId) {
        final OffsetCommitRequest request = new OffsetCommitRequest();
        request.groupId = group;
        final Map<String, OffsetCommitRequest.OffsetCommitRequestTopic> topics = new LinkedHashMap<>();
        offsets.forEach((partition, offset) -> {
            final OffsetCommitRequest.OffsetCommitRequestPartition committed =
                    new OffsetCommitRequest.OffsetCommitRequestPartition();
            committed.partitionIndex = partition.partition();
            committed.committedOffset = offset;
            topics.computeIfAbsent(partition.topic(), name -> {
                        final OffsetCommitRequest.OffsetCommitRequestTopic topic =
                                new OffsetCommitRequest.OffsetCommitRequestTopic();
                        topic.name = name;
                        topic.topicId = topicId.apply(name);
                        request.topics.add(topic);
                        return topic;
                    })
                    .partitions
                    .add(committed);
        });
        return request;
    }

    /** The first error of any partition. */
    static ErrorCode commitError(final OffsetCommitResponse response) {
        for (final OffsetCommitResponse.OffsetCommitResponseTopic topic : response.topics) {
            for (final OffsetCommitResponse.OffsetCommitResponsePartition partition : topic.partitions) {
                if (partition.errorCode != ErrorCode.NONE.code()) {
                    return ErrorCode.forCode(partition.errorCode);
                }
            }
        }
        return ErrorCode.NONE;
    }

    static OffsetFetchRequest fetch(
            final String group, final Iterable<TopicPartition> partitions, final Function<String, UUID> topicId) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        request.groupId = group;
        final OffsetFetchRequest.OffsetFetchRequestGroup newer = new OffsetFetchRequest.OffsetFetchRequestGroup();
        newer.groupId = group;
        request.groups.add(newer);
        final Map<String, Integer> indexes = new LinkedHashMap<>();
        for (final TopicPartition partition : partitions) {
            final int index = indexes.computeIfAbsent(partition.topic(), name -> {
                final OffsetFetchRequest.OffsetFetchRequestTopic oldTopic =
                        new OffsetFetchRequest.OffsetFetchRequestTopic();
                oldTopic.name = name;
                request.topics.add(oldTopic);
                final OffsetFetchRequest.OffsetFetchRequestTopics newTopic =
                        new OffsetFetchRequest.OffsetFetchRequestTopics();
                newTopic.name = name;
                newTopic.topicId = topicId.apply(name);
                newer.topics.add(newTopic);
                return newer.topics.size() - 1;
            });
            request.topics.get(index).partitionIndexes.add(partition.partition());
            newer.topics.get(index).partitionIndexes.add(partition.partition());
        }
        return request;
    }

    /** The error of the whole, or the first of any partition. */
    static ErrorCode fetchError(final OffsetFetchResponse response) {
        short code = response.errorCode;
        for (final OffsetFetchResponse.OffsetFetchResponseGroup group : response.groups) {
            code = code == 0 ? group.errorCode : code;
            for (final OffsetFetchResponse.OffsetFetchResponseTopics topic : group.topics) {
                for (final OffsetFetchResponse.OffsetFetchResponsePartitions partition : topic.partitions) {
                    code = code == 0 ? partition.errorCode : code;
                }
            }
        }
        for (final OffsetFetchResponse.OffsetFetchResponseTopic topic : response.topics) {
            for (final OffsetFetchResponse.OffsetFetchResponsePartition partition : topic.partitions) {
                code = code == 0 ? partition.errorCode : code;
            }
        }
        return ErrorCode.forCode(code);
    }

    static Map<TopicPartition, Long> offsets(
            final OffsetFetchResponse response,
            final Iterable<TopicPartition> partitions,
            final Function<String, UUID> topicId) {
        final Map<UUID, String> names = new LinkedHashMap<>();
        partitions.forEach(partition -> names.put(topicId.apply(partition.topic()), partition.topic()));
        final Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        for (final OffsetFetchResponse.OffsetFetchResponseGroup group : response.groups) {
            for (final OffsetFetchResponse.OffsetFetchResponseTopics topic : group.topics) {
                final String name = topic.name.isEmpty() ? names.get(topic.topicId) : topic.name;
                for (final OffsetFetchResponse.OffsetFetchResponsePartitions partition : topic.partitions) {
                    put(offsets, name, partition.partitionIndex, partition.committedOffset);
                }
            }
        }
        for (final OffsetFetchResponse.OffsetFetchResponseTopic topic : response.topics) {
            for (final OffsetFetchResponse.OffsetFetchResponsePartition partition : topic.partitions) {
                put(offsets, topic.name, partition.partitionIndex, partition.committedOffset);
            }
        }
        return offsets;
    }

    private static void put(
            final Map<TopicPartition, Long> offsets, final String topic, final int partition, final long offset) {
        if (offset >= 0) {
            offsets.put(new TopicPartition(topic, partition), offset);
        }
    }
}
