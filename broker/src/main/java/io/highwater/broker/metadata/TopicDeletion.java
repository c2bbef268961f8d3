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
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Decides which of the named topics go, by name or by id. Pure; safe for any thread. */
public final class TopicDeletion {
    private final boolean enabled;

    /** {@code enabled} is {@code delete.topic.enable}. */
    public TopicDeletion(final boolean enabled) {
        this.enabled = enabled;
    }

    /** A record for each topic that goes, and a result for each one asked. */
    public Decision<DeleteTopicsResponse> decide(final MetadataImage image, final DeleteTopicsRequest request) {
        final DeleteTopicsResponse response = new DeleteTopicsResponse();
        final List<Message> records = new ArrayList<>();
        final Set<UUID> repeated = repeated(image, request);
        for (final String name : request.topicNames) {
            response.responses.add(judge(image, name, Uuids.ZERO, repeated, records));
        }
        for (final DeleteTopicState topic : request.topics) {
            response.responses.add(judge(image, topic.name, topic.topicId, repeated, records));
        }
        return new Decision<>(records, response);
    }

    /** The topics that are named more than once, be it once by name and once by id: none of them goes. */
    private static Set<UUID> repeated(final MetadataImage image, final DeleteTopicsRequest request) {
        final Set<UUID> seen = new HashSet<>();
        final Set<UUID> repeated = new HashSet<>();
        for (final String name : request.topicNames) {
            note(image.topicOrNull(name), seen, repeated);
        }
        for (final DeleteTopicState topic : request.topics) {
            note(topic.name == null ? image.topicOrNull(topic.topicId) : image.topicOrNull(topic.name), seen, repeated);
        }
        return repeated;
    }

    private static void note(final TopicImage topicOrNull, final Set<UUID> seen, final Set<UUID> repeated) {
        if (topicOrNull != null && !seen.add(topicOrNull.id())) {
            repeated.add(topicOrNull.id());
        }
    }

    private DeletableTopicResult judge(
            final MetadataImage image,
            final String nameOrNull,
            final UUID id,
            final Set<UUID> repeated,
            final List<Message> records) {
        final DeletableTopicResult result = new DeletableTopicResult();
        result.name = nameOrNull;
        result.topicId = id;
        if (nameOrNull == null && Uuids.isZero(id)) {
            return refused(result, ErrorCode.INVALID_REQUEST, "Neither topic name nor id were specified.");
        }
        if (nameOrNull != null && !Uuids.isZero(id)) {
            return refused(result, ErrorCode.INVALID_REQUEST, "You may not specify both topic name and topic id.");
        }
        final TopicImage topic = nameOrNull == null ? image.topicOrNull(id) : image.topicOrNull(nameOrNull);
        if (topic == null) {
            final ErrorCode unknown =
                    nameOrNull == null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
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

    private static DeletableTopicResult refused(
            final DeletableTopicResult result, final ErrorCode code, final String message) {
        result.errorCode = code.code();
        result.errorMessage = message;
        return result;
    }
}
