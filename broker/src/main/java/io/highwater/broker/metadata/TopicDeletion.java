package io.highwater.broker.metadata;

import io.highwater.broker.message.RemoveTopicRecord;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Decides which of the named topics go, by name or by id. Pure; safe for any thread. */
public final class TopicDeletion {
    private final boolean enabled;

    /** {@code enabled} is {@code delete.topic.enable}. */
    public TopicDeletion(final boolean enabled) {
        this.enabled = enabled;
    }

    /** A record for each topic that goes, and a result for each one asked; one result for what is asked twice. */
    public Decision<DeleteTopicsResponse> decide(final MetadataImage image, final DeleteTopicsRequest request) {
        final DeleteTopicsResponse response = new DeleteTopicsResponse();
        final List<Message> records = new ArrayList<>();
        final Map<Asked, Integer> times = new LinkedHashMap<>();
        for (final String name : request.topicNames) {
            times.merge(new Asked(name, Uuids.ZERO), 1, Integer::sum);
        }
        for (final DeleteTopicState topic : request.topics) {
            final Asked asked = new Asked(topic.name, topic.topicId);
            if (asked.names() == 1) {
                times.merge(asked, 1, Integer::sum);
            } else {
                response.responses.add(refused(
                        result(asked),
                        ErrorCode.INVALID_REQUEST,
                        asked.names() == 0
                                ? "Neither topic name nor id were specified."
                                : "You may not specify both topic name and topic id."));
            }
        }
        final Set<UUID> repeated = repeated(image, times.keySet());
        times.forEach((asked, count) -> response.responses.add(
                count > 1
                        ? refused(result(asked), ErrorCode.INVALID_REQUEST, "The topic was named more than once.")
                        : judge(image, asked, repeated, records)));
        return new Decision<>(records, response);
    }

    /** The topics that are asked for once by name and once by id: none of them goes. */
    private static Set<UUID> repeated(final MetadataImage image, final Set<Asked> all) {
        final Set<UUID> seen = new HashSet<>();
        final Set<UUID> repeated = new HashSet<>();
        for (final Asked asked : all) {
            final TopicImage topic = asked.in(image);
            if (topic != null && !seen.add(topic.id())) {
                repeated.add(topic.id());
            }
        }
        return repeated;
    }

    private DeletableTopicResult judge(
            final MetadataImage image, final Asked asked, final Set<UUID> repeated, final List<Message> records) {
        final DeletableTopicResult result = result(asked);
        final TopicImage topic = asked.in(image);
        if (topic == null) {
            final ErrorCode unknown =
                    asked.name() == null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            return refused(result, unknown, unknown.defaultMessage());
        }
        result.name = topic.name();
        result.topicId = topic.id();
        if (!enabled) {
            return refused(result, ErrorCode.TOPIC_DELETION_DISABLED, "Topic deletion is disabled.");
        }
        if (repeated.contains(topic.id())) {
            return refused(result, ErrorCode.INVALID_REQUEST, "The topic was named more than once.");
        }
        final RemoveTopicRecord record = new RemoveTopicRecord();
        record.topicId = topic.id();
        records.add(record);
        return result;
    }

    private static DeletableTopicResult result(final Asked asked) {
        final DeletableTopicResult result = new DeletableTopicResult();
        result.name = asked.name();
        result.topicId = asked.id();
        return result;
    }

    /** What names a topic: a name, or an id where the name is null. */
    private record Asked(String name, UUID id) {
        int names() {
            return (name == null ? 0 : 1) + (Uuids.isZero(id) ? 0 : 1);
        }

        /** The topic, or null. */
        TopicImage in(final MetadataImage image) {
            return name == null ? image.topicOrNull(id) : image.topicOrNull(name);
        }
    }

    private static DeletableTopicResult refused(
            final DeletableTopicResult result, final ErrorCode code, final String message) {
        result.errorCode = code.code();
        result.errorMessage = message;
        return result;
    }
}
