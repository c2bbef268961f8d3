package io.highwater.broker.coordinator;

import io.highwater.broker.core.AppendRecords;
import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.core.KeyedRecords;
import io.highwater.broker.core.KeyedStateMachine;
import io.highwater.broker.message.RemoveTopicRecord;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.PartitionRegistration;
import io.highwater.broker.metadata.PersistentMap;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.port.Shard;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * A core whose logs are lists. It keeps what was proposed over a restart of its users, takes a moment of simulated time
 * to make it durable, tells the proposer before the watchers as the real one does, and can be made to fail.
 */
final class FakeCore implements Core {
    private static final long FORCE_MS = 5;

    private final Shard shard;
    private final MetadataView metadata = new MetadataView();
    private final List<Watcher<? super KeyedRecords>> groupWatchers = new ArrayList<>();
    private final List<Watcher<? super MetadataImage>> metaWatchers = new ArrayList<>();
    private KeyedRecords groups = KeyedRecords.EMPTY;
    private final KeyedStateMachine machine = new KeyedStateMachine(new GroupRecordKeys());
    private CoreFailure failureOrNull;
    private int proposals;

    FakeCore(final Shard shard) {
        this.shard = shard;
    }

    MetadataView metadata() {
        return metadata;
    }

    KeyedRecords groups() {
        return groups;
    }

    int proposals() {
        return proposals;
    }

    void failWith(final CoreFailure failure) {
        failureOrNull = failure;
    }

    /** A node's process is gone: nobody watches any more. */
    void forgetWatchers() {
        groupWatchers.clear();
        metaWatchers.clear();
    }

    void createTopic(final String name, final UUID id, final int partitions) {
        final TopicImage topic = new TopicImage(
                name,
                id,
                IntStream.range(0, partitions)
                        .mapToObj(index -> new PartitionRegistration(index, List.of(1), List.of(1), 1, 0, 0))
                        .toList(),
                PersistentMap.empty());
        final MetadataImage before = metadata.current();
        metadata.advance(
                with(before, before.topics().with(id, topic), before.topicIds().with(name, id)));
    }

    void deleteTopic(final String name) {
        final MetadataImage before = metadata.current();
        final UUID id = before.topicIds().get(name);
        metadata.advance(
                with(before, before.topics().without(id), before.topicIds().without(name)));
        final RemoveTopicRecord removed = new RemoveTopicRecord();
        removed.topicId = id;
        final MetadataImage after = metadata.current();
        metaWatchers.forEach(watcher -> watcher.onRecords(after.version(), List.of(removed), after));
    }

    @Override
    public void propose(
            final CoreGroup<?> group, final Message command, final long deadlineMs, final Completion completion) {
        final List<Message> records = ((AppendRecords) command).records();
        proposals++;
        final CoreFailure failure = failureOrNull;
        shard.schedule(() -> finish(records, failure, completion), FORCE_MS);
    }

    private void finish(final List<Message> records, final CoreFailure failure, final Completion completion) {
        if (failure != null) {
            completion.onFailed(failure);
            return;
        }
        groups = machine.replay(groups, groups.version() + 1, records);
        final KeyedRecords image = groups;
        completion.onApplied(image.version(), null);
        groupWatchers.forEach(watcher -> watcher.onRecords(image.version(), records, image));
    }

    @Override
    public void readIndex(final CoreGroup<?> group, final long deadlineMs, final ReadCompletion completion) {
        completion.onIndex(groups.version());
    }

    @Override
    @SuppressWarnings("unchecked") // The group says which image its watchers get.
    public <S> void watch(final CoreGroup<S> group, final long from, final Watcher<? super S> watcher) {
        shard.execute(() -> {
            if (group == (CoreGroup<?>) CoreGroup.GROUPS) {
                groupWatchers.add((Watcher<? super KeyedRecords>) watcher);
                ((Watcher<? super KeyedRecords>) watcher).onImage(groups.version(), groups);
            } else {
                metaWatchers.add((Watcher<? super MetadataImage>) watcher);
                ((Watcher<? super MetadataImage>) watcher)
                        .onImage(metadata.current().version(), metadata.current());
            }
        });
    }

    @Override
    public boolean isLeader(final CoreGroup<?> group) {
        return true;
    }

    private static MetadataImage with(
            final MetadataImage before,
            final PersistentMap<UUID, TopicImage> topics,
            final PersistentMap<String, UUID> topicIds) {
        return new MetadataImage(
                before.version() + 1,
                before.clusterIdOrNull(),
                before.features(),
                before.brokers(),
                topics,
                topicIds,
                before.collidingNames(),
                before.brokerConfigs(),
                before.nextProducerId());
    }
}
