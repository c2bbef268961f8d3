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

    final SimulatedScheduler scheduler = new SimulatedScheduler(11, new Trace());
    final SimulatedProcess process = scheduler.newProcess("node");
    final Shard connection = process.newShard("connection");
    final MetadataView metadata = new MetadataView();
    final HostedPartitions hosted = new HostedPartitions();
    final SimulatedDisk disk = new SimulatedDisk(11);
    final Partition[] partitions;
    final LogDirectory directory;
    private final ArrayDeque<Runnable> forces = new ArrayDeque<>();

    HostedTopicRig(final int count, final LogConfig config) throws Exception {
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
        for (int i = 0; i < count; i++) {
            final Shard shard = process.newShard("shard " + i);
            partitions[i] = new Partition(
                    directory.openPartition(new TopicPartitionKey(TOPIC, i, TOPIC_ID), config, shard),
                    shard,
                    process.clock());
            partitions[i].lead(3);
        }
        final TopicRecord record = new TopicRecord();
        record.name = TOPIC;
        record.topicId = TOPIC_ID;
        metadata.advance(MetadataReplay.replay(metadata.current(), 1, List.of(record)));
        hosted.add(new HostedPartitions.HostedTopic(TOPIC, TOPIC_ID, partitions));
    }

    void force() {
        while (!forces.isEmpty()) {
            forces.remove().run();
        }
        scheduler.runFor(1);
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
