package io.highwater.broker.metadata;

import io.highwater.broker.message.BrokerConfigRecord;
import io.highwater.broker.message.BrokerRecord;
import io.highwater.broker.message.PartitionRecord;
import io.highwater.broker.message.RemoveTopicRecord;
import io.highwater.broker.message.TopicConfigRecord;
import io.highwater.broker.message.TopicRecord;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What is different from one image to the next, by topic: a reader that keeps something per partition visits these
 * topics and leaves the others alone. Brokers are few: when one changed, compare them all.
 *
 * @param changedTopics topics that are new, or have a partition or a config that is new or changed, in id order. A
 *     leader epoch that rose because the leader registered anew is not a change of the topic.
 * @param removedTopics topics that are gone, as they were, in id order.
 * @param brokersChanged true when a broker registered.
 */
public record MetadataDelta(List<TopicImage> changedTopics, List<TopicImage> removedTopics, boolean brokersChanged) {
    /** Copies the lists. */
    public MetadataDelta {
        changedTopics = List.copyOf(changedTopics);
        removedTopics = List.copyOf(removedTopics);
    }

    /** Everything: for a reader that has seen nothing yet. */
    public static MetadataDelta full(final MetadataImage image) {
        final List<TopicImage> topics = new ArrayList<>(image.topics().size());
        image.topics().forEach((id, topic) -> topics.add(topic));
        return new MetadataDelta(topics, List.of(), true);
    }

    /** What these records changed. */
    public static MetadataDelta of(final MetadataImage before, final List<Message> records, final MetadataImage after) {
        final TreeSet<UUID> touched = new TreeSet<>();
        boolean brokers = false;
        for (final Message record : records) {
            if (record instanceof TopicRecord topic) {
                touched.add(topic.topicId);
            } else if (record instanceof PartitionRecord partition) {
                touched.add(partition.topicId);
            } else if (record instanceof TopicConfigRecord config) {
                touched.add(config.topicId);
            } else if (record instanceof BrokerConfigRecord) {
                // It may be in force for any topic that says nothing itself.
                after.topics().forEach((id, topic) -> touched.add(id));
            } else if (record instanceof BrokerRecord) {
                brokers = true;
            } else if (record instanceof RemoveTopicRecord removed) {
                touched.add(removed.topicId);
            }
        }
        final List<TopicImage> changed = new ArrayList<>();
        final List<TopicImage> removed = new ArrayList<>();
        for (final UUID id : touched) {
            final TopicImage now = after.topicOrNull(id);
            final TopicImage then = before.topicOrNull(id);
            if (now != null) {
                changed.add(now);
            } else if (then != null) {
                removed.add(then);
            }
        }
        return new MetadataDelta(changed, removed, brokers);
    }
}
