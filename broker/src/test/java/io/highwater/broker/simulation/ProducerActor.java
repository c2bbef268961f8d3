package io.highwater.broker.simulation;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.InitProducerIdRequest;
import io.highwater.protocol.message.InitProducerIdResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Sends batches; an idempotent one sends each again until it is acknowledged, a plain one sends each once. */
final class ProducerActor extends Actor {
    private static final List<Compression> CODECS = List.of(Compression.values());
    private static final int PARTITIONS_MAX = 3;
    private static final int RECORDS_MAX = 6;
    private static final int PADDING_MAX = 400;

    private final boolean isIdempotent;
    private final short acks;
    private final UnaryOperator<List<Target>> order;
    private final RecordBatchBuilder builder = new RecordBatchBuilder();
    private final Map<Target, Integer> nextSequences = new HashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private long producerId = -1;
    private short producerEpoch = -1;
    private long nextNumber;

    private record Pending(Target target, ByteBuffer batch, List<String> records) {}

    ProducerActor(
            final SimulatedWorld world,
            final ClientHistory history,
            final String name,
            final short acks,
            final UnaryOperator<List<Target>> order) {
        super(world, history, name);
        this.isIdempotent = name.startsWith("idempotent");
        this.acks = acks;
        this.order = order;
    }

    @Override
    void act() {
        pending.removeIf(batch -> !batch.target.isAlive);
        if (isIdempotent && producerId < 0) {
            initialize();
            return;
        }
        if (pending.isEmpty()) {
            fill();
        }
        if (pending.isEmpty()) {
            again(100);
        } else {
            send();
        }
    }

    private void initialize() {
        final InitProducerIdRequest request = new InitProducerIdRequest();
        request.transactionalId = null;
        request.transactionTimeoutMs = 60_000;
        this.<InitProducerIdResponse>ask(
                request,
                response -> {
                    if (response.errorCode == ErrorCode.NONE.code()) {
                        producerId = response.producerId;
                        producerEpoch = response.producerEpoch;
                    }
                    again(20);
                },
                error -> again(200));
    }

    private void fill() {
        if (history.targets.isEmpty()) {
            return;
        }
        final List<Target> ordered = order.apply(history.targets);
        final int first = random.nextInt(ordered.size());
        final int count = Math.min(ordered.size(), 1 + random.nextInt(PARTITIONS_MAX));
        for (int i = 0; i < count; i++) {
            pending.add(newBatch(ordered.get((first + i) % ordered.size())));
        }
    }

    private Pending newBatch(final Target target) {
        final List<String> records = new ArrayList<>();
        builder.reset().compression(CODECS.get(random.nextInt(CODECS.size())));
        final int count = 1 + random.nextInt(RECORDS_MAX);
        for (int i = 0; i < count; i++) {
            final char filling = (char) ('a' + random.nextInt(26));
            final String record =
                    name + '/' + nextNumber++ + '/' + String.valueOf(filling).repeat(random.nextInt(PADDING_MAX));
            records.add(record);
            builder.append(
                    1_767_225_600_000L + nextNumber, null, ByteBuffer.wrap(record.getBytes(StandardCharsets.UTF_8)));
        }
        if (isIdempotent) {
            final int sequence = nextSequences.getOrDefault(target, 0);
            builder.producer(producerId, producerEpoch, sequence);
            nextSequences.put(target, sequence + count);
        }
        final ByteBuffer built = builder.build();
        final ByteBuffer batch =
                ByteBuffer.allocate(built.remaining()).put(built.duplicate()).flip();
        return new Pending(target, batch, records);
    }

    private void send() {
        final ProduceRequest request = new ProduceRequest();
        request.acks = acks;
        request.timeoutMs = TIMEOUT_MS / 2;
        for (final Pending batch : pending) {
            final ProduceRequest.TopicProduceData topic = new ProduceRequest.TopicProduceData();
            topic.name = batch.target.topic;
            topic.topicId = batch.target.topicId;
            final ProduceRequest.PartitionProduceData data = new ProduceRequest.PartitionProduceData();
            data.index = batch.target.partition;
            data.records = batch.batch.duplicate();
            topic.partitionData.add(data);
            request.topicData.add(topic);
        }
        this.<ProduceResponse>ask(request, this::onResponse, error -> {
            // A plain producer does not know what became of its batches and goes on.
            if (!isIdempotent) {
                pending.clear();
            }
            again(200);
        });
    }

    private void onResponse(final ProduceResponse response) {
        if (response == null) {
            pending.clear();
            again(60);
            return;
        }
        final List<Pending> left = new ArrayList<>();
        for (int i = 0; i < pending.size(); i++) {
            onAnswer(
                    pending.get(i), response.responses.get(i).partitionResponses.get(0), left);
        }
        pending.clear();
        if (isIdempotent) {
            pending.addAll(left);
        }
        again(pending.isEmpty() ? 60 : 200);
    }

    private void onAnswer(
            final Pending batch, final ProduceResponse.PartitionProduceResponse answer, final List<Pending> left) {
        final ErrorCode error = ErrorCode.forCode(answer.errorCode);
        if (error == ErrorCode.NONE) {
            if (acks == -1) {
                for (int i = 0; i < batch.records.size(); i++) {
                    history.onAcked(batch.target, answer.baseOffset + i, batch.records.get(i));
                }
            }
        } else if (batch.target.isAlive) {
            if (!error.retriable()) {
                throw new InvariantBroken("OnceInOrder", name + " was refused at " + batch.target + " with " + error);
            }
            left.add(batch);
        }
    }
}
