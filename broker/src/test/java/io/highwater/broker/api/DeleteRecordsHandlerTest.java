package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.LogConfig;
import io.highwater.log.disk.DiskOperation;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DeleteRecordsRequest;
import io.highwater.protocol.message.DeleteRecordsResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Partition 0 and 1 have ten records each, 2 has none; an answer reads "partition error lowWatermark". */
final class DeleteRecordsHandlerTest {
    private static final String T = HostedTopicRig.TOPIC;

    private HostedTopicRig rig;
    private DeleteRecordsHandler handler;

    @BeforeEach
    void open() throws Exception {
        rig = new HostedTopicRig(3, LogConfig.DEFAULT);
        handler = new DeleteRecordsHandler(
                rig.hosted, rig.metadata, new LogTrim(rig.directory, rig.process.newPool("trim")));
        rig.append(0, 10);
        rig.append(1, 10);
        rig.force();
    }

    @Test
    void raisesTheStartToTheOffset() {
        assertEquals(List.of("0 NONE 4"), ask(T, 0, 4));
        assertEquals(List.of(4L, 0L, 0L), starts());
        assertEquals(List.of("0 NONE 10"), ask(T, 0, 10), "the high-water mark itself is in range");
    }

    @Test
    void minusOneStandsForTheHighWaterMark() {
        // What is appended and not forced is beyond it, and stays.
        rig.append(0, 5);
        assertEquals(List.of("0 NONE 10"), ask(T, 0, -1));
        assertEquals(List.of("2 NONE 0"), ask(T, 2, -1));
        rig.force();
        assertEquals(15, rig.partitions[0].highWatermark());
        assertEquals(List.of(10L, 0L, 0L), starts());
    }

    @Test
    void anOffsetBeyondTheHighWaterMarkOrBelowZeroIsOutOfRange() {
        rig.append(0, 5);
        for (final long offset : new long[] {11, 15, 16, Long.MAX_VALUE, -2, Long.MIN_VALUE}) {
            assertEquals(List.of("0 OFFSET_OUT_OF_RANGE -1"), ask(T, 0, offset), Long.toString(offset));
        }
        assertEquals(List.of("2 OFFSET_OUT_OF_RANGE -1"), ask(T, 2, 1));
        assertEquals(List.of(0L, 0L, 0L), starts());
    }

    @Test
    void aStartThatIsThereAlreadyIsNoError() {
        assertEquals(List.of("0 NONE 0"), ask(T, 0, 0));
        ask(T, 0, 6);
        assertEquals(List.of("0 NONE 6"), ask(T, 0, 6));
        assertEquals(List.of("0 NONE 6"), ask(T, 0, 2), "a start never falls");
        assertEquals(List.of(6L, 0L, 0L), starts());
    }

    @Test
    void whatDoesNotExistIsUnknown() {
        assertEquals(List.of("0 UNKNOWN_TOPIC_OR_PARTITION -1"), ask("missing", 0, 1));
        assertEquals(List.of("3 UNKNOWN_TOPIC_OR_PARTITION -1"), ask(T, 3, 1));
        assertEquals(List.of("-1 UNKNOWN_TOPIC_OR_PARTITION -1"), ask(T, -1, 1));
    }

    @Test
    void eachPartitionHasItsOwnErrorAndTheOthersGoOn() {
        final DeleteRecordsRequest request = request(T, 0, 3);
        add(request, 0, 1, 99);
        add(request, 0, 2, 0);
        add(request, 0, 7, 0);
        request.topics.add(request("missing", 0, 1).topics.get(0));
        assertEquals(
                List.of(
                        "0 NONE 3",
                        "1 OFFSET_OUT_OF_RANGE -1",
                        "2 NONE 0",
                        "7 UNKNOWN_TOPIC_OR_PARTITION -1",
                        "0 UNKNOWN_TOPIC_OR_PARTITION -1"),
                ask(request));
        assertEquals(List.of(3L, 0L, 0L), starts());
    }

    @Test
    void aPartitionThatIsNamedTwiceIsAnsweredOnceForItsLastOffset() {
        final DeleteRecordsRequest request = request(T, 0, 5);
        add(request, 0, 0, 2);
        assertEquals(List.of("0 NONE 2"), ask(request));
    }

    @Test
    void aTopicThatIsNamedTwiceGoesToTheHigherOffset() {
        final DeleteRecordsRequest request = request(T, 0, 5);
        request.topics.add(request(T, 0, 2).topics.get(0));
        assertEquals(List.of("0 NONE 5", "0 NONE 5"), ask(request));
    }

    @Test
    void whoDoesNotLeadDeletesNothing() {
        rig.partitions[0].resign(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        final DeleteRecordsRequest request = request(T, 0, 4);
        add(request, 0, 1, 4);
        assertEquals(List.of("0 NOT_LEADER_OR_FOLLOWER -1", "1 NONE 4"), ask(request));
        assertEquals(List.of(0L, 4L, 0L), starts());
    }

    @Test
    void isAnsweredOnceTheNewStartIsDurableAndShown() {
        final ArrayDeque<Runnable> disk = new ArrayDeque<>();
        handler = new DeleteRecordsHandler(rig.hosted, rig.metadata, new LogTrim(rig.directory, disk::add));
        final KeptReply<DeleteRecordsResponse> reply = new KeptReply<>();
        handler.handle(request(T, 0, 4), new RequestOrigin(rig.connection, 2), reply);
        rig.scheduler.runFor(100);
        assertFalse(reply.isGiven());
        assertEquals(List.of(0L, 0L, 0L), starts());
        disk.remove().run();
        assertFalse(reply.isGiven());
        rig.scheduler.runFor(1);
        assertTrue(reply.isGiven());
        assertEquals(List.of(4L, 0L, 0L), starts());
    }

    @Test
    void aStartThatCantBeMadeDurableIsNotRaised() {
        rig.disk.fail(DiskOperation.FORCE, "journal", 1);
        assertEquals(List.of("0 KAFKA_STORAGE_ERROR -1"), ask(T, 0, 4));
        assertEquals(List.of(0L, 0L, 0L), starts());
    }

    @Test
    void nothingAskedIsAnsweredAtOnce() {
        assertEquals(List.of(), ask(new DeleteRecordsRequest()));
    }

    private List<Long> starts() {
        final List<Long> starts = new ArrayList<>();
        for (final var partition : rig.partitions) {
            starts.add(partition.log().startOffset());
        }
        return starts;
    }

    private List<String> ask(final String topic, final int partition, final long offset) {
        return ask(request(topic, partition, offset));
    }

    private List<String> ask(final DeleteRecordsRequest request) {
        final KeptReply<DeleteRecordsResponse> reply = new KeptReply<>();
        handler.handle(request, new RequestOrigin(rig.connection, 2), reply);
        rig.scheduler.runFor(100);
        assertTrue(reply.isGiven());
        final List<String> answers = new ArrayList<>();
        for (final DeleteRecordsResponse.DeleteRecordsTopicResult topic : reply.response.topics) {
            topic.partitions.forEach(answer -> answers.add(
                    answer.partitionIndex + " " + ErrorCode.forCode(answer.errorCode) + " " + answer.lowWatermark));
        }
        return answers;
    }

    private static DeleteRecordsRequest request(final String name, final int partition, final long offset) {
        final DeleteRecordsRequest request = new DeleteRecordsRequest();
        final DeleteRecordsRequest.DeleteRecordsTopic topic = new DeleteRecordsRequest.DeleteRecordsTopic();
        topic.name = name;
        request.topics.add(topic);
        add(request, 0, partition, offset);
        return request;
    }

    private static void add(
            final DeleteRecordsRequest request, final int topic, final int partition, final long offset) {
        final DeleteRecordsRequest.DeleteRecordsPartition asked = new DeleteRecordsRequest.DeleteRecordsPartition();
        asked.partitionIndex = partition;
        asked.offset = offset;
        request.topics.get(topic).partitions.add(asked);
    }
}
