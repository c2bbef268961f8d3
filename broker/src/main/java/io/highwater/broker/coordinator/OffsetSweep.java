package io.highwater.broker.coordinator;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.group.ClassicGroup;
import io.highwater.broker.group.GroupConfig;
import io.highwater.broker.group.GroupKeys;
import io.highwater.broker.group.GroupState;
import io.highwater.broker.group.OffsetExpiry;
import io.highwater.broker.message.GroupRemovedRecord;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.message.OffsetRemovedRecord;
import io.highwater.broker.message.RemoveTopicRecord;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Removes offsets that have expired or whose topic is gone, and then groups of which nothing is left: at intervals, and
 * soon after a topic was deleted. Goes through the groups in slices, so that it never holds the shard for long. Every
 * removal is a record; a commit that overtakes it wins, because groups with commits under way are left for the next time.
 *
 * <p>Confined to the coordinator's shard.
 */
final class OffsetSweep {
    /** Keys looked at in one go. */
    private static final int SLICE_KEYS = 1_000;

    /** Records of one proposal. */
    private static final int BATCH_RECORDS = 1_000;

    /** Newest metadata that was heard of through the watch; {@link MetadataView} may be ahead of it or behind. */
    private MetadataImage watched = MetadataImage.EMPTY;

    private boolean isRunning;

    /** True when a topic was deleted since the run began. */
    private boolean isWantedAgain;

    private final GroupCoordinator coordinator;
    private final Shard shard;
    private final Clock clock;
    private final Core core;
    private final GroupLog log;
    private final MetadataView metadata;
    private final GroupConfig config;

    OffsetSweep(
            final GroupCoordinator coordinator,
            final Shard shard,
            final Clock clock,
            final Core core,
            final GroupLog log,
            final MetadataView metadata,
            final GroupConfig config) {
        this.coordinator = coordinator;
        this.shard = shard;
        this.clock = clock;
        this.core = core;
        this.log = log;
        this.metadata = metadata;
        this.config = config;
    }

    void open() {
        core.watch(CoreGroup.META, 0, new Core.Watcher<MetadataImage>() {
            @Override
            public void onImage(final long index, final MetadataImage image) {
                shard.execute(() -> onMetadata(image, true));
            }

            @Override
            public void onRecords(final long index, final List<Message> records, final MetadataImage image) {
                final boolean isTopicGone = records.stream().anyMatch(RemoveTopicRecord.class::isInstance);
                shard.execute(() -> onMetadata(image, isTopicGone));
            }
        });
        schedule();
    }

    private void schedule() {
        shard.schedule(
                () -> {
                    begin();
                    schedule();
                },
                config.offsetsRetentionCheckIntervalMs());
    }

    private void onMetadata(final MetadataImage image, final boolean isTopicGone) {
        watched = image;
        if (isTopicGone) {
            begin();
        }
    }

    private void begin() {
        if (!log.isLoaded()) {
            return;
        }
        if (isRunning) {
            isWantedAgain = true;
            return;
        }
        isRunning = true;
        isWantedAgain = false;
        slice("");
    }

    /** Looks at the groups whose keys begin at the cursor, and goes on with the next slice if there are more. */
    private void slice(final String cursor) {
        final CommittedOffsets committed = new CommittedOffsets(log.image(), newestMetadata());
        final List<OffsetCommittedRecord> offsets = new ArrayList<>();
        String groupId = null;
        String next = null;
        int seen = 0;
        for (final Map.Entry<String, Message> entry : log.image().latest().from(cursor)) {
            final String owner = GroupKeys.groupOf(entry.getValue());
            if (groupId != null && !owner.equals(groupId)) {
                group(groupId, offsets, committed);
                offsets.clear();
                if (seen >= SLICE_KEYS) {
                    next = entry.getKey();
                    groupId = null;
                    break;
                }
            }
            groupId = owner;
            seen++;
            if (entry.getValue() instanceof OffsetCommittedRecord offset) {
                offsets.add(offset);
            }
        }
        if (groupId != null) {
            group(groupId, offsets, committed);
        }
        final String rest = next;
        shard.execute(rest == null ? this::end : () -> slice(rest));
    }

    private void end() {
        isRunning = false;
        if (isWantedAgain) {
            begin();
        }
    }

    private void group(
            final String groupId, final List<OffsetCommittedRecord> offsets, final CommittedOffsets committed) {
        final GroupStateRecord stateOrNull = committed.stateOrNull(groupId);
        final CoordinatedGroup entry = coordinator.inMemoryOrNull(groupId);
        if (entry != null && (entry.hasCommitsInFlight() || entry.group().state() == GroupState.DEAD)) {
            return;
        }
        final ClassicGroup group = entry == null ? fromLog(groupId, stateOrNull) : entry.group();
        final List<Message> removals = new ArrayList<>();
        final Set<String> wanted = group.wantedAmong(topicsOf(offsets));
        for (final OffsetCommittedRecord offset : offsets) {
            if (!committed.isOfLivingTopic(offset)
                    || OffsetExpiry.isExpired(
                            group, stateOrNull, offset, wanted, clock.wallMs(), config.offsetsRetentionMs())) {
                removals.add(removal(offset));
            }
        }
        final boolean isNothingLeft = removals.size() == offsets.size() && stateOrNull != null && group.isIdle();
        for (int from = 0; from < removals.size(); from += BATCH_RECORDS) {
            // What fails is logged there, and still here the next time.
            log.propose(
                    List.copyOf(removals.subList(from, Math.min(from + BATCH_RECORDS, removals.size()))), error -> {});
        }
        if (isNothingLeft) {
            remove(groupId);
        }
    }

    private static Set<String> topicsOf(final List<OffsetCommittedRecord> offsets) {
        return offsets.stream().map(offset -> offset.topicName).collect(Collectors.toSet());
    }

    private ClassicGroup fromLog(final String groupId, final GroupStateRecord stateOrNull) {
        return stateOrNull == null
                ? new ClassicGroup(groupId, config)
                : ClassicGroup.restore(stateOrNull, config, clock.monotonicMs());
    }

    private void remove(final String groupId) {
        final CoordinatedGroup entry = coordinator.giveUp(groupId, "it is empty and has no offsets");
        final GroupRemovedRecord removed = new GroupRemovedRecord();
        removed.groupId = groupId;
        // Whether this worked or not: the log says what there is.
        log.propose(List.of(removed), error -> coordinator.forget(entry));
    }

    private static Message removal(final OffsetCommittedRecord offset) {
        final OffsetRemovedRecord removed = new OffsetRemovedRecord();
        removed.groupId = offset.groupId;
        removed.topicName = offset.topicName;
        removed.partition = offset.partition;
        return removed;
    }

    /** At least as new as what any commit in the log was checked against. */
    private MetadataImage newestMetadata() {
        final MetadataImage current = metadata.current();
        return current.version() >= watched.version() ? current : watched;
    }
}
