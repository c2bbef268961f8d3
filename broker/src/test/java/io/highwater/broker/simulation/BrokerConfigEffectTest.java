package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.DiskOperation;
import io.highwater.port.Trace;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.JoinGroupRequest;
import io.highwater.protocol.message.JoinGroupResponse;
import io.highwater.protocol.message.ListOffsetsRequest;
import io.highwater.protocol.message.ListOffsetsResponse;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.OffsetFetchResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.records.RecordBatchBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client of a broker, or its disk, sees of each server key: with one value, and with another. */
final class BrokerConfigEffectTest {
    private static final long TIMESTAMP = 1_767_225_600_000L;
    private static final byte[] SUBSCRIPTION = {0, 0, 0, 0, 0, 0, -1, -1, -1, -1};

    private SimulatedWorld world;
    private Caller client;

    @Test
    void nodeIdIsToldToClients() {
        start("node.id", "7");
        assertEquals(
                7,
                client.ask(new MetadataRequest(), MetadataResponse.class)
                        .brokers
                        .get(0)
                        .nodeId);
    }

    @Test
    void advertisedListenersIsToldToClients() {
        start("advertised.listeners", "broker.example.org:19092");
        final MetadataResponse.MetadataResponseBroker told = client.ask(new MetadataRequest(), MetadataResponse.class)
                .brokers
                .get(0);
        assertEquals("broker.example.org:19092", told.host + ":" + told.port);
    }

    @ParameterizedTest
    @CsvSource({"commit, false", "interval, true", "os, true"})
    void flushPolicySaysWhetherAnAnswerWaitsForTheDisk(final String policy, final boolean isAnswered) {
        start("flush.policy", policy);
        final UUID topic = client.create("t", 1);
        world.flusher.hold();
        final Caller.Call<ProduceResponse> call = client.send(Caller.production(topic, 100));
        world.run(1_000);
        assertEquals(isAnswered, call.isOver());
    }

    @Test
    void flushMsIsTheTimeBetweenForces() {
        start(Map.of("flush.policy", "interval", "flush.ms", "5000"));
        final UUID topic = client.create("t", 1);
        final int[] forces = new int[1];
        world.disk.beforeEach((operation, path) -> {
            forces[0] += operation == DiskOperation.FORCE && path.toString().contains("t-0") ? 1 : 0;
        });
        client.produce(topic, 100);
        world.run(2_000);
        assertEquals(0, forces[0]);
        world.run(5_000);
        assertTrue(forces[0] > 0);
    }

    @Test
    void numPartitionsAndDefaultReplicationFactorAreForWhoNamesNone() {
        start("num.partitions", "3");
        assertEquals(3, createWithDefaults().numPartitions);
        start("default.replication.factor", "2");
        assertEquals(ErrorCode.INVALID_REPLICATION_FACTOR.code(), createWithDefaults().errorCode);
    }

    @ParameterizedTest
    @CsvSource({"true, NONE", "false, UNKNOWN_TOPIC_OR_PARTITION"})
    void autoCreateTopicsEnableSaysWhetherAskingMakesATopic(final String isOn, final ErrorCode expected) {
        start("auto.create.topics.enable", isOn);
        final MetadataRequest request = new MetadataRequest();
        request.allowAutoTopicCreation = true;
        final MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic();
        topic.name = "asked-for";
        request.topics.add(topic);
        client.ask(request, MetadataResponse.class);
        world.run(1_000);
        final MetadataResponse second = client.ask(request, MetadataResponse.class);
        assertEquals(expected, ErrorCode.forCode(second.topics.get(0).errorCode));
    }

    @Test
    void messageMaxBytesIsTheLargestBatch() {
        start("message.max.bytes", "1000");
        final UUID topic = client.create("t", 1);
        assertEquals(ErrorCode.NONE, client.produce(topic, 900));
        assertEquals(ErrorCode.MESSAGE_TOO_LARGE, client.produce(topic, 1_000));
    }

    @Test
    void socketRequestMaxBytesIsTheLargestRequest() {
        start("socket.request.max.bytes", "2000");
        final UUID topic = client.create("t", 1);
        assertEquals(ErrorCode.NONE, client.produce(topic, 1_500));
        final Caller.Call<ProduceResponse> larger = client.send(Caller.production(topic, 2_000));
        world.run(1_000);
        assertEquals(ErrorCode.NETWORK_EXCEPTION, larger.failure);
    }

    /** The disk hangs, so each request that is read stays. */
    @ParameterizedTest
    @CsvSource({
        "connection.max.requests, 2, 2",
        "connection.max.requests, 4, 4",
        "connection.max.request.bytes, 65536, 1",
        "connection.max.request.bytes, 262144, 5"
    })
    void aConnectionIsNotReadBeyondItsBound(final String key, final String value, final int inProgress) {
        start(key, value);
        final UUID topic = client.create("t", 1);
        world.flusher.hold();
        for (int i = 0; i < 5; i++) {
            client.send(Caller.production(topic, 40_000));
        }
        world.run(1_000);
        assertEquals(inProgress, world.metrics().api(ApiKey.PRODUCE).inProgress());
    }

    @Test
    void fetchMaxBytesBoundsAnAnswer() {
        assertEquals(3, batchesFetched("57671680"));
        assertEquals(1, batchesFetched("3000"));
    }

    @Test
    void fetchSessionCacheSlotsAreTheSessionsKept() {
        start("max.incremental.fetch.session.cache.slots", "0");
        assertEquals(0, openSession());
        start("max.incremental.fetch.session.cache.slots", "1");
        assertNotEquals(0, openSession());
    }

    @Test
    void logSegmentBytesRollsASegment() {
        assertEquals(1, segmentsAfterTwoBatches("log.segment.bytes", "1073741824", 600_000, 0));
        assertEquals(2, segmentsAfterTwoBatches("log.segment.bytes", "1048576", 600_000, 0));
    }

    @Test
    void logRollMsRollsASegment() {
        assertEquals(1, segmentsAfterTwoBatches("log.roll.ms", "1000", 100, 500));
        assertEquals(2, segmentsAfterTwoBatches("log.roll.ms", "1000", 100, 1_500));
    }

    @ParameterizedTest
    @CsvSource({"65536, true", "0, false"})
    void dataJournalBytesSaysWhetherThereIsOne(final String value, final boolean isThere) throws Exception {
        start("data.journal.bytes", value);
        assertEquals(ErrorCode.NONE, client.produce(client.create("t", 1), 10));
        world.run(1_000);
        assertEquals(isThere, world.disk.exists(Path.of("/data/data-journal.0")));
    }

    /** An entry is written when the log has grown by the interval since the last one. */
    @Test
    void logIndexIntervalBytesIsTheDistanceOfIndexEntries() throws Exception {
        assertTrue(indexBytes("100") > indexBytes("1000000"));
    }

    @Test
    void aProducerSilentForProducerIdExpirationMsIsForgotten() {
        start("producer.id.expiration.ms", "60000");
        final UUID topic = client.create("t", 1);
        assertEquals(0, produceAgain(topic).baseOffset);
        world.run(30_000);
        assertEquals(0, produceAgain(topic).baseOffset, "a retry that is recognised");
        world.run(61_000);
        // A log looks at the time when it takes a batch.
        assertEquals(ErrorCode.NONE, client.produce(topic, 10));
        assertEquals(2, produceAgain(topic).baseOffset, "stored as new");
    }

    @ParameterizedTest
    @CsvSource({"group.min.session.timeout.ms, 20000", "group.max.session.timeout.ms, 9000"})
    void groupSessionTimeoutsAreBounded(final String key, final String value) {
        start(Map.of());
        assertEquals(ErrorCode.NONE, join("group"));
        start(key, value);
        assertEquals(ErrorCode.INVALID_SESSION_TIMEOUT, join("group"));
    }

    @Test
    void groupMaxSizeIsTheMostMembers() {
        start("group.max.size", "1");
        assertEquals(ErrorCode.NONE, join("group"));
        assertEquals(ErrorCode.GROUP_MAX_SIZE_REACHED, join("group"));
        assertEquals(ErrorCode.NONE, join("another"));
    }

    @Test
    void offsetMetadataMaxBytesIsTheLongestTextWithAnOffset() {
        start("offset.metadata.max.bytes", "10");
        final Target target = new Target("t", client.create("t", 1), 0);
        assertEquals(ErrorCode.NONE, commit(target, "x".repeat(10)));
        assertEquals(ErrorCode.OFFSET_METADATA_TOO_LARGE, commit(target, "x".repeat(11)));
    }

    @ParameterizedTest
    @CsvSource({
        "max.connections, 1, false",
        "max.connections, 2, true",
        "max.connections.per.ip, 1, false",
        "max.connections.per.ip, 2, true"
    })
    void oneConnectionTooManyIsClosed(final String key, final String value, final boolean isServed) {
        start(key, value);
        assertServesASecond(isServed);
    }

    @Test
    void anAddressMayHaveANumberOfItsOwn() {
        start(Map.of("max.connections.per.ip", "1", "max.connections.per.ip.overrides", "10.9.9.9:3, 127.0.0.1:2"));
        assertServesASecond(true);
        assertFalse(isServed(new Caller(world, "third")));
    }

    /** The rate is that of the listener, and who is connected has its answers meanwhile. */
    @ParameterizedTest
    @CsvSource({"2147483647, 0, 100", "4, 1700, 2400", "1, 7700, 8400"})
    void maxConnectionCreationRateIsTheConnectionsAcceptedInASecond(
            final String rate, final long leastMs, final long mostMs) {
        start("max.connection.creation.rate", rate);
        assertTrue(isServed(client));
        final long beganMs = world.scheduler.clock().monotonicMs();
        final List<Caller.Call<MetadataResponse>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(new Caller(world, "client" + i).send(new MetadataRequest()));
        }
        assertTrue(isServed(client));
        assertTrue(world.scheduler.clock().monotonicMs() - beganMs < 50, "who is connected waits");
        world.scheduler.runUntil(() -> calls.stream().allMatch(Caller.Call::isOver), 20_000);
        final long tookMs = world.scheduler.clock().monotonicMs() - beganMs;
        assertTrue(calls.stream().allMatch(call -> call.response != null), "none is refused");
        assertTrue(tookMs >= leastMs && tookMs <= mostMs, "after " + tookMs + " ms");
        assertEquals(0, world.metrics().connectionsRefused());
    }

    private void assertServesASecond(final boolean isServed) {
        assertTrue(isServed(client));
        assertEquals(isServed, isServed(new Caller(world, "second")));
        assertTrue(isServed(client), "who is connected goes on");
        assertEquals(isServed, world.metrics().connectionsRefused() == 0);
    }

    private boolean isServed(final Caller caller) {
        final Caller.Call<MetadataResponse> call = caller.send(new MetadataRequest());
        world.scheduler.runUntil(call::isOver, 5_000);
        return call.response != null;
    }

    @ParameterizedTest
    @CsvSource({"1000, 1", "-1, 0", "9223372036854775807, 0", "9223372036854775806, 0"})
    void logRetentionMsIsTheAgeAtWhichRecordsGo(final String value, final long earliest) {
        start(Map.of("log.retention.ms", value, "log.retention.check.interval.ms", "1000"));
        assertEquals(earliest, earliestOfAnOldRecord(5_000));
    }

    @ParameterizedTest
    @CsvSource({"700000, 1", "-1, 0"})
    void logRetentionBytesIsTheSizeAboveWhichRecordsGo(final String value, final long earliest) {
        start(Map.of(
                "log.retention.bytes", value,
                "log.retention.ms", "-1",
                "log.segment.bytes", "1048576",
                "log.retention.check.interval.ms", "1000"));
        final UUID topic = client.create("t", 1);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, produceAt(topic, 600_000, TIMESTAMP).errorCode);
        }
        world.pass(5_000);
        assertEquals(earliest, earliest());
    }

    @ParameterizedTest
    @CsvSource({"1000, 1", "300000, 0", "9223372036854775807, 0"})
    void logRetentionCheckIntervalMsIsHowOftenThatIsLookedAt(final String value, final long earliest) {
        start("log.retention.check.interval.ms", value);
        assertEquals(earliest, earliestOfAnOldRecord(5_000));
    }

    /** Written at the begin of time, and looked for after so long. */
    private long earliestOfAnOldRecord(final long afterMs) {
        assertEquals(0, produceAt(client.create("t", 1), 100, 1_000).errorCode);
        world.pass(afterMs);
        return earliest();
    }

    private long earliest() {
        final ListOffsetsRequest request = new ListOffsetsRequest();
        final ListOffsetsRequest.ListOffsetsTopic topic = new ListOffsetsRequest.ListOffsetsTopic();
        topic.name = "t";
        final ListOffsetsRequest.ListOffsetsPartition partition = new ListOffsetsRequest.ListOffsetsPartition();
        partition.timestamp = -2;
        topic.partitions.add(partition);
        request.topics.add(topic);
        return client.ask(request, ListOffsetsResponse.class)
                .topics
                .get(0)
                .partitions
                .get(0)
                .offset;
    }

    @Test
    void groupOffsetsMaxBytesBoundsWhatGroupsLeave() {
        start("group.offsets.max.bytes", "65536");
        final UUID topic = client.create("t", 1_000);
        int committed = 0;
        while (commit(new Target("t", topic, committed), "") == ErrorCode.NONE) {
            committed++;
        }
        assertTrue(committed > 100 && committed < 300, committed + " offsets");
        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE, commit(new Target("t", topic, 999), ""));
        assertEquals(ErrorCode.NONE, commit(new Target("t", topic, 0), ""));
    }

    @ParameterizedTest
    @CsvSource({"5000, 5000", "200, 200"})
    void aCommitWaitsForTheCoreForOffsetsCommitTimeoutMs(final String timeoutMs, final long expectedMs) {
        start("offsets.commit.timeout.ms", timeoutMs);
        final Target target = new Target("t", client.create("t", 1), 0);
        assertEquals(ErrorCode.NONE, commit(target, ""));
        world.groupsDisk.hold();
        final long askedMs = world.scheduler.clock().monotonicMs();
        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE, commit(target, ""));
        final long waitedMs = world.scheduler.clock().monotonicMs() - askedMs;
        assertTrue(waitedMs >= expectedMs && waitedMs < expectedMs + 50, "after " + waitedMs + " ms");
    }

    /** The second row: looked at too seldom to notice. The third: not yet over. */
    @ParameterizedTest
    @CsvSource({"1, 1000, -1", "1, 300000, 1", "10, 1000, 1"})
    void offsetsOutliveTheirGroupForOffsetsRetentionMinutesAndAreLookedAtInIntervals(
            final String minutes, final String checkMs, final long expected) {
        start(Map.of("offsets.retention.minutes", minutes, "offsets.retention.check.interval.ms", checkMs));
        final Target target = new Target("t", client.create("t", 1), 0);
        assertEquals(ErrorCode.NONE, commit(target, ""));
        world.pass(30_000);
        assertEquals(1, committed(target));
        world.pass(60_000);
        assertEquals(expected, committed(target));
    }

    private long committed(final Target target) {
        return OffsetActor.committedOrNull(
                client.ask(OffsetActor.fetchRequest("group", target), OffsetFetchResponse.class));
    }

    private void start(final String key, final String value) {
        start(Map.of(key, value));
    }

    private void start(final Map<String, String> settings) {
        world = new SimulatedWorld(21, new Trace(), false, settings);
        assertTrue(world.start());
        client = new Caller(world, "client");
    }

    private CreateTopicsResponse.CreatableTopicResult createWithDefaults() {
        final CreateTopicsRequest request = Caller.creation("t", -1);
        request.topics.get(0).replicationFactor = -1;
        return client.ask(request, CreateTopicsResponse.class).topics.get(0);
    }

    private int batchesFetched(final String maxBytes) {
        start("fetch.max.bytes", maxBytes);
        final UUID topic = client.create("t", 1);
        for (int i = 0; i < 3; i++) {
            assertEquals(ErrorCode.NONE, client.produce(topic, 2_000));
        }
        final FetchResponse response = client.ask(fetch(topic), FetchResponse.class);
        return response.responses.get(0).partitions.get(0).records.remaining() / 2_000;
    }

    private int openSession() {
        final FetchRequest request = fetch(client.create("t", 1));
        request.sessionEpoch = 0;
        return client.ask(request, FetchResponse.class).sessionId;
    }

    private static FetchRequest fetch(final UUID topicId) {
        final FetchRequest request = new FetchRequest();
        request.maxBytes = 1 << 20;
        final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
        topic.topicId = topicId;
        final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
        partition.partitionMaxBytes = 1 << 20;
        topic.partitions.add(partition);
        request.topics.add(topic);
        return request;
    }

    private int segmentsAfterTwoBatches(
            final String key, final String value, final int bytes, final long timeBetweenMs) {
        start(key, value);
        final UUID topic = client.create("t", 1);
        final Set<Path> segments = new TreeSet<>();
        world.disk.beforeEach((operation, path) -> {
            if (path.toString().contains("/t-0/") && path.toString().endsWith(".log")) {
                segments.add(path);
            }
        });
        assertEquals(0, produceAt(topic, bytes, TIMESTAMP).errorCode);
        assertEquals(0, produceAt(topic, bytes, TIMESTAMP + timeBetweenMs).errorCode);
        return segments.size();
    }

    private long indexBytes(final String interval) throws IOException {
        start("log.index.interval.bytes", interval);
        final UUID topic = client.create("t", 1);
        for (int i = 0; i < 20; i++) {
            assertEquals(ErrorCode.NONE, client.produce(topic, 200));
        }
        world.stop();
        final Path partition = Path.of("/data/t-0");
        long bytes = 0;
        for (final String file : world.disk.list(partition)) {
            if (file.endsWith(".index")) {
                try (DiskFile index = world.disk.open(partition.resolve(file), false)) {
                    bytes += index.sizeBytes();
                }
            }
        }
        return bytes;
    }

    private ProduceResponse.PartitionProduceResponse produceAt(
            final UUID topic, final int bytes, final long timestamp) {
        return produce(
                topic,
                new RecordBatchBuilder()
                        .reset()
                        .append(timestamp, null, ByteBuffer.wrap(new byte[bytes]))
                        .build());
    }

    /** The same batch of the same producer, each time. */
    private ProduceResponse.PartitionProduceResponse produceAgain(final UUID topic) {
        final ProduceResponse.PartitionProduceResponse answer = produce(
                topic,
                new RecordBatchBuilder()
                        .producer(1_000, (short) 0, 0)
                        .append(TIMESTAMP, null, ByteBuffer.wrap(new byte[10]))
                        .build());
        assertEquals(ErrorCode.NONE, ErrorCode.forCode(answer.errorCode));
        return answer;
    }

    private ProduceResponse.PartitionProduceResponse produce(final UUID topic, final ByteBuffer records) {
        final ProduceRequest request = Caller.production(topic, 1);
        request.topicData.get(0).partitionData.get(0).records = records;
        return client.ask(request, ProduceResponse.class)
                .responses
                .get(0)
                .partitionResponses
                .get(0);
    }

    /** Joins as a new member, with the id that the group gives it. */
    private ErrorCode join(final String group) {
        final JoinGroupRequest request = new JoinGroupRequest();
        request.groupId = group;
        request.sessionTimeoutMs = 10_000;
        request.rebalanceTimeoutMs = 3_000;
        request.protocolType = "consumer";
        final JoinGroupRequest.JoinGroupRequestProtocol protocol = new JoinGroupRequest.JoinGroupRequestProtocol();
        protocol.name = "range";
        protocol.metadata = ByteBuffer.wrap(SUBSCRIPTION);
        request.protocols.add(protocol);
        JoinGroupResponse response = client.ask(request, JoinGroupResponse.class);
        if (response.errorCode == ErrorCode.MEMBER_ID_REQUIRED.code()) {
            request.memberId = response.memberId;
            response = client.ask(request, JoinGroupResponse.class);
        }
        return ErrorCode.forCode(response.errorCode);
    }

    private ErrorCode commit(final Target target, final String text) {
        final OffsetCommitRequest request = OffsetActor.commitRequest("group", target, 1);
        request.topics.get(0).partitions.get(0).committedMetadata = text;
        return ErrorCode.forCode(client.ask(request, OffsetCommitResponse.class)
                .topics
                .get(0)
                .partitions
                .get(0)
                .errorCode);
    }
}
