package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.observe.Metrics;
import io.highwater.log.LogConfig;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What kafka-clients reads of a new leader (KIP-951) from our answers, in each version that can say it: nothing, but for a
 * fetch of an older epoch, where this node is the leader that the client should know.
 */
class LeaderHintsTest {
    private static final int NODE_ID = 7;
    private static final int EPOCH = 3;

    private HostedTopicRig rig;
    private RequestOrigin origin;

    @BeforeEach
    void open() throws Exception {
        rig = new HostedTopicRig(1, LogConfig.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(shorts = {10, 11, 12, 13})
    void produceNamesNoLeader(final short version) {
        assertNoHint(version, ErrorCode.NONE);
        rig.partitions[0].shard().execute(() -> rig.partitions[0].resign(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        rig.scheduler.runFor(5);
        assertNoHint(version, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    private void assertNoHint(final short version, final ErrorCode expected) {
        final ProduceResponseData read = produce(version);
        final ProduceResponseData.PartitionProduceResponse partition =
                read.responses().iterator().next().partitionResponses().get(0);
        assertEquals(expected.code(), partition.errorCode());
        assertEquals(-1, partition.currentLeader().leaderId());
        assertEquals(-1, partition.currentLeader().leaderEpoch());
        assertTrue(read.nodeEndpoints().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(shorts = {12, 13, 14, 15, 16, 17, 18})
    void fetchNamesThisNodeToWhoKnowsAnOlderEpochAndNobodyElse(final short version) {
        assertHint(version, -1, ErrorCode.NONE, false);
        assertHint(version, EPOCH + 1, ErrorCode.UNKNOWN_LEADER_EPOCH, false);
        assertHint(version, EPOCH - 1, ErrorCode.FENCED_LEADER_EPOCH, true);
        rig.partitions[0].shard().execute(() -> rig.partitions[0].resign(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        rig.scheduler.runFor(5);
        assertHint(version, EPOCH, ErrorCode.NOT_LEADER_OR_FOLLOWER, false);
    }

    private void assertHint(final short version, final int epoch, final ErrorCode expected, final boolean isNamed) {
        final FetchResponseData read = fetch(version, epoch);
        final FetchResponseData.PartitionData partition =
                read.responses().get(0).partitions().get(0);
        assertEquals(expected.code(), partition.errorCode());
        assertEquals(isNamed ? NODE_ID : -1, partition.currentLeader().leaderId());
        assertEquals(isNamed ? EPOCH : -1, partition.currentLeader().leaderEpoch());
        if (isNamed && version >= 16) {
            final FetchResponseData.NodeEndpoint endpoint =
                    read.nodeEndpoints().iterator().next();
            assertEquals("7 broker.test:9092", endpoint.nodeId() + " " + endpoint.host() + ":" + endpoint.port());
        } else {
            assertTrue(read.nodeEndpoints().isEmpty());
        }
    }

    private ProduceResponseData produce(final short version) {
        final ProduceRequest request = new ProduceRequest();
        request.acks = 1;
        final ProduceRequest.TopicProduceData topic = new ProduceRequest.TopicProduceData();
        topic.name = HostedTopicRig.TOPIC;
        topic.topicId = HostedTopicRig.TOPIC_ID;
        final ProduceRequest.PartitionProduceData data = new ProduceRequest.PartitionProduceData();
        data.records = HostedTopicRig.batch(10);
        topic.partitionData.add(data);
        request.topicData.add(topic);
        final ProduceHandler handler = new ProduceHandler(rig.hosted, rig.metadata, rig.process.clock(), new Metrics());
        final KeptReply<ProduceResponse> reply = new KeptReply<>();
        ask(version, () -> handler.handle(request, origin, reply));
        final ProduceResponseData read = new ProduceResponseData();
        read.read(new ByteBufferAccessor(written(ApiKey.PRODUCE, reply.response, version)), version);
        return read;
    }

    private FetchResponseData fetch(final short version, final int epoch) {
        final FetchRequest request = new FetchRequest();
        request.sessionEpoch = -1;
        final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
        topic.topic = HostedTopicRig.TOPIC;
        topic.topicId = HostedTopicRig.TOPIC_ID;
        final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
        partition.currentLeaderEpoch = epoch;
        topic.partitions.add(partition);
        request.topics.add(topic);
        final Metrics metrics = new Metrics();
        final FetchHandler handler = new FetchHandler(
                rig.hosted,
                rig.metadata,
                new FetchSessions(10, rig.process.clock(), new SeededRandom(1)),
                new ParkedFetches(metrics),
                rig.process.clock(),
                metrics,
                1 << 20,
                NODE_ID);
        final KeptReply<FetchResponse> reply = new KeptReply<>();
        ask(version, () -> handler.handle(request, origin, reply));
        final FetchResponseData read = new FetchResponseData();
        read.read(new ByteBufferAccessor(written(ApiKey.FETCH, reply.response, version)), version);
        return read;
    }

    private void ask(final short version, final Runnable request) {
        origin = new RequestOrigin(rig.connection, version);
        rig.connection.execute(request);
        rig.scheduler.runFor(20);
    }

    private static ByteBuffer written(final ApiKey key, final Message response, final short version) {
        @SuppressWarnings("unchecked") // The codec of the API's own response.
        final MessageCodec<Message> codec = (MessageCodec<Message>) Codecs.response(key.id());
        final ByteBuf bytes = Unpooled.buffer();
        codec.write(response, new MessageWriter(bytes), version);
        return bytes.nioBuffer();
    }
}
