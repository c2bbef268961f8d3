package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.observe.Metrics;
import io.highwater.log.LogConfig;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long Produce holds its bytes. Two partitions, each on a shard of its own and neither on the connection's. */
class ProduceFrameTest {
    private HostedTopicRig rig;
    private ProduceHandler handler;
    private RequestOrigin origin;
    private final KeptReply<ProduceResponse> reply = new KeptReply<>();

    @BeforeEach
    void open() throws Exception {
        rig = new HostedTopicRig(2, LogConfig.DEFAULT);
        handler = new ProduceHandler(rig.hosted, rig.metadata, rig.process.clock(), new Metrics());
        origin = new RequestOrigin(rig.connection, 12);
    }

    private static ProduceRequest request(final int acks, final List<ByteBuffer> batches) {
        final ProduceRequest request = new ProduceRequest();
        request.acks = (short) acks;
        request.timeoutMs = 1_000;
        final ProduceRequest.TopicProduceData topic = new ProduceRequest.TopicProduceData();
        topic.name = HostedTopicRig.TOPIC;
        for (int i = 0; i < batches.size(); i++) {
            final ProduceRequest.PartitionProduceData data = new ProduceRequest.PartitionProduceData();
            data.index = i;
            data.records = batches.get(i);
            topic.partitionData.add(data);
        }
        request.topicData.add(topic);
        return request;
    }

    private void handle(final ProduceRequest request) {
        rig.connection.execute(() -> handler.handle(request, origin, reply));
        // Up to the hand-over and no further: the connection is gone, and with it its own share.
        while (origin.frameShares == 1 && !reply.isGiven()) {
            assertTrue(rig.scheduler.runNext());
        }
        origin.frameShares--;
    }

    @Test
    void holdsTheBytesOfARequestUntilTheLastShardHasStoredItsPartThoughTheConnectionIsGone() {
        handle(request(1, List.of(HostedTopicRig.batch(100), HostedTopicRig.batch(100))));
        assertEquals(1, origin.frameShares);
        assertEquals(
                0, rig.partitions[0].log().endOffset() + rig.partitions[1].log().endOffset());
        rig.scheduler.runFor(1);
        assertEquals(1, rig.partitions[0].log().endOffset());
        assertEquals(1, rig.partitions[1].log().endOffset());
        assertTrue(reply.isGiven());
        assertEquals(0, origin.frameShares);
    }

    @Test
    void givesTheBytesBackWhenTheCommitIsAnsweredOrTimesOut() {
        handle(request(-1, List.of(HostedTopicRig.batch(100))));
        rig.scheduler.runFor(1);
        assertEquals(1, origin.frameShares, "an explanation may still read them");
        rig.scheduler.runFor(2_000);
        assertEquals(
                ErrorCode.REQUEST_TIMED_OUT.code(),
                reply.response.responses.get(0).partitionResponses.get(0).errorCode);
        assertEquals(0, origin.frameShares);
    }

    @Test
    void givesTheBytesBackWhenBatchesAreRefusedHereOrOnTheShard() {
        final ByteBuffer broken = HostedTopicRig.batch(100);
        broken.put(70, (byte) 1);
        final ByteBuffer tooLarge = HostedTopicRig.batch(2_000_000);
        handle(request(1, List.of(broken, tooLarge)));
        rig.scheduler.runFor(1);
        final List<ProduceResponse.PartitionProduceResponse> answers =
                reply.response.responses.get(0).partitionResponses;
        assertEquals(ErrorCode.CORRUPT_MESSAGE.code(), answers.get(0).errorCode);
        assertEquals(ErrorCode.MESSAGE_TOO_LARGE.code(), answers.get(1).errorCode);
        assertEquals(0, origin.frameShares);
    }

    @Test
    void answersAFaultOnAShardAndGoesOnWithTheOtherParts() {
        final ProduceRequest request = request(1, List.of(HostedTopicRig.batch(100), HostedTopicRig.batch(100)));
        handle(request);
        // What nobody may do to a view of the frame: the shard finds no batch there.
        final ByteBuffer spoilt = request.topicData.get(0).partitionData.get(0).records;
        spoilt.position(spoilt.limit());
        rig.scheduler.runFor(1);
        final List<ProduceResponse.PartitionProduceResponse> answers =
                reply.response.responses.get(0).partitionResponses;
        assertEquals(ErrorCode.UNKNOWN_SERVER_ERROR.code(), answers.get(0).errorCode);
        assertEquals(ErrorCode.NONE.code(), answers.get(1).errorCode);
        assertEquals(0, origin.frameShares);
    }
}
