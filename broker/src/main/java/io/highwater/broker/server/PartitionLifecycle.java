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
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the open partitions what the metadata says: opens what this node shall have, passes leader epochs on, closes and
 * deletes what is gone. Changes are applied one after the other, in the order of the metadata log.
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
    private final Executor tasks;
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
        this.tasks = new SerialTasks(ports.blockingExecutor());
        this.onFirstApplied = onFirstApplied;
    }

    /** Begins nothing more that writes. Safe for any thread. */
    void stop() {
        isStopping = true;
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
        tasks.execute(() -> apply(delta, image, first));
    }

    private void apply(final MetadataDelta delta, final MetadataImage image, final boolean first) {
        if (first) {
            deleteForgotten(image);
        }
        delta.removedTopics().forEach(this::remove);
        final List<TopicImage> added = new ArrayList<>();
        for (final TopicImage topic : delta.changedTopics()) {
            final HostedTopic known = hosted.topicOrNull(topic.id());
            if (known == null) {
                added.add(topic);
            } else {
                change(known, topic, image);
            }
        }
        final AtomicInteger left = new AtomicInteger(added.size() + 1);
        final Runnable oneDone = () -> {
            if (left.decrementAndGet() == 0 && first) {
                onFirstApplied.run();
            }
        };
        note(added);
        added.forEach(topic -> open(topic, image, oneDone));
        oneDone.run();
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
            for (final PartitionRegistration partition : topic.partitions()) {
                if (partition.replicas().contains(nodeId)) {
                    keys.add(new TopicPartitionKey(topic.name(), partition.index(), topic.id()));
                }
            }
        }
        try {
            directory.addPartitions(keys);
        } catch (final LogStorageException e) {
            // Each open below meets the same disk and says which partition it could not open.
            LOG.error("new partitions can't be noted: {}", e.getMessage());
        }
    }

    private void open(final TopicImage topic, final MetadataImage image, final Runnable done) {
        final LogConfig config = topicLogs.configOf(topic);
        final Partition[] partitions = new Partition[topic.partitions().size()];
        final AtomicInteger left = new AtomicInteger(partitions.length + 1);
        final Runnable oneDone = () -> {
            if (left.decrementAndGet() == 0) {
                hosted.add(new HostedTopic(topic.name(), topic.id(), partitions));
                done.run();
            }
        };
        for (final PartitionRegistration registration : topic.partitions()) {
            final int index = registration.index();
            final Shard shard = shards.get(TopicLogs.shardOf(topic.id(), index, shards.size()));
            final PartitionLog log = registration.replicas().contains(nodeId)
                    ? openLogOrNull(new TopicPartitionKey(topic.name(), index, topic.id()), config, shard)
                    : null;
            if (log == null) {
                oneDone.run();
                continue;
            }
            final int epoch = registration.leader() == nodeId ? registration.leaderEpoch(image) : -1;
            shard.execute(() -> {
                final Partition partition = new Partition(log, shard, clock);
                if (epoch >= 0) {
                    partition.lead(epoch);
                }
                partitions[index] = partition;
                oneDone.run();
            });
        }
        oneDone.run();
    }

    private PartitionLog openLogOrNull(final TopicPartitionKey key, final LogConfig config, final Shard shard) {
        try {
            return directory.openPartition(key, config, shard);
        } catch (final LogStorageException e) {
            LOG.error("{} can't be opened and stays offline: {}", key.directoryName(), e.getMessage());
            return null;
        }
    }

    private void change(final HostedTopic known, final TopicImage topic, final MetadataImage image) {
        final LogConfig config = topicLogs.configOf(topic);
        for (final PartitionRegistration registration : topic.partitions()) {
            final Partition partition = known.partitionOrNull(registration.index());
            if (partition != null) {
                partition.shard().execute(() -> {
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

    private void remove(final TopicImage topic) {
        final HostedTopic removed = hosted.remove(topic.id());
        if (removed == null) {
            return;
        }
        for (final Partition partition : removed.partitions()) {
            if (partition != null) {
                partition.shard().execute(() -> {
                    partition.resign(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
                    tasks.execute(() -> delete(partition.key()));
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
        }
    }
}
