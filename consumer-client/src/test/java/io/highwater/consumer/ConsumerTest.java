package io.highwater.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.FakeCluster;
import io.highwater.protocol.cluster.FakePartition;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FindCoordinatorRequest;
import io.highwater.protocol.message.ListOffsetsRequest;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);

    private final SimulatedScheduler scheduler = new SimulatedScheduler(5, new Trace());
    private final FakeCluster cluster = new FakeCluster(scheduler, 2);
    private Consumer consumer;

    @BeforeEach
    void open() {
        cluster.broker().createTopic("t", 2);
        open(ConsumerConfig.builder());
    }

    @Test
    void recordsOfEveryCodecAreReadInOrder() {
        int next = 0;
        for (final Compression compression : Compression.values()) {
            append(T0, compression, next, 40);
            next += 40;
        }
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        assertEquals(range(0, next), poll(next));
        assertEquals(next, consumer.position(T0));
    }

    @Test
    void aStartInTheMiddleOfABatchIsExact() {
        append(T0, Compression.GZIP, 0, 30);
        append(T0, Compression.NONE, 30, 30);
        consumer.assign(Map.of(T0, StartPosition.offset(17)));
        assertEquals(range(17, 60), poll(43));
    }

    @Test
    void latestMeansWhatComesAfterwards() {
        append(T0, Compression.NONE, 0, 10);
        consumer.assign(Map.of(T0, StartPosition.LATEST));
        scheduler.runFor(1_000);
        assertEquals(10, consumer.position(T0));
        append(T0, Compression.NONE, 10, 5);
        assertEquals(range(10, 15), poll(5));
    }

    @Test
    void aTimestampFindsItsRecordOrTheEnd() {
        append(T0, Compression.ZSTD, 0, 20);
        append(T1, Compression.NONE, 0, 20);
        consumer.assign(Map.of(T0, StartPosition.timestamp(12), T1, StartPosition.timestamp(500)));
        scheduler.runFor(1_000);
        assertEquals(range(12, 20), poll(8));
        assertEquals(20, consumer.position(T1));
    }

    @Test
    void severalPartitionsOnSeveralBrokersAreRead() {
        append(T0, Compression.NONE, 0, 100);
        append(T1, Compression.LZ4, 100, 100);
        consumer.assign(Map.of(T0, StartPosition.EARLIEST, T1, StartPosition.EARLIEST));
        final List<Integer> read = poll(200);
        read.sort(null);
        assertEquals(range(0, 200), read);
    }

    @Test
    void aPollGivesNoMoreThanWasAsked() {
        open(ConsumerConfig.builder().recordsMax(7));
        append(T0, Compression.SNAPPY, 0, 20);
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        scheduler.runFor(1_000);
        assertEquals(7, consumer.poll(0).size());
        assertEquals(7, consumer.position(T0));
        assertEquals(7, consumer.poll(0).size());
        assertEquals(6, consumer.poll(0).size());
    }

    @Test
    void fetchingAheadIsBounded() {
        for (int i = 0; i < 100; i++) {
            append(T0, Compression.NONE, i, 1);
        }
        open(ConsumerConfig.builder().partitionBytesMax(100));
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        scheduler.runFor(10_000);
        assertEquals(2, cluster.received.stream().filter(ConsumerTest::isFetch).count());
        assertEquals(range(0, 100), poll(100));
    }

    @Test
    void controlBatchesAreSkippedAndThePositionPassesThem() {
        append(T0, Compression.NONE, 0, 3);
        partition(T0)
                .addStored(new RecordBatchBuilder()
                        .baseOffset(3)
                        .producer(1, (short) 0, -1)
                        .transactional()
                        .control()
                        .append(0, ByteBuffer.allocate(4), ByteBuffer.allocate(6))
                        .build());
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        assertEquals(range(0, 3), poll(3));
        scheduler.runFor(1_000);
        assertEquals(List.of(), consumer.poll(0));
        assertEquals(4, consumer.position(T0));
    }

    @Test
    void aWrongChecksumIsToldAfterTheGoodRecords() {
        append(T0, Compression.NONE, 0, 3);
        append(T0, Compression.NONE, 3, 3);
        final ByteBuffer bad = partition(T0).batch(1);
        bad.put(bad.limit() - 1, (byte) ~bad.get(bad.limit() - 1));
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        scheduler.runFor(1_000);
        assertEquals(3, consumer.poll(0).size());
        assertEquals(
                ErrorCode.CORRUPT_MESSAGE,
                assertThrows(ConsumeException.class, () -> consumer.poll(0)).error());
        assertEquals(List.of(), consumer.poll(0));
    }

    @Test
    void anOffsetOutOfRangeIsResetOrTold() {
        append(T0, Compression.NONE, 0, 5);
        append(T0, Compression.NONE, 5, 5);
        partition(T0).trimTo(5);
        open(ConsumerConfig.builder().reset(StartPosition.EARLIEST));
        consumer.assign(Map.of(T0, StartPosition.offset(2)));
        assertEquals(range(5, 10), poll(5));
        open(ConsumerConfig.builder().reset(null));
        consumer.assign(Map.of(T0, StartPosition.offset(2)));
        scheduler.runFor(1_000);
        assertEquals(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                assertThrows(ConsumeException.class, () -> consumer.poll(0)).error());
    }

    @Test
    void aMovedLeaderAndBrokenConnectionsAreFollowed() {
        cluster.breakChance = 0.3;
        cluster.answerWith(ErrorCode.NOT_LEADER_OR_FOLLOWER, message -> message instanceof ListOffsetsRequest);
        cluster.answerWith(ErrorCode.UNKNOWN_LEADER_EPOCH, ConsumerTest::isFetch);
        open(ConsumerConfig.builder().partitionBytesMax(100));
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        final List<Integer> read = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            append(T0, Compression.NONE, i, 1);
            if (i % 10 == 5) {
                cluster.broker().moveLeader("t", 0, 1 + i / 10 % 2);
            }
            scheduler.runFor(200);
            consumer.poll(0).forEach(record -> read.add(number(record)));
        }
        assertTrue(scheduler.runUntil(
                () -> {
                    consumer.poll(0).forEach(record -> read.add(number(record)));
                    return read.size() == 50;
                },
                60_000));
        assertEquals(range(0, 50), read);
    }

    @Test
    void anAssignmentReplacesTheOneBefore() {
        append(T0, Compression.NONE, 0, 5);
        append(T1, Compression.NONE, 100, 5);
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        scheduler.runFor(1_000);
        consumer.assign(Map.of(T1, StartPosition.EARLIEST));
        assertEquals(range(100, 105), poll(5));
        scheduler.runFor(1_000);
        assertEquals(List.of(), consumer.poll(0));
        assertEquals(-1, consumer.position(T0));
    }

    @Test
    void startsAndEndsAreTold() {
        append(T0, Compression.NONE, 0, 5);
        append(T0, Compression.NONE, 5, 5);
        partition(T0).trimTo(5);
        assertEquals(Map.of(T0, 5L, T1, 0L), get(consumer.startOffsets(List.of(T0, T1))));
        assertEquals(Map.of(T0, 10L, T1, 0L), get(consumer.endOffsets(List.of(T0, T1))));
        assertEquals(Map.of(T0, 7L, T1, -1L), get(consumer.offsetsAt(List.of(T0, T1), 7)));
        assertEquals(Map.of(), get(consumer.endOffsets(List.of())));
    }

    @Test
    void offsetsAreCommittedAndReadBackThroughAMovingCoordinator() {
        cluster.answerWith(ErrorCode.COORDINATOR_NOT_AVAILABLE, message -> message instanceof FindCoordinatorRequest);
        cluster.answerWith(ErrorCode.NOT_COORDINATOR, message -> message instanceof OffsetCommitRequest);
        cluster.loseRequest(message -> message instanceof OffsetCommitRequest);
        get(consumer.commit("g", Map.of(T0, 42L)));
        assertEquals(42L, cluster.broker().committed("g", "t", 0));
        assertEquals(Map.of(T0, 42L), get(consumer.committed("g", List.of(T0, T1))));
        assertEquals(Map.of(), get(consumer.committed("other", List.of(T0))));
    }

    @Test
    void aCommitThatIsRefusedFails() {
        cluster.answerWith(ErrorCode.UNKNOWN_MEMBER_ID, message -> message instanceof OffsetCommitRequest);
        final CompletableFuture<Void> refused = consumer.commit("g", Map.of(T0, 42L));
        scheduler.runFor(1_000);
        final CompletionException e = assertThrows(CompletionException.class, refused::join);
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, ((ConsumeException) e.getCause()).error());
    }

    @Test
    void aTopicIsFoundOrNotInTime() {
        assertEquals(2, get(consumer.topic("t")).partitions().size());
        open(ConsumerConfig.builder().callTimeoutMs(2_000));
        final CompletableFuture<?> missing = consumer.topic("missing");
        scheduler.runFor(1_000);
        assertFalse(missing.isDone());
        scheduler.runFor(2_000);
        final CompletionException e = assertThrows(CompletionException.class, missing::join);
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ((ConsumeException) e.getCause()).error());
    }

    @Test
    void aPartitionThatCantBeReadIsNamedUntilItCan() {
        append(T0, Compression.NONE, 0, 5);
        consumer.assign(Map.of(T0, StartPosition.EARLIEST, T1, StartPosition.EARLIEST));
        assertEquals(range(0, 5), poll(5));
        assertEquals(Map.of(), consumer.troubles());
        cluster.broker().moveLeader("t", 0, -1);
        scheduler.runFor(5_000);
        assertEquals(Map.of(T0, ErrorCode.LEADER_NOT_AVAILABLE), consumer.troubles());
        cluster.broker().moveLeader("t", 0, 1);
        scheduler.runFor(5_000);
        assertEquals(Map.of(), consumer.troubles());
    }

    @Test
    void brokersThatAreGoneAreTroubleWhileFetchingAndWhileFindingTheStart() {
        consumer.assign(Map.of(T0, StartPosition.offset(0)));
        scheduler.runFor(1_000);
        cluster.breakChance = 1;
        scheduler.runFor(5_000);
        assertEquals(Map.of(T0, ErrorCode.NETWORK_EXCEPTION), consumer.troubles());
        consumer.assign(Map.of(T1, StartPosition.EARLIEST));
        assertEquals(Map.of(), consumer.troubles());
        scheduler.runFor(5_000);
        assertEquals(Map.of(T1, ErrorCode.NETWORK_EXCEPTION), consumer.troubles());
        cluster.breakChance = 0;
        scheduler.runFor(5_000);
        assertEquals(Map.of(), consumer.troubles());
    }

    @Test
    void closingClosesTheConnections() {
        consumer.assign(Map.of(T0, StartPosition.EARLIEST));
        scheduler.runFor(100);
        consumer.close();
        scheduler.runFor(100);
        assertTrue(cluster.isClosed());
        assertThrows(IllegalStateException.class, () -> consumer.poll(0));
    }

    private void open(final ConsumerConfig.Builder config) {
        consumer = new Consumer(config.build(), cluster, scheduler.clock(), scheduler.newRandom());
    }

    private FakePartition partition(final TopicPartition partition) {
        return cluster.broker().partition(partition.topic(), partition.partition());
    }

    /** Values and timestamps are the numbers. */
    private void append(final TopicPartition to, final Compression compression, final int first, final int count) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().compression(compression);
        builder.baseOffset(partition(to).endOffset());
        for (int i = first; i < first + count; i++) {
            builder.append(i, null, ByteBuffer.wrap(("" + i).getBytes(StandardCharsets.UTF_8)));
        }
        final ByteBuffer batch = builder.build();
        assertEquals(count, RecordBatch.recordCount(batch, 0));
        partition(to).addStored(batch);
    }

    private List<Integer> poll(final int count) {
        final List<Integer> numbers = new ArrayList<>();
        scheduler.runUntil(
                () -> {
                    consumer.poll(0).forEach(record -> numbers.add(number(record)));
                    return numbers.size() >= count;
                },
                30_000);
        return numbers;
    }

    private <T> T get(final CompletableFuture<T> future) {
        assertTrue(scheduler.runUntil(future::isDone, 30_000));
        return future.join();
    }

    private static int number(final ConsumedRecord record) {
        return Integer.parseInt(StandardCharsets.UTF_8
                .decode(record.record().value().duplicate())
                .toString());
    }

    private static List<Integer> range(final int from, final int to) {
        final List<Integer> numbers = new ArrayList<>();
        for (int i = from; i < to; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    private static boolean isFetch(final Message message) {
        return message instanceof FetchRequest;
    }
}
