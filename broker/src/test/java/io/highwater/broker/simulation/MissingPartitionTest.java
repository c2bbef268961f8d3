package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.partition.Partition;
import io.highwater.log.disk.DiskOperation;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreatePartitionsRequest;
import io.highwater.protocol.message.CreatePartitionsResponse;
import io.highwater.protocol.message.DescribeTopicPartitionsRequest;
import io.highwater.protocol.message.DescribeTopicPartitionsResponse;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A partition that can't be opened is tried again, and served when its disk is well, while the node runs. */
final class MissingPartitionTest {
    private static final String SEGMENT = "/00000000000000000000.log";
    /** How the trace calls a task of the executor on which partitions are opened. */
    private static final String BLOCKING_TASK = "broker0/disk ";

    private static final int FOR_EVER = Integer.MAX_VALUE;
    /** Longer than between any two tries. */
    private static final long NEXT_TRY_MS = 32_000;

    private final StringBuilder told = new StringBuilder();
    private final SimulatedWorld world = new SimulatedWorld(12, new Trace(told), false);

    @Test
    void aPartitionWhoseOpeningFailsAtTheStartIsServedLaterAndWhatItTakesThenIsDurable() {
        world.start();
        final UUID orders = new Caller(world, "client").create("orders", 1);
        assertEquals(ErrorCode.NONE, produce(orders, 0));
        world.losePower();
        // At the start, and 1, 3 and 7 seconds later.
        failToOpen("orders-0", 4);
        world.start();
        world.run(6_000);
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, produce(orders, 0));

        world.run(11_000);

        assertEquals(ErrorCode.NONE, produce(orders, 0));
        assertEquals(metadata("orders").leaderEpoch, partition(orders, 0).leaderEpoch());
        world.losePower();
        world.start();
        assertEquals(2, partition(orders, 0).highWatermark());
    }

    @Test
    void aPartitionWhoseCreationFailsIsOfflineAndServedLater() {
        world.start();
        final Caller client = new Caller(world, "client");
        world.disk.fail(DiskOperation.CREATE_DIRECTORY, "orders-0", 3);
        final UUID orders = client.create("orders", 2);

        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, produce(orders, 0));
        assertEquals(ErrorCode.NONE, produce(orders, 1));
        assertEquals(List.of(1), metadata("orders").offlineReplicas);
        assertEquals(List.of(1), description("orders").offlineReplicas);
        assertEquals(1, metadata("orders").leaderId);
        assertEquals(ErrorCode.NONE.code(), metadata("orders").errorCode);
        world.run(NEXT_TRY_MS);

        assertEquals(ErrorCode.NONE, produce(orders, 0));
        assertEquals(List.of(), metadata("orders").offlineReplicas);
        assertEquals(List.of(), description("orders").offlineReplicas);
        world.stop();
        world.start();
        assertEquals(1, partition(orders, 0).highWatermark());
    }

    @Test
    void aTopicGrowsWhileOneOfItsPartitionsIsMissing() {
        world.start();
        final Caller client = new Caller(world, "client");
        failToOpen("orders-0", FOR_EVER);
        failToOpen("orders-3", FOR_EVER);
        final UUID orders = client.create("orders", 2);
        final Partition second = partition(orders, 1);
        world.run(NEXT_TRY_MS);

        assertEquals(ErrorCode.NONE, grow("orders", 5));

        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, produce(orders, 0));
        assertEquals(ErrorCode.KAFKA_STORAGE_ERROR, produce(orders, 3));
        for (final int index : new int[] {1, 2, 4}) {
            assertEquals(ErrorCode.NONE, produce(orders, index));
        }
        final Partition last = partition(orders, 4);
        world.disk.heal();
        world.run(NEXT_TRY_MS);
        for (int index = 0; index < 5; index++) {
            assertEquals(ErrorCode.NONE, produce(orders, index));
        }
        requireIdle();
        assertSame(second, partition(orders, 1));
        assertSame(last, partition(orders, 4));
    }

    @Test
    void aTopicThatIsDeletedWhileAPartitionIsMissingIsNotTriedAgain() {
        world.start();
        final Caller client = new Caller(world, "client");
        failToOpen("orders-0", FOR_EVER);
        final UUID orders = client.create("orders", 2);
        assertEquals(ErrorCode.NONE, client.delete("orders"));
        world.run(100);
        world.disk.heal();
        final int[] operations = countOperations("orders");

        world.run(NEXT_TRY_MS);

        assertEquals(0, operations[0]);
        requireIdle();
        assertNull(world.hosted().topicOrNull(orders));
        assertFalse(world.dataFiles().contains("orders-0"));
        final UUID next = client.create("orders", 1);
        assertEquals(ErrorCode.NONE, produce(next, 0));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID, produce(orders, 0));
    }

    @Test
    void nothingIsTriedAgainWhenNothingIsMissingAnyMore() {
        world.start();
        failToOpen("orders-0", 1);
        final UUID orders = new Caller(world, "client").create("orders", 1);
        world.run(NEXT_TRY_MS);
        final Partition first = partition(orders, 0);
        assertNotNull(first);
        requireIdle();
        assertSame(first, partition(orders, 0));
    }

    /** Aim: the stop waits two seconds for a disk that hangs, in which the missing partition's time comes. */
    @Test
    void nothingIsTriedAgainOnceAStopBegan() {
        world.start();
        final Caller client = new Caller(world, "client");
        final UUID bills = client.create("bills", 1);
        failToOpen("orders-0", 1);
        client.create("orders", 1);
        world.flusher.hold();
        client.send(Caller.production(bills, 10));
        world.run(100);
        final int[] operations = countOperations("orders-0");
        final long beganMs = world.scheduler.clock().monotonicMs();

        world.stop();

        assertTrue(world.scheduler.clock().monotonicMs() - beganMs >= 2_000);
        assertEquals(0, operations[0]);
    }

    private void failToOpen(final String directory, final int times) {
        world.disk.fail(DiskOperation.OPEN, directory + SEGMENT, times);
    }

    /** Nothing is tried again, and nobody looks whether something is to be. */
    private void requireIdle() {
        // The last writes leave the data journal, and the journal hears of them.
        world.run(8_000);
        final int began = told.length();
        world.run(2 * NEXT_TRY_MS);
        assertTrue(told.substring(0, began).contains(BLOCKING_TASK));
        assertFalse(told.substring(began).contains(BLOCKING_TASK));
    }

    /** Counts from now on what is done with files whose path contains this. */
    private int[] countOperations(final String pathPart) {
        final int[] count = new int[1];
        world.disk.beforeEach((operation, path) -> count[0] += path.toString().contains(pathPart) ? 1 : 0);
        return count;
    }

    private Partition partition(final UUID topicId, final int index) {
        return world.hosted().topicOrNull(topicId).partitionOrNull(index);
    }

    private ErrorCode produce(final UUID topicId, final int index) {
        final ProduceRequest request = Caller.production(topicId, 10);
        request.topicData.get(0).partitionData.get(0).index = index;
        return Caller.errorOf(new Caller(world, "producer").ask(request, ProduceResponse.class));
    }

    private ErrorCode grow(final String name, final int partitions) {
        final CreatePartitionsRequest request = new CreatePartitionsRequest();
        request.timeoutMs = Caller.TIMEOUT_MS;
        final CreatePartitionsRequest.CreatePartitionsTopic topic = new CreatePartitionsRequest.CreatePartitionsTopic();
        topic.name = name;
        topic.count = partitions;
        topic.assignments = null;
        request.topics.add(topic);
        final CreatePartitionsResponse response =
                new Caller(world, "admin").ask(request, CreatePartitionsResponse.class);
        return ErrorCode.forCode(response.results.get(0).errorCode);
    }

    /** What Metadata says of partition 0. */
    private MetadataResponse.MetadataResponsePartition metadata(final String name) {
        final MetadataRequest request = new MetadataRequest();
        final MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic();
        topic.name = name;
        request.topics.add(topic);
        return new Caller(world, "client")
                .ask(request, MetadataResponse.class)
                .topics
                .get(0)
                .partitions
                .get(0);
    }

    /** What DescribeTopicPartitions says of partition 0. */
    private DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition description(final String name) {
        final DescribeTopicPartitionsRequest request = new DescribeTopicPartitionsRequest();
        final DescribeTopicPartitionsRequest.TopicRequest topic = new DescribeTopicPartitionsRequest.TopicRequest();
        topic.name = name;
        request.topics.add(topic);
        return new Caller(world, "client")
                .ask(request, DescribeTopicPartitionsResponse.class)
                .topics
                .get(0)
                .partitions
                .get(0);
    }
}
