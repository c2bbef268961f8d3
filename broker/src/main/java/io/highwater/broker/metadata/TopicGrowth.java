package io.highwater.broker.metadata;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreatePartitionsRequest;
import io.highwater.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.highwater.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.highwater.protocol.message.CreatePartitionsResponse;
import io.highwater.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decides which topics get more partitions. Each topic is judged for itself. Pure; safe for any thread. */
public final class TopicGrowth {
    private TopicGrowth() {}

    /** The records of the new partitions, and a result for each topic that is named. */
    public static Decision<CreatePartitionsResponse> decide(
            final MetadataImage image, final CreatePartitionsRequest request) {
        final Map<String, Integer> timesAsked = new LinkedHashMap<>();
        request.topics.forEach(topic -> timesAsked.merge(topic.name, 1, Integer::sum));
        final CreatePartitionsResponse response = new CreatePartitionsResponse();
        final List<Message> records = new ArrayList<>();
        for (final CreatePartitionsTopic asked : request.topics) {
            final Integer times = timesAsked.remove(asked.name);
            if (times == null) {
                continue;
            }
            final TopicImage topic = image.topicOrNull(asked.name);
            final Refusal refusal = times > 1
                    ? new Refusal(ErrorCode.INVALID_REQUEST, "Duplicate topic name.")
                    : refusalOrNull(image, topic, asked, records.size());
            final CreatePartitionsTopicResult result = new CreatePartitionsTopicResult();
            result.name = asked.name;
            response.results.add(result);
            if (refusal == null) {
                addPartitions(image, topic, asked, records);
            } else {
                result.errorCode = refusal.code().code();
                result.errorMessage = refusal.message();
            }
        }
        return new Decision<>(request.validateOnly ? List.of() : records, response);
    }

    private static Refusal refusalOrNull(
            final MetadataImage image,
            final TopicImage topicOrNull,
            final CreatePartitionsTopic asked,
            final int records) {
        if (topicOrNull == null) {
            return new Refusal(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.defaultMessage());
        }
        final int present = topicOrNull.partitions().size();
        if (asked.count == present) {
            return new Refusal(ErrorCode.INVALID_PARTITIONS, "Topic already has " + present + " partition(s).");
        }
        if (asked.count < present) {
            return new Refusal(
                    ErrorCode.INVALID_PARTITIONS,
                    "The topic " + asked.name + " currently has " + present + " partition(s); " + asked.count
                            + " would not be an increase.");
        }
        final int more = asked.count - present;
        if (records + (long) more > TopicCreation.RECORDS_MAX) {
            return new Refusal(
                    ErrorCode.POLICY_VIOLATION,
                    "One request may create " + TopicCreation.RECORDS_MAX + " partitions at most.");
        }
        if (asked.assignments == null) {
            return null;
        }
        if (asked.assignments.size() != more) {
            return new Refusal(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                    "Attempted to add " + more + " additional partition(s), but only " + asked.assignments.size()
                            + " assignment(s) were specified.");
        }
        final int replicas = topicOrNull.partitions().get(0).replicas().size();
        for (final CreatePartitionsAssignment assignment : asked.assignments) {
            final Refusal refusal = ManualAssignment.nodesRefusal(image, assignment.brokerIds);
            if (refusal != null) {
                return refusal;
            }
            if (assignment.brokerIds.size() != replicas) {
                return new Refusal(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "The manual partition assignment includes a partition with " + assignment.brokerIds.size()
                                + " replica(s), but this is not consistent with previous partitions, which have "
                                + replicas + " replica(s).");
            }
        }
        return null;
    }

    private static void addPartitions(
            final MetadataImage image,
            final TopicImage topic,
            final CreatePartitionsTopic asked,
            final List<Message> records) {
        final int present = topic.partitions().size();
        final List<List<Integer>> placed = new ArrayList<>();
        if (asked.assignments == null) {
            final List<Integer> brokers = new ArrayList<>();
            image.brokers().forEach((node, broker) -> brokers.add(node));
            final int replicas = Math.min(
                    brokers.size(), topic.partitions().get(0).replicas().size());
            // As if the topic had been created with all of them, so that leaders go on taking turns.
            placed.addAll(ReplicaPlacement.place(brokers, topic.id(), asked.count, replicas)
                    .subList(present, asked.count));
        } else {
            asked.assignments.forEach(assignment -> placed.add(List.copyOf(assignment.brokerIds)));
        }
        for (int i = 0; i < placed.size(); i++) {
            records.add(MetadataRecords.newPartition(topic.id(), present + i, placed.get(i)));
        }
    }
}
