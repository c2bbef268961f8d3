package io.highwater.broker.coordinator;

import io.highwater.broker.core.KeyedRecords;
import io.highwater.broker.group.GroupKeys;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The committed offsets at one moment. An offset counts as long as the very topic exists for which it was committed: a
 * later topic of the same name begins without.
 *
 * <p>Immutable, so safe for any thread.
 */
public final class CommittedOffsets {
    private final KeyedRecords groups;
    private final MetadataImage metadata;

    CommittedOffsets(final KeyedRecords groups, final MetadataImage metadata) {
        this.groups = groups;
        this.metadata = metadata;
    }

    /** The group's offset for the partition, or null. Not to be changed. */
    public OffsetCommittedRecord findOrNull(final String groupId, final String topic, final int partition) {
        final Message record = groups.latest().get(GroupKeys.offset(groupId, topic, partition));
        return record instanceof OffsetCommittedRecord committed && isOfLivingTopic(committed) ? committed : null;
    }

    /** All offsets of the group, by topic name and partition. Not to be changed. */
    public List<OffsetCommittedRecord> of(final String groupId) {
        return offsets(groupId, true);
    }

    private List<OffsetCommittedRecord> offsets(final String groupId, final boolean onlyOfLivingTopics) {
        final List<OffsetCommittedRecord> offsets = new ArrayList<>();
        final String prefix = GroupKeys.offsetsPrefix(groupId);
        for (final Map.Entry<String, Message> entry : groups.latest().from(prefix)) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            if (entry.getValue() instanceof OffsetCommittedRecord committed
                    && (!onlyOfLivingTopics || isOfLivingTopic(committed))) {
                offsets.add(committed);
            }
        }
        return offsets;
    }

    /** All offsets of the group that are on record, of topics that are gone too. */
    List<OffsetCommittedRecord> all(final String groupId) {
        return offsets(groupId, false);
    }

    /** True when something of the group is on record. */
    boolean knows(final String groupId) {
        final String prefix = GroupKeys.prefix(groupId);
        for (final Map.Entry<String, Message> first : groups.latest().from(prefix)) {
            return first.getKey().startsWith(prefix);
        }
        return false;
    }

    GroupStateRecord stateOrNull(final String groupId) {
        return groups.latest().get(GroupKeys.state(groupId)) instanceof GroupStateRecord state ? state : null;
    }

    boolean isOfLivingTopic(final OffsetCommittedRecord offset) {
        final TopicImage topic = metadata.topicOrNull(offset.topicName);
        return topic != null && topic.id().equals(offset.topicId);
    }
}
