package io.highwater.producer;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One Produce request with at most one batch of each partition, and what its answer says of each. Confined to the shard. */
final class ProduceCall implements BrokerCalls.Answer<ProduceResponse> {
    private final Sender sender;
    private final ProducerConfig config;
    private final int node;
    private final List<PendingBatch> batches = new ArrayList<>();
    private final Map<String, ProduceRequest.TopicProduceData> topics = new HashMap<>();
    /** Newer versions name topics by id only. */
    private final Map<UUID, String> names = new HashMap<>();

    private final ProduceRequest message = new ProduceRequest();
    private int bytes;

    ProduceCall(final Sender sender, final ProducerConfig config, final int node) {
        this.sender = sender;
        this.config = config;
        this.node = node;
        message.transactionalId = null;
        message.acks = config.acks();
        message.timeoutMs = (int) Math.min(Integer.MAX_VALUE, config.requestTimeoutMs());
    }

    void add(final PendingBatch batch, final UUID topicId) {
        final String name = batch.queue.partition.topic();
        final ProduceRequest.TopicProduceData topic = topics.computeIfAbsent(name, unused -> {
            final ProduceRequest.TopicProduceData added = new ProduceRequest.TopicProduceData();
            added.name = name;
            added.topicId = topicId;
            message.topicData.add(added);
            names.put(topicId, name);
            return added;
        });
        final ProduceRequest.PartitionProduceData partition = new ProduceRequest.PartitionProduceData();
        partition.index = batch.queue.partition.partition();
        partition.records = batch.bytes(config.compression());
        topic.partitionData.add(partition);
        batches.add(batch);
        bytes += batch.sizeInBytes();
    }

    ProduceRequest message() {
        return message;
    }

    /** Of all batches, before compression. */
    int sizeInBytes() {
        return bytes;
    }

    @Override
    public void onResponse(final ProduceResponse response) {
        sender.onAnswered(node);
        if (response == null) {
            batches.forEach(batch -> sender.onStored(batch, -1, -1));
        } else {
            final Map<TopicPartition, ProduceResponse.PartitionProduceResponse> answers = byPartition(response);
            batches.forEach(batch -> resolve(batch, answers.get(batch.queue.partition)));
        }
        sender.doWork();
    }

    @Override
    public void onFailure(final ErrorCode error, final String reason) {
        sender.onAnswered(node);
        for (final PendingBatch batch : batches) {
            batch.mayBeStored |= error != ErrorCode.BROKER_NOT_AVAILABLE && error != ErrorCode.UNSUPPORTED_VERSION;
            sender.onFailed(batch, error, reason, error != ErrorCode.UNSUPPORTED_VERSION);
        }
        sender.doWork();
    }

    private void resolve(final PendingBatch batch, final ProduceResponse.PartitionProduceResponse answer) {
        if (answer == null) {
            batch.mayBeStored = true;
            sender.onFailed(batch, ErrorCode.UNKNOWN_SERVER_ERROR, "the broker left the partition out", true);
            return;
        }
        final ErrorCode error = ErrorCode.forCode(answer.errorCode);
        if (error == ErrorCode.NONE) {
            sender.onStored(batch, answer.baseOffset, answer.logAppendTimeMs);
            return;
        }
        if (error == ErrorCode.DUPLICATE_SEQUENCE_NUMBER) {
            sender.onStored(batch, -1, -1);
            return;
        }
        batch.mayBeStored |=
                error == ErrorCode.REQUEST_TIMED_OUT || error == ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
        final String reason = answer.errorMessage == null ? error.defaultMessage() : answer.errorMessage;
        sender.onFailed(batch, error, reason, error.retriable());
    }

    private Map<TopicPartition, ProduceResponse.PartitionProduceResponse> byPartition(final ProduceResponse response) {
        final Map<TopicPartition, ProduceResponse.PartitionProduceResponse> answers = new HashMap<>();
        for (final ProduceResponse.TopicProduceResponse topic : response.responses) {
            final String name = topic.name.isEmpty() ? names.get(topic.topicId) : topic.name;
            for (final ProduceResponse.PartitionProduceResponse partition : topic.partitionResponses) {
                answers.put(new TopicPartition(name, partition.index), partition);
            }
        }
        return answers;
    }
}
