package io.highwater.broker.api;

import io.highwater.broker.message.TopicRecord;
import io.highwater.broker.metadata.MetadataReplay;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.partition.Partition;
import io.highwater.broker.partition.PendingAppend;
import io.highwater.log.LogConfig;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogDirectoryConfig;
import io.highwater.log.TopicPartitionKey;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;

/** One topic whose partitions lie on shards other than the connection's; forces happen when the test says so. */
final class HostedTopicRig {
    static final String TOPIC = "orders";
    static final UUID TOPIC_ID = new UUID(1, 2);

    final SimulatedScheduler scheduler;
    final SimulatedProcess process;
    final Shard connection;
    final MetadataView metadata = new MetadataView();
    final HostedPartitions hosted = new HostedPartitions();
    final SimulatedDisk disk = new SimulatedDisk(11);
    final Partition[] partitions;

    /** Tasks handed to each partition's shard. */
    final int[] handOvers;

    final LogDirectory directory;
    private final ArrayDeque<Runnable> forces = new ArrayDeque<>();

    HostedTopicRig(final int count, final LogConfig config) throws Exception {
        this(11, count, config);
    }

    /** The order of what happens at once is drawn from the seed. */
    HostedTopicRig(final long seed, final int count, final LogConfig config) throws Exception {
        scheduler = new SimulatedScheduler(seed, new Trace());
        process = scheduler.newProcess("node");
        connection = process.newShard("connection");
        directory = LogDirectory.open(
                disk,
                Path.of("/data"),
                LogDirectoryConfig.DEFAULT,
                process.clock(),
                new SeededRandom(1),
                forces::add,
                process.newPool("disk"),
                1,
                null);
        partitions = new Partition[count];
        handOvers = new int[count];
        for (int i = 0; i < count; i++) {
            partitions[i] = open(i, TOPIC_ID, config);
        }
        final TopicRecord record = new TopicRecord();
        record.name = TOPIC;
        record.topicId = TOPIC_ID;
        metadata.advance(MetadataReplay.replay(metadata.current(), 1, List.of(record)));
        hosted.add(new HostedPartitions.HostedTopic(TOPIC, TOPIC_ID, partitions));
    }

    private Partition open(final int index, final UUID topicId, final LogConfig config) throws Exception {
        final Shard shard = counting(index, process.newShard("shard " + index));
        final Partition opened = new Partition(
                directory.openPartition(new TopicPartitionKey(TOPIC, index, topicId), config, shard),
                shard,
                process.clock());
        opened.lead(3);
        return opened;
    }

    /** Another partition, which is empty, is hosted in the place of this one. */
    void replace(final int index) throws Exception {
        final Partition[] changed = partitions.clone();
        changed[index] = open(index, new UUID(3, 4), LogConfig.DEFAULT);
        partitions[index] = changed[index];
        hosted.remove(TOPIC_ID);
        hosted.add(new HostedPartitions.HostedTopic(TOPIC, TOPIC_ID, changed));
    }

    private Shard counting(final int index, final Shard shard) {
        return new Shard() {
            @Override
            public void execute(final Runnable task) {
                handOvers[index]++;
                shard.execute(task);
            }

            @Override
            public Timer schedule(final Runnable task, final long delayMs) {
                return shard.schedule(task, delayMs);
            }

            @Override
            public boolean isCurrent() {
                return shard.isCurrent();
            }
        };
    }

    void force() {
        runForces();
        scheduler.runFor(1);
    }

    /** What they made durable is told later. */
    void runForces() {
        while (!forces.isEmpty()) {
            forces.remove().run();
        }
    }

    /** Appends a batch of so many records, which no force has made durable yet. */
    void append(final int index, final int records) {
        final RecordBatchBuilder builder = new RecordBatchBuilder();
        for (int i = 0; i < records; i++) {
            builder.append(1_000, null, ByteBuffer.allocate(10));
        }
        final ByteBuffer built = builder.build();
        final ByteBuffer direct =
                ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
        partitions[index].append(
                direct,
                new PendingAppend() {
                    @Override
                    protected void onDone() {
                        if (error() != ErrorCode.NONE) {
                            throw new AssertionError(error().name());
                        }
                    }
                },
                true,
                1_000);
    }

    static ByteBuffer batch(final int valueBytes) {
        final ByteBuffer built = new RecordBatchBuilder()
                .append(1_000, null, ByteBuffer.allocate(valueBytes))
                .build();
        return ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
    }
}
