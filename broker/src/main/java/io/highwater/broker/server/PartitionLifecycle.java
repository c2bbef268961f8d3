package io.highwater.broker.server;

import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.core.Core;
import io.highwater.broker.metadata.MetadataDelta;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.PartitionRegistration;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogConfig;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogStorageException;
import io.highwater.log.PartitionLog;
import io.highwater.log.TopicPartitionKey;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the open partitions what the metadata says: opens what this node shall have, passes leader epochs on, closes and
 * deletes what is gone. Changes are applied one after the other, in the order of the metadata log: the next one begins
 * when the shards are through with the one before. A partition that can't be opened stays offline and keeps no other one
 * from being opened.
 *
 * <p>What waits to be applied is bounded by what the metadata holds: of a topic that is there its creation can wait, of
 * one that is gone its creation and its removal, and CreateTopics is answered when its topics are open here or its time is
 * over, so nobody gets far ahead of the disk.
 *
 * <p>The watcher's calls come on the core's shard; logs are opened and deleted on the blocking executor; partitions are
 * made and changed on their shards.
 */
final class PartitionLifecycle implements Core.Watcher<MetadataImage> {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionLifecycle.class);

    private MetadataImage seen = MetadataImage.EMPTY;
    private boolean isFirst = true;

    /** The directory is being closed: what is not deleted yet is found at the next start. */
    private volatile boolean isStopping;

    private final int nodeId;
    private final LogDirectory directory;
    private final TopicLogs topicLogs;
    private final HostedPartitions hosted;
    private final MetadataView view;
    private final List<Shard> shards;
    private final Clock clock;
    private final SerialSteps steps;
    private final Runnable onFirstApplied;

    PartitionLifecycle(
            final int nodeId,
            final LogDirectory directory,
            final TopicLogs topicLogs,
            final HostedPartitions hosted,
            final MetadataView view,
            final NodePorts ports,
            final Runnable onFirstApplied) {
        this.nodeId = nodeId;
        this.directory = directory;
        this.topicLogs = topicLogs;
        this.hosted = hosted;
        this.view = view;
        this.shards = ports.transport().shards();
        this.clock = ports.clock();
        this.steps = new SerialSteps(ports.blockingExecutor());
        this.onFirstApplied = onFirstApplied;
    }

    /** Begins nothing more; the callback runs when what was begun is over. Safe for any thread. */
    void stop(final Runnable onStopped) {
        isStopping = true;
        steps.add(done -> {
            done.run();
            onStopped.run();
        });
    }

    @Override
    public void onImage(final long index, final MetadataImage image) {
        advance(MetadataDelta.full(image), image);
    }

    @Override
    public void onRecords(final long index, final List<Message> records, final MetadataImage image) {
        advance(MetadataDelta.of(seen, records, image), image);
    }

    private void advance(final MetadataDelta delta, final MetadataImage image) {
        seen = image;
        view.advance(image);
        final boolean first = isFirst;
        isFirst = false;
        if (!delta.removedTopics().isEmpty()) {
            steps.add(done -> resign(delta.removedTopics(), done));
        }
        steps.add(done -> apply(delta, image, first, done));
    }

    /** The topics are gone: nobody finds them any more, and who waits for their partitions is told. */
    private void resign(final List<TopicImage> removed, final Runnable done) {
        final ShardTasks tasks = new ShardTasks(done);
        for (final TopicImage topic : removed) {
            final HostedTopic known = hosted.remove(topic.id());
            if (known != null) {
                forEach(
                        known,
                        partition -> tasks.add(
                                partition.shard(), () -> partition.resign(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)));
            }
        }
        tasks.end();
    }

    private void apply(final MetadataDelta delta, final MetadataImage image, final boolean first, final Runnable done) {
        if (isStopping) {
            done.run();
            return;
        }
        if (first) {
            deleteForgotten(image);
        }
        for (final TopicImage topic : delta.removedTopics()) {
            topic.partitions().forEach(partition -> delete(keyOf(topic, partition)));
        }
        final ShardTasks tasks = new ShardTasks(() -> {
            done.run();
            if (first) {
                onFirstApplied.run();
            }
        });
        final List<TopicImage> grown = new ArrayList<>();
        for (final TopicImage topic : delta.changedTopics()) {
            final HostedTopic known = hosted.topicOrNull(topic.id());
            if (known == null || known.partitions().length < topic.partitions().size()) {
                grown.add(topic);
            }
            if (known != null) {
                change(known, topic, image, tasks);
            }
        }
        note(grown);
        grown.forEach(topic -> open(topic, image, tasks));
        tasks.end();
    }

    /** Files of topics that were deleted while this node could not see it. */
    private void deleteForgotten(final MetadataImage image) {
        for (final TopicPartitionKey key : directory.knownPartitions()) {
            if (image.topicOrNull(key.topicId()) == null) {
                LOG.info("deleting {}, whose topic {} is gone", key.directoryName(), key.topicId());
                delete(key);
            }
        }
    }

    /** One force for all new partitions, instead of one for each. */
    private void note(final List<TopicImage> topics) {
        final List<TopicPartitionKey> keys = new ArrayList<>();
        for (final TopicImage topic : topics) {
            final HostedTopic known = hosted.topicOrNull(topic.id());
            final int first = known == null ? 0 : known.partitions().length;
            for (final PartitionRegistration partition : topic.partitions()) {
                if (partition.index() >= first && partition.replicas().contains(nodeId)) {
                    keys.add(keyOf(topic, partition));
                }
            }
        }
        try {
            directory.addPartitions(keys);
        } catch (final LogStorageException | RuntimeException e) {
            // Each open below meets the same disk and says which partition it could not open.
            LOG.error("new partitions can't be noted: {}", e.getMessage());
        }
    }

    /**
     * Opens the partitions that the topic has and that are not open yet. Whatever goes wrong, the topic is hosted in the
     * end: its creator waits for it, and callers are told an error.
     */
    private void open(final TopicImage topic, final MetadataImage image, final ShardTasks tasks) {
        final HostedTopic known = hosted.topicOrNull(topic.id());
        final int first = known == null ? 0 : known.partitions().length;
        final Partition[] partitions = new Partition[topic.partitions().size()];
        if (known != null) {
            System.arraycopy(known.partitions(), 0, partitions, 0, first);
        }
        final Runnable over = tasks.expect();
        final ShardTasks own = new ShardTasks(() -> {
            hosted.add(new HostedTopic(topic.name(), topic.id(), partitions));
            over.run();
        });
        for (final PartitionRegistration registration : topic.partitions().subList(first, partitions.length)) {
            final int index = registration.index();
            final Shard shard = shards.get(TopicLogs.shardOf(topic.id(), index, shards.size()));
            final PartitionLog log = registration.replicas().contains(nodeId)
                    ? openLogOrNull(topic, image, keyOf(topic, registration), shard)
                    : null;
            if (log == null) {
                continue;
            }
            final int epoch = registration.leader() == nodeId ? registration.leaderEpoch(image) : -1;
            own.add(shard, () -> {
                final Partition partition = new Partition(log, shard, clock);
                if (epoch >= 0) {
                    partition.lead(epoch);
                }
                partitions[index] = partition;
            });
        }
        own.end();
    }

    /** Null when it can't be opened, for whatever reason: the others must not suffer from a fault in one. */
    private PartitionLog openLogOrNull(
            final TopicImage topic, final MetadataImage image, final TopicPartitionKey key, final Shard shard) {
        try {
            return directory.openPartition(key, topicLogs.asChanged(image).configOf(topic), shard);
        } catch (final LogStorageException e) {
            LOG.error("{} can't be opened and stays offline: {}", key.directoryName(), e.getMessage());
        } catch (final RuntimeException e) {
            LOG.error("{} met a fault while it was opened and stays offline", key.directoryName(), e);
        }
        return null;
    }

    private void change(
            final HostedTopic known, final TopicImage topic, final MetadataImage image, final ShardTasks tasks) {
        final LogConfig config;
        try {
            config = topicLogs.asChanged(image).configOf(topic);
        } catch (final RuntimeException e) {
            LOG.error("the configuration of {} met a fault, its partitions stay as they are", topic.name(), e);
            return;
        }
        for (final PartitionRegistration registration : topic.partitions()) {
            final Partition partition = known.partitionOrNull(registration.index());
            if (partition != null) {
                tasks.add(partition.shard(), () -> {
                    partition.log().reconfigure(config);
                    if (registration.leader() == nodeId) {
                        partition.lead(registration.leaderEpoch(image));
                    } else {
                        partition.resign(ErrorCode.NOT_LEADER_OR_FOLLOWER);
                    }
                });
            }
        }
    }

    private void delete(final TopicPartitionKey key) {
        if (isStopping) {
            return;
        }
        try {
            directory.deletePartition(key);
        } catch (final LogStorageException e) {
            LOG.error("{} can't be deleted: {}", key.directoryName(), e.getMessage());
        } catch (final RuntimeException e) {
            LOG.error("{} met a fault while it was deleted", key.directoryName(), e);
        }
    }

    private static void forEach(final HostedTopic topic, final Consumer<Partition> action) {
        for (final Partition partition : topic.partitions()) {
            if (partition != null) {
                action.accept(partition);
            }
        }
    }

    private static TopicPartitionKey keyOf(final TopicImage topic, final PartitionRegistration partition) {
        return new TopicPartitionKey(topic.name(), partition.index(), topic.id());
    }
}
