package io.highwater.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.FakeCluster;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.records.Compression;
import io.highwater.records.LogRecord;
import io.highwater.records.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ProducerTest {
    private final SimulatedScheduler scheduler = new SimulatedScheduler(3, new Trace());
    private final FakeCluster cluster = new FakeCluster(scheduler, 3);
    private final List<CompletableFuture<Acknowledgement>> sent = new ArrayList<>();
    private Producer producer;

    @Test
    void recordsAreStoredInOrderAndAcknowledgedWithTheirPlace() {
        cluster.broker().createTopic("t", 1);
        open(ProducerConfig.builder().batchBytes(200));
        send("t", 0, 100);
        finish(10_000);
        for (int i = 0; i < 100; i++) {
            assertEquals(new TopicPartition("t", 0), sent.get(i).join().partition());
            assertEquals(i, sent.get(i).join().offset());
        }
        assertEquals(values(100), stored("t", 0));
        assertTrue(cluster.broker().partition("t", 0).batchCount() > 5);
    }

    @Test
    void everyCodecArrives() {
        for (final Compression compression : Compression.values()) {
            final String topic = compression.codecName();
            cluster.broker().createTopic(topic, 1);
            final FakeCluster calls = cluster;
            producer = new Producer(
                    ProducerConfig.builder().compression(compression).build(),
                    calls,
                    scheduler.clock(),
                    scheduler.newRandom());
            send(topic, 0, 50);
            finish(5_000);
            assertEquals(values(50), stored(topic, 0));
            assertEquals(
                    compression,
                    RecordBatch.codec(cluster.broker().partition(topic, 0).batch(0), 0));
        }
    }

    @Test
    void aRecordWaitsForItsTopicToBeCreated() {
        open(ProducerConfig.builder());
        send("late", 0, 3);
        scheduler.runFor(500);
        assertFalse(sent.get(0).isDone());
        cluster.broker().createTopic("late", 1);
        finish(5_000);
        assertEquals(values(3), stored("late", 0));
    }

    @Test
    void aTopicThatNeverComesFailsItsRecords() {
        open(ProducerConfig.builder().blockMs(2_000));
        send("never", 0, 2);
        finish(3_000);
        assertFailed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, sent.get(0));
        assertFailed(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, sent.get(1));
    }

    @Test
    void aTopicNameThatIsNotLegalFailsAtOnce() {
        open(ProducerConfig.builder());
        send(" ", 0, 1);
        finish(1_000);
        assertFailed(ErrorCode.INVALID_TOPIC_EXCEPTION, sent.get(0));
    }

    @Test
    void keysGoToThePartitionOfTheirHashAndOthersAreSpread() {
        cluster.broker().createTopic("t", 4);
        open(ProducerConfig.builder().batchBytes(300));
        for (int i = 0; i < 200; i++) {
            sent.add(producer.send(new ProducerRecord("t", utf8("foobar"), utf8("keyed"))));
            sent.add(producer.send(new ProducerRecord("t", null, utf8("free"))));
        }
        finish(10_000);
        final int expected = (-790332482 & Integer.MAX_VALUE) % 4;
        final Set<Integer> used = new HashSet<>();
        for (int i = 0; i < 400; i += 2) {
            assertEquals(expected, sent.get(i).join().partition().partition());
            used.add(sent.get(i + 1).join().partition().partition());
        }
        assertEquals(Set.of(0, 1, 2, 3), used);
    }

    @Test
    void aBatchLingersUntilItIsFlushed() {
        cluster.broker().createTopic("t", 1);
        open(ProducerConfig.builder().lingerMs(60_000));
        send("t", 0, 3);
        scheduler.runFor(1_000);
        assertFalse(sent.get(2).isDone());
        final CompletableFuture<Void> flushed = producer.flush();
        scheduler.runFor(100);
        assertTrue(flushed.isDone());
        assertEquals(values(3), stored("t", 0));
        assertEquals(1, cluster.broker().partition("t", 0).batchCount());
    }

    @Test
    void aLostAnswerDoesNotStoreTwice() {
        cluster.broker().createTopic("t", 1);
        cluster.loseResponse(ProducerTest::isProduce);
        open(ProducerConfig.builder().batchBytes(150));
        send("t", 0, 50);
        finish(20_000);
        assertEquals(values(50), stored("t", 0));
        assertEquals(0, sent.get(0).join().offset());
    }

    @Test
    void aLostRequestKeepsTheOrderOfThoseBehindIt() {
        cluster.broker().createTopic("t", 1);
        cluster.loseRequest(ProducerTest::isProduce);
        cluster.answerWith(ErrorCode.NOT_ENOUGH_REPLICAS, ProducerTest::isProduce);
        open(ProducerConfig.builder().batchBytes(150));
        send("t", 0, 50);
        finish(20_000);
        assertEquals(values(50), stored("t", 0));
    }

    @Test
    void aMovedLeaderIsFollowed() {
        cluster.broker().createTopic("t", 1);
        open(ProducerConfig.builder());
        send("t", 0, 5);
        scheduler.runFor(1_000);
        cluster.broker().moveLeader("t", 0, 2);
        send("t", 0, 5);
        finish(5_000);
        assertEquals(4, sent.get(4).join().offset());
        assertEquals(9, sent.get(9).join().offset());
    }

    @Test
    void aRefusedBatchFailsAloneAndTheNextOnesAreStored() {
        cluster.broker().createTopic("t", 1);
        cluster.answerWith(ErrorCode.MESSAGE_TOO_LARGE, ProducerTest::isProduce);
        open(ProducerConfig.builder().batchBytes(1));
        send("t", 0, 4);
        finish(20_000);
        assertFailed(ErrorCode.MESSAGE_TOO_LARGE, sent.get(0));
        assertEquals(values(4).subList(1, 4), stored("t", 0));
        final long first =
                RecordBatch.producerId(cluster.broker().partition("t", 0).batch(0), 0);
        assertTrue(first > 1_000, "the sequence had a hole, so a new producer id was needed: " + first);
    }

    /** A batch that may be stored under an old number is given up with the number: its partition has nothing left then. */
    @Test
    void givingUpANumberedBatchFailsOneThatMayBeStoredAndTheProducerGoesOn() {
        cluster.broker().createTopic("t", 2);
        open(ProducerConfig.builder().retryBackoffMs(1_000));
        cluster.loseResponse(ProducerTest::isProduce);
        send("t", 1, 1);
        scheduler.runFor(50);
        assertFalse(sent.get(0).isDone(), "it waits to be sent again");
        cluster.answerWith(ErrorCode.MESSAGE_TOO_LARGE, ProducerTest::isProduce);
        send("t", 0, 1);
        finish(100);
        assertFailed(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, sent.get(0));
        assertFailed(ErrorCode.MESSAGE_TOO_LARGE, sent.get(1));
        send("t", 1, 2);
        finish(5_000);
        assertEquals(1, sent.get(2).join().offset());
        assertEquals(2, sent.get(3).join().offset());
    }

    @Test
    void recordsThatCanNotBeDeliveredInTimeFail() {
        cluster.broker().createTopic("t", 1);
        cluster.broker().moveLeader("t", 0, -1);
        open(ProducerConfig.builder().deliveryTimeoutMs(3_000));
        send("t", 0, 2);
        finish(4_000);
        assertFailed(ErrorCode.REQUEST_TIMED_OUT, sent.get(0));
        cluster.broker().moveLeader("t", 0, 1);
    }

    @Test
    void withoutAcknowledgementsTheOffsetIsNotKnown() {
        cluster.broker().createTopic("t", 1);
        open(ProducerConfig.builder().acks(0));
        send("t", 0, 2);
        finish(1_000);
        assertEquals(-1, sent.get(1).join().offset());
        assertEquals(values(2), stored("t", 0));
    }

    @Test
    void aFullBufferRefusesWithoutTimeToWait() {
        cluster.broker().createTopic("t", 1);
        open(ProducerConfig.builder().bufferBytes(200).blockMs(0));
        send("t", 0, 20);
        assertFailed(ErrorCode.REQUEST_TIMED_OUT, sent.get(19));
    }

    @Test
    void theBufferIsFreeAgainWhenRecordsAreDone() {
        cluster.broker().createTopic("t", 1);
        open(ProducerConfig.builder().bufferBytes(300).blockMs(1_000));
        for (int round = 0; round < 20; round++) {
            send("t", 0, 2);
            scheduler.runFor(100);
        }
        assertEquals(40, stored("t", 0).size());
    }

    @Test
    void aRecordThatIsTooLargeIsRefused() {
        open(ProducerConfig.builder().requestBytesMax(1_000));
        assertFailed(
                ErrorCode.MESSAGE_TOO_LARGE, producer.send(new ProducerRecord("t", null, ByteBuffer.allocate(1_000))));
    }

    @Test
    void closingSendsWhatIsThereAndThenRefuses() {
        cluster.broker().createTopic("t", 1);
        open(ProducerConfig.builder().lingerMs(60_000));
        send("t", 0, 3);
        final CompletableFuture<Void> closed = producer.close(5_000);
        scheduler.runFor(1_000);
        assertTrue(closed.isDone());
        assertTrue(cluster.isClosed());
        assertEquals(values(3), stored("t", 0));
        assertThrows(IllegalStateException.class, () -> producer.send(new ProducerRecord("t", null, null)));
    }

    @Test
    void closingFailsWhatCanNotBeSentInTime() {
        open(ProducerConfig.builder());
        send("never", 0, 1);
        final CompletableFuture<Void> closed = producer.close(500);
        scheduler.runFor(1_000);
        assertTrue(closed.isDone());
        assertFailed(ErrorCode.NETWORK_EXCEPTION, sent.get(0));
    }

    /** Aim: whatever breaks, each acknowledged record is stored once, in order, at the offset that was told. */
    @Test
    void acknowledgedRecordsAreStoredOnceAndInOrderThroughRandomFaults() {
        for (int seed = 0; seed < 30; seed++) {
            final SimulatedScheduler world = new SimulatedScheduler(seed, new Trace());
            final FakeCluster brokers = new FakeCluster(world, 3);
            brokers.broker().createTopic("t", 3);
            brokers.breakChance = 0.15;
            final Producer faulty = new Producer(
                    ProducerConfig.builder().batchBytes(150).build(), brokers, world.clock(), world.newRandom());
            final List<CompletableFuture<Acknowledgement>> futures = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                futures.add(faulty.send(new ProducerRecord("t", i % 3, null, utf8("v" + i), List.of(), i)));
                if (i % 20 == 0) {
                    brokers.broker().moveLeader("t", i % 3, 1 + i / 20 % 3);
                    world.runFor(30);
                }
            }
            final String which = "seed " + seed;
            assertTrue(world.runUntil(() -> futures.stream().allMatch(CompletableFuture::isDone), 120_000), which);
            for (int partition = 0; partition < 3; partition++) {
                final List<LogRecord> records =
                        brokers.broker().partition("t", partition).records();
                assertEquals(100, records.size(), which);
                for (int n = 0; n < 100; n++) {
                    final int i = partition + 3 * n;
                    assertEquals(utf8("v" + i), records.get(n).value(), which);
                    assertEquals(n, futures.get(i).join().offset(), which);
                    assertEquals(i, futures.get(i).join().timestamp(), which);
                }
            }
        }
    }

    private void open(final ProducerConfig.Builder config) {
        producer = new Producer(config.build(), cluster, scheduler.clock(), scheduler.newRandom());
    }

    private void send(final String topic, final int partition, final int count) {
        for (int i = 0; i < count; i++) {
            sent.add(producer.send(new ProducerRecord(
                    topic,
                    partition,
                    null,
                    utf8("value " + i),
                    List.of(),
                    cluster.broker().nowMs())));
        }
    }

    private void finish(final long limitMs) {
        assertTrue(scheduler.runUntil(() -> sent.stream().allMatch(CompletableFuture::isDone), limitMs));
    }

    private List<String> stored(final String topic, final int partition) {
        return cluster.broker().partition(topic, partition).records().stream()
                .map(record -> StandardCharsets.UTF_8
                        .decode(record.value().duplicate())
                        .toString())
                .toList();
    }

    private static List<String> values(final int count) {
        final List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add("value " + i);
        }
        return values;
    }

    private static void assertFailed(final ErrorCode error, final CompletableFuture<?> future) {
        final CompletionException e = assertThrows(CompletionException.class, future::join);
        assertEquals(error, ((ProduceException) e.getCause()).error());
    }

    private static boolean isProduce(final Message message) {
        return message instanceof ProduceRequest;
    }

    private static ByteBuffer utf8(final String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
