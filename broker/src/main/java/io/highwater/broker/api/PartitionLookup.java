package io.highwater.broker.api;

import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.broker.partition.Partition;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import java.util.UUID;

/** Finds the partition that a request names, or the error that says why it is not here. Safe for any thread. */
final class PartitionLookup {
    private final HostedPartitions hosted;
    private final MetadataView metadata;

    PartitionLookup(final HostedPartitions hosted, final MetadataView metadata) {
        this.hosted = hosted;
        this.metadata = metadata;
    }

    /**
     * By id when {@code id} is not zero, else by name. Null when it is not open here, or not in the metadata: a topic that
     * was deleted is gone for everybody at once, however long the closing of its partitions takes.
     */
    HostedTopic topicOrNull(final String name, final UUID id) {
        final TopicImage topic = imageOrNull(name, id);
        return topic == null ? null : hosted.topicOrNull(topic.id());
    }

    private TopicImage imageOrNull(final String name, final UUID id) {
        if (!Uuids.ZERO.equals(id)) {
            return metadata.current().topicOrNull(id);
        }
        return name == null ? null : metadata.current().topicOrNull(name);
    }

    /** Why {@link #topicOrNull} or its partition is null. */
    ErrorCode whyMissing(final String name, final UUID id, final int index) {
        final TopicImage topic = imageOrNull(name, id);
        if (topic == null) {
            return Uuids.ZERO.equals(id) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.UNKNOWN_TOPIC_ID;
        }
        if (topic.partitionOrNull(index) == null) {
            return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        }
        final HostedTopic open = hosted.topicOrNull(topic.id());
        // In the image and not among the open ones: still being opened, or its disk refused.
        return open == null || index >= open.partitions().length
                ? ErrorCode.NOT_LEADER_OR_FOLLOWER
                : ErrorCode.KAFKA_STORAGE_ERROR;
    }

    /** The partition of an open topic, or null. */
    static Partition partitionOrNull(final HostedTopic topicOrNull, final int index) {
        return topicOrNull == null ? null : topicOrNull.partitionOrNull(index);
    }
}
