package io.highwater.broker.simulation;

import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.NetworkCalls;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.protocol.transport.SimulatedTransport;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/** A client whose requests a test writes down one by one; those that are sent together go out on one connection. */
final class Caller {
    static final int TIMEOUT_MS = 30_000;

    private final SimulatedWorld world;
    private final Shard shard;
    private final BrokerCalls calls;

    Caller(final SimulatedWorld world, final String name) {
        this.world = world;
        final SimulatedTransport transport = world.newClientTransport();
        this.shard = transport.shards().get(0);
        this.calls = new NetworkCalls(
                transport,
                shard,
                List.of(SimulatedWorld.ADDRESS),
                name,
                world.scheduler.clock(),
                world.scheduler.newRandom(),
                () -> {});
    }

    /** What became of a request. */
    static final class Call<R extends Message> {
        R response;
        ErrorCode failure;

        boolean isOver() {
            return response != null || failure != null;
        }
    }

    /** Sends and does not wait. */
    <R extends Message> Call<R> send(final Message request) {
        final Call<R> call = new Call<>();
        shard.run(() -> calls.sendToAny(request, 2 * TIMEOUT_MS, new BrokerCalls.Answer<R>() {
            @Override
            public void onResponse(final R response) {
                call.response = response;
            }

            @Override
            public void onFailure(final ErrorCode error, final String reason) {
                call.failure = error;
            }
        }));
        return call;
    }

    /** Waits for the answer; a request that got none fails the test. */
    <R extends Message> R await(final Call<R> call) {
        world.scheduler.runUntil(call::isOver, 2 * TIMEOUT_MS);
        if (call.response == null) {
            throw new AssertionError("no answer: " + call.failure);
        }
        return call.response;
    }

    <R extends Message> R ask(final Message request, final Class<R> responseType) {
        return responseType.cast(await(send(request)));
    }

    /** Creates a topic and returns its id. */
    UUID create(final String name, final int partitions) {
        final CreateTopicsResponse response = ask(creation(name, partitions), CreateTopicsResponse.class);
        final CreateTopicsResponse.CreatableTopicResult result = response.topics.get(0);
        if (result.errorCode != ErrorCode.NONE.code()) {
            throw new AssertionError(name + ": " + ErrorCode.forCode(result.errorCode));
        }
        return result.topicId;
    }

    ErrorCode delete(final String name) {
        final DeleteTopicsResponse response = ask(deletion(name), DeleteTopicsResponse.class);
        return ErrorCode.forCode(response.responses.get(0).errorCode);
    }

    /** Produces one record of this many bytes to partition 0 with acks=all. */
    ErrorCode produce(final UUID topicId, final int bytes) {
        return errorOf(ask(production(topicId, bytes), ProduceResponse.class));
    }

    /** Commits the offset of partition 0 for a group that has no members. */
    ErrorCode commit(final String group, final String topicName, final UUID topicId, final long offset) {
        final OffsetCommitRequest request = new OffsetCommitRequest();
        request.groupId = group;
        final OffsetCommitRequest.OffsetCommitRequestTopic topic = new OffsetCommitRequest.OffsetCommitRequestTopic();
        topic.name = topicName;
        topic.topicId = topicId;
        final OffsetCommitRequest.OffsetCommitRequestPartition partition =
                new OffsetCommitRequest.OffsetCommitRequestPartition();
        partition.committedOffset = offset;
        topic.partitions.add(partition);
        request.topics.add(topic);
        final OffsetCommitResponse response = ask(request, OffsetCommitResponse.class);
        return ErrorCode.forCode(response.topics.get(0).partitions.get(0).errorCode);
    }

    static CreateTopicsRequest creation(final String name, final int partitions) {
        final CreateTopicsRequest request = new CreateTopicsRequest();
        request.timeoutMs = TIMEOUT_MS;
        final CreateTopicsRequest.CreatableTopic topic = new CreateTopicsRequest.CreatableTopic();
        topic.name = name;
        topic.numPartitions = partitions;
        topic.replicationFactor = 1;
        request.topics.add(topic);
        return request;
    }

    static DeleteTopicsRequest deletion(final String name) {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.timeoutMs = TIMEOUT_MS;
        final DeleteTopicsRequest.DeleteTopicState state = new DeleteTopicsRequest.DeleteTopicState();
        state.name = name;
        request.topics.add(state);
        return request;
    }

    static ProduceRequest production(final UUID topicId, final int bytes) {
        final ProduceRequest request = new ProduceRequest();
        request.acks = -1;
        request.timeoutMs = TIMEOUT_MS;
        final ProduceRequest.TopicProduceData topic = new ProduceRequest.TopicProduceData();
        topic.topicId = topicId;
        final ProduceRequest.PartitionProduceData data = new ProduceRequest.PartitionProduceData();
        data.records = new RecordBatchBuilder()
                .reset()
                .append(1_767_225_600_000L, null, ByteBuffer.wrap(new byte[bytes]))
                .build();
        topic.partitionData.add(data);
        request.topicData.add(topic);
        return request;
    }

    static ErrorCode errorOf(final ProduceResponse response) {
        return ErrorCode.forCode(response.responses.get(0).partitionResponses.get(0).errorCode);
    }
}
