package io.highwater.broker.server;

import io.highwater.broker.api.HostedPartitions;
import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.PartitionRegistration;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogStorageException;
import io.highwater.log.PartitionLog;
import io.highwater.log.TopicPartitionKey;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the partitions of this node and hosts their topics. One that can't be opened keeps no other one from being opened:
 * it is offline, and missing until a later try opens it.
 *
 * <p>Confined to the steps of {@link PartitionLifecycle}: logs are opened on its blocking executor, partitions are made on
 * their shards.
 */
final class PartitionOpener {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionOpener.class);

    private final MissingPartitions missing;
    private final int nodeId;
    private final LogDirectory directory;
    private final TopicLogs topicLogs;
    private final HostedPartitions hosted;
    private final List<Shard> shards;
    private final Clock clock;

    PartitionOpener(
            final int nodeId,
            final LogDirectory directory,
            final TopicLogs topicLogs,
            final HostedPartitions hosted,
            final NodePorts ports) {
        this.nodeId = nodeId;
        this.directory = directory;
        this.topicLogs = topicLogs;
        this.hosted = hosted;
        this.shards = ports.transport().shards();
        this.clock = ports.clock();
        this.missing = new MissingPartitions(clock);
    }

    static TopicPartitionKey keyOf(final TopicImage topic, final PartitionRegistration partition) {
        return new TopicPartitionKey(topic.name(), partition.index(), topic.id());
    }

    /** Whether there is anything that {@link #openMissing} may open now or later. */
    boolean hasMissing() {
        return !missing.isEmpty();
    }

    /** Opens the partitions by which these topics have grown beyond what is hosted, be it from nothing. */
    void openNew(final List<TopicImage> topics, final MetadataImage image, final ShardTasks tasks) {
        note(topics);
        topics.forEach(topic -> open(topic, newIn(topic), image, tasks));
    }

    /**
     * Tries those again whose time has come, and forgets those that the image does not give to this node any more. Begins
     * no further topic once {@code isStopping} says true.
     */
    void openMissing(final MetadataImage image, final BooleanSupplier isStopping, final ShardTasks tasks) {
        final Map<UUID, List<PartitionRegistration>> byTopic = new LinkedHashMap<>();
        for (final TopicPartitionKey key : missing.due()) {
            final PartitionRegistration partition = image.partitionOrNull(key.topicId(), key.partition());
            if (partition != null && partition.replicas().contains(nodeId)) {
                byTopic.computeIfAbsent(key.topicId(), unused -> new ArrayList<>())
                        .add(partition);
            } else {
                missing.remove(key);
            }
        }
        byTopic.forEach((id, partitions) -> {
            if (!isStopping.getAsBoolean()) {
                // The whole topic at once: what is hosted is replaced by one that has all that could be opened.
                open(image.topicOrNull(id), partitions, image, tasks);
            }
        });
    }

    /** Those that come after what is hosted; one that is hosted and missing is not new. */
    private List<PartitionRegistration> newIn(final TopicImage topic) {
        final HostedTopic known = hosted.topicOrNull(topic.id());
        final int first = known == null ? 0 : known.partitions().length;
        return topic.partitions().subList(first, topic.partitions().size()).stream()
                .filter(partition -> partition.replicas().contains(nodeId))
                .toList();
    }

    /** One force for all new partitions, instead of one for each. */
    private void note(final List<TopicImage> topics) {
        final List<TopicPartitionKey> keys = new ArrayList<>();
        for (final TopicImage topic : topics) {
            newIn(topic).forEach(partition -> keys.add(keyOf(topic, partition)));
        }
        try {
            directory.addPartitions(keys);
        } catch (final LogStorageException | RuntimeException e) {
            // Each open below meets the same disk and says which partition it could not open.
            LOG.error("new partitions can't be noted: {}", e.getMessage());
        }
    }

    /**
     * Opens these partitions of the topic, of which none is open; those that are stay the same. Whatever goes wrong, the
     * topic is hosted in the end: its creator waits for it, and callers are told an error.
     */
    private void open(
            final TopicImage topic,
            final List<PartitionRegistration> registrations,
            final MetadataImage image,
            final ShardTasks tasks) {
        final HostedTopic known = hosted.topicOrNull(topic.id());
        final int count = topic.partitions().size();
        final Partition[] partitions = known == null ? new Partition[count] : Arrays.copyOf(known.partitions(), count);
        final List<TopicPartitionKey> back = new ArrayList<>();
        final Runnable over = tasks.expect();
        final ShardTasks own = new ShardTasks(() -> {
            hosted.add(new HostedTopic(topic.name(), topic.id(), partitions));
            back.forEach(key -> LOG.info("{} is back: it could be opened now", key.directoryName()));
            over.run();
        });
        for (final PartitionRegistration registration : registrations) {
            final int index = registration.index();
            final TopicPartitionKey key = keyOf(topic, registration);
            final Shard shard = shards.get(TopicLogs.shardOf(topic.id(), index, shards.size()));
            final PartitionLog log = openLogOrNull(topic, image, key, shard);
            if (log == null) {
                continue;
            }
            if (missing.remove(key)) {
                back.add(key);
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
            if (missing.onFailed(key, e.toString())) {
                LOG.error("{} can't be opened, it is offline and tried again: {}", key.directoryName(), e.getMessage());
            }
        } catch (final RuntimeException e) {
            if (missing.onFailed(key, e.toString())) {
                LOG.error("{} met a fault while it was opened, it is offline and tried again", key.directoryName(), e);
            }
        }
        return null;
    }
}
