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
import io.highwater.log.TopicPartitionKey;
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
 * when the shards are through with the one before. A partition that can't be opened is offline; from time to time, between
 * two changes, it is tried again.
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

    /** A task of the core's shard, or the step that it adds, is under way to {@link #openMissing}. Touched by steps only. */
    private boolean isRetryPlanned;

    /** The directory is being closed: what is not deleted yet is found at the next start. */
    private volatile boolean isStopping;

    private final int nodeId;
    private final LogDirectory directory;
    private final TopicLogs topicLogs;
    private final HostedPartitions hosted;
    private final MetadataView view;
    private final PartitionOpener opener;
    private final Shard coreShard;
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
        this.opener = new PartitionOpener(nodeId, directory, topicLogs, hosted, ports);
        this.coreShard = ports.coreShard();
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
            topic.partitions().forEach(partition -> delete(PartitionOpener.keyOf(topic, partition)));
        }
        final ShardTasks tasks = new ShardTasks(() -> {
            planRetry();
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
        opener.openNew(grown, image, tasks);
        tasks.end();
    }

    /** Ends each step that opens: while partitions are missing there is one more to come. */
    private void planRetry() {
        if (opener.hasMissing() && !isRetryPlanned) {
            isRetryPlanned = true;
            coreShard.schedule(this::retry, MissingPartitions.FIRST_DELAY_MS);
        }
    }

    /** On the core's shard, where every change up to {@code seen} has its step already, and no later one has. */
    private void retry() {
        if (!isStopping) {
            final MetadataImage image = seen;
            steps.add(done -> openMissing(image, done));
        }
    }

    private void openMissing(final MetadataImage image, final Runnable done) {
        isRetryPlanned = false;
        if (isStopping || directory.failure() != null) {
            done.run();
            return;
        }
        final ShardTasks tasks = new ShardTasks(() -> {
            planRetry();
            done.run();
        });
        opener.openMissing(image, () -> isStopping, tasks);
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
}
