package io.highwater.broker.api;

import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.message.TopicRecord;
import io.highwater.broker.metadata.MetadataReplay;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.observe.Metrics;
import io.highwater.broker.partition.Partition;
import io.highwater.log.FlushPolicy;
import io.highwater.log.LogConfig;
import io.highwater.log.LogDirectory;
import io.highwater.log.LogDirectoryConfig;
import io.highwater.log.TopicPartitionKey;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.Retained;
import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** The production handler of Produce over partitions on a simulated disk: one request in, one answer out. */
final class ProduceDesk {
    private final SimulatedScheduler scheduler = new SimulatedScheduler(3, new Trace());
    private final SimulatedProcess process = scheduler.newProcess("node");
    private final Shard shard = process.newShard("shard");
    private final ShardTurns turns = new ShardTurns(new ShardAgendas(process.clock()));
    private final MetadataView metadata = new MetadataView();
    private final HostedPartitions hosted = new HostedPartitions();
    private final LogDirectory directory;
    private final ProduceHandler handler;
    private long topics;

    /** Why the connection of the last request was closed, null when it was not. */
    String closedFor;

    ProduceDesk() throws Exception {
        directory = LogDirectory.open(
                new SimulatedDisk(3),
                Path.of("/data"),
                LogDirectoryConfig.DEFAULT,
                process.clock(),
                new SeededRandom(1),
                process.newThread("flush"),
                process.newPool("disk"),
                1,
                null);
        handler = new ProduceHandler(hosted, metadata, process.clock(), new Metrics());
    }

    /** A topic of one partition, which this node leads. */
    Partition open(final String topic, final LogConfig config) throws Exception {
        final TopicPartitionKey key = new TopicPartitionKey(topic, 0, new UUID(5, ++topics));
        final Partition partition = new Partition(
                directory.openPartition(key, config.withFlush(FlushPolicy.OS, 1), shard), shard, process.clock());
        partition.lead(1);
        final TopicRecord record = new TopicRecord();
        record.name = topic;
        record.topicId = key.topicId();
        metadata.advance(MetadataReplay.replay(metadata.current(), topics, List.of(record)));
        hosted.add(new HostedTopic(topic, key.topicId(), new Partition[] {partition}));
        return partition;
    }

    long nowMs() {
        return process.clock().wallMs();
    }

    /** Sends one batch with acks=1. */
    ProduceResponse.PartitionProduceResponse send(final String topic, final int version, final ByteBuffer records) {
        final ProduceResponse response = send(topic, version, records, (short) 1, null);
        return response.responses.get(0).partitionResponses.get(0);
    }

    /** Sends one batch; null when there was no answer. */
    ProduceResponse send(
            final String topic,
            final int version,
            final ByteBuffer records,
            final short acks,
            final String transactionalId) {
        final ProduceRequest request = new ProduceRequest();
        request.acks = acks;
        request.timeoutMs = 1_000;
        request.transactionalId = transactionalId;
        final ProduceRequest.TopicProduceData data = new ProduceRequest.TopicProduceData();
        data.name = topic;
        final ProduceRequest.PartitionProduceData partition = new ProduceRequest.PartitionProduceData();
        partition.records = records;
        data.partitionData.add(partition);
        request.topicData.add(data);
        final Answer answer = new Answer();
        handler.handle(request, new Context((short) version), answer);
        if (!scheduler.runUntil(() -> answer.isGiven, 10_000)) {
            throw new AssertionError("no answer");
        }
        closedFor = answer.closedFor;
        return answer.response;
    }

    /** Lets the stable end reach the partitions. */
    void settle() {
        scheduler.runFor(10);
    }

    private static final class Answer implements Reply<ProduceResponse> {
        private boolean isGiven;
        private ProduceResponse response;
        private String closedFor;

        @Override
        public void send(final ProduceResponse given) {
            response = given;
            isGiven = true;
        }

        @Override
        public void send(final ProduceResponse given, final Retained lifetime) {
            send(given);
            lifetime.release();
        }

        @Override
        public void none() {
            isGiven = true;
        }

        @Override
        public void close(final String reason) {
            closedFor = reason;
            isGiven = true;
        }
    }

    private final class Context implements RequestContext {
        private final short version;

        Context(final short version) {
            this.version = version;
        }

        @Override
        public short apiVersion() {
            return version;
        }

        @Override
        public String clientId() {
            return "producer";
        }

        @Override
        public String advertisedHost() {
            return "broker.example";
        }

        @Override
        public int advertisedPort() {
            return 9092;
        }

        @Override
        public long linkId() {
            return 1;
        }

        @Override
        public InetSocketAddress clientAddress() {
            return InetSocketAddress.createUnresolved("client.example", 5000);
        }

        @Override
        public Shard shard() {
            return shard;
        }

        @Override
        public ShardTurns turns() {
            return turns;
        }

        @Override
        public ParkedFetches.Share parked() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long arrivedNs() {
            return 0;
        }

        @Override
        public Retained frame() {
            return Retained.NONE;
        }

        @Override
        public void releaseFrame() {
            // Nothing to give back: the bytes are on the heap.
        }

        @Override
        public void clientSoftware(final String name, final String softwareVersion) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String clientSoftwareName() {
            return "unknown";
        }
    }
}
