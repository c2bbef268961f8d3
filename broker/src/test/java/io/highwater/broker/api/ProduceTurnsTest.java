package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.observe.Metrics;
import io.highwater.log.LogConfig;
import io.highwater.port.Clock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import io.highwater.records.RecordCheck;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Costly compressed batches, whose records are checked in several turns, beside others. Each look at the clock of the
 * turns finds it a slice further, so that a turn is one piece.
 */
class ProduceTurnsTest {
    private static final int RECORDS = 60_000;

    private long looks;

    private final ShardAgendas agendas = new ShardAgendas(new Clock() {
        @Override
        public long wallMs() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long monotonicNs() {
            looks++;
            return looks * TimeUnit.MILLISECONDS.toNanos(ShardAgenda.SLICE_MS);
        }
    });

    private HostedTopicRig rig;
    private ProduceHandler handler;

    @BeforeEach
    void open() throws Exception {
        rig = new HostedTopicRig(1, LogConfig.DEFAULT);
        handler = new ProduceHandler(rig.hosted, rig.metadata, rig.process.clock(), new Metrics());
    }

    /** A producer that has several requests under way; the numbers of its records follow on each other. */
    private final class Producer {
        private final ShardTurns turns = new ShardTurns(agendas);
        private final long id;
        private int nextSequence;

        Producer(final long id) {
            this.id = id;
        }

        Sent send(final Compression codec, final int count) {
            final ByteBuffer batch = batch(codec, id, nextSequence, count);
            nextSequence += count;
            return send(batch);
        }

        Sent send(final ByteBuffer batch) {
            final Sent sent = new Sent(batch, new RequestOrigin(rig.connection, 12, turns), new KeptReply<>());
            rig.connection.execute(() -> handler.handle(request(batch), sent.origin, sent.reply));
            return sent;
        }
    }

    private record Sent(ByteBuffer batch, RequestOrigin origin, KeptReply<ProduceResponse> reply) {
        ProduceResponse.PartitionProduceResponse answer() {
            return reply.response.responses.get(0).partitionResponses.get(0);
        }

        /** The offset of the first record; the batch was taken. */
        long storedAt() {
            assertEquals(ErrorCode.NONE.code(), answer().errorCode);
            assertNull(answer().errorMessage);
            assertEquals(1, origin.frameShares);
            return answer().baseOffset;
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void aBatchThatTakesSeveralTurnsIsStoredInTheOrderOfItsProducer(final Compression codec) {
        final Producer costly = new Producer(7);
        final Producer other = new Producer(8);
        final Sent first = costly.send(codec, RECORDS);
        final Sent second = costly.send(Compression.NONE, 1);
        final Sent third = costly.send(codec, RECORDS);
        final Sent little = other.send(codec, 3);
        final Sent last = other.send(codec, RECORDS);
        rig.scheduler.runFor(1_000);
        assertTrue(first.storedAt() < second.storedAt() && second.storedAt() < third.storedAt());
        assertTrue(little.storedAt() < last.storedAt());
        assertEquals(3 * RECORDS + 4, rig.partitions[0].log().endOffset());
        assertTrue(looks > 20, "the clock was looked at " + looks + " times");
    }

    @Test
    void whatIsWrongIsFoundInALaterTurnAndTheConnectionMayBeGone() {
        final Producer costly = new Producer(7);
        final ByteBuffer wrong = batch(Compression.GZIP, 7, 0, RECORDS);
        wrong.putInt(RecordBatch.RECORD_COUNT, RECORDS - 1);
        wrong.putInt(RecordBatch.LAST_OFFSET_DELTA, RECORDS - 2);
        RecordBatch.setMaxTimestamp(wrong, 0, RecordBatch.maxTimestamp(wrong, 0));
        final int limit = wrong.limit();
        final RecordCheck own = RecordCheck.ofThread();
        final Sent sent = costly.send(wrong);
        while (wrong.position() == 0) {
            assertTrue(rig.scheduler.runNext());
        }
        // Half-way: the check is not the thread's own any more, and the bytes are held though the connection is gone.
        assertFalse(sent.reply.isGiven());
        sent.origin.frameShares--;
        assertEquals(1, sent.origin.frameShares);
        assertNotSame(own, RecordCheck.ofThread());
        rig.scheduler.runFor(1_000);
        assertEquals(ErrorCode.INVALID_RECORD.code(), sent.answer().errorCode);
        assertEquals(0, sent.origin.frameShares);
        assertEquals(0, wrong.position());
        assertEquals(limit, wrong.limit());
        assertEquals(0, rig.partitions[0].log().endOffset());
    }

    @Test
    void aFaultHalfWayIsAnsweredAndTheNextBatchIsStored() {
        final Producer costly = new Producer(7);
        final Sent first = costly.send(Compression.LZ4, RECORDS);
        final Sent second = new Producer(9).send(Compression.LZ4, RECORDS);
        while (first.batch.position() == 0) {
            assertTrue(rig.scheduler.runNext());
        }
        // What nobody may do to a view of the frame: a block's length leads out of what is left.
        first.batch.limit(first.batch.position());
        rig.scheduler.runFor(1_000);
        assertTrue(first.reply.isGiven());
        assertTrue(first.answer().errorCode != ErrorCode.NONE.code());
        assertEquals(0, second.storedAt());
        assertEquals(1, first.origin.frameShares);
    }

    private static ByteBuffer batch(final Compression codec, final long id, final int sequence, final int count) {
        final RecordBatchBuilder builder =
                new RecordBatchBuilder().compression(codec).producer(id, (short) 0, sequence);
        for (int i = 0; i < count; i++) {
            builder.append(1_000 + i, null, ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        final ByteBuffer built = builder.build();
        return ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
    }

    private static ProduceRequest request(final ByteBuffer batch) {
        final ProduceRequest request = new ProduceRequest();
        request.acks = 1;
        request.timeoutMs = 1_000;
        final ProduceRequest.TopicProduceData topic = new ProduceRequest.TopicProduceData();
        topic.name = HostedTopicRig.TOPIC;
        final ProduceRequest.PartitionProduceData data = new ProduceRequest.PartitionProduceData();
        data.records = batch;
        topic.partitionData.add(data);
        request.topicData.add(topic);
        return request;
    }
}
