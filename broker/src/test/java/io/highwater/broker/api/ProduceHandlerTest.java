package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.partition.Partition;
import io.highwater.log.LogConfig;
import io.highwater.log.LogSlice;
import io.highwater.log.OffsetAtTime;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.records.BatchProblem;
import io.highwater.records.BatchValidation;
import io.highwater.records.Compression;
import io.highwater.records.RecordBatch;
import io.highwater.records.RecordBatchBuilder;
import io.highwater.records.TimestampType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which batches a producer may send, through the handler that production uses, and what it is told of the others. */
class ProduceHandlerTest {
    private static final int LATEST = 12;
    private static final int NO_RECORD = -1;
    private static final int BATCH_BYTES_MAX = 20_000;
    private static final int RECORD_BYTES_MAX = 15_000;
    private static final long HOUR_MS = 3_600_000;

    private ProduceDesk desk;
    private Partition orders;

    @BeforeEach
    void open() throws Exception {
        desk = new ProduceDesk();
        orders = desk.open(
                "orders",
                LogConfig.DEFAULT
                        .withSegmentBytes(1 << 20)
                        .withRecordRules(BATCH_BYTES_MAX, false, Long.MAX_VALUE, HOUR_MS, RECORD_BYTES_MAX));
    }

    /** One batch that is not taken. */
    private record Refused(String what, int version, ErrorCode error, int recordIndex, ByteBuffer records) {}

    private List<Refused> refused() {
        final List<Refused> all = new ArrayList<>();
        all.add(new Refused("no records", LATEST, ErrorCode.INVALID_RECORD, NO_RECORD, null));
        add(all, "no batch", ErrorCode.INVALID_RECORD, ByteBuffer.allocate(0));
        add(all, "an old format", ErrorCode.INVALID_RECORD, raw(b -> b.put(RecordBatch.MAGIC, (byte) 1)));
        add(all, "a newer format", ErrorCode.INVALID_RECORD, raw(b -> b.put(RecordBatch.MAGIC, (byte) 3)));
        add(all, "a batch cut off", ErrorCode.INVALID_RECORD, raw(b -> b.limit(b.limit() - 1)));
        add(all, "a length below a header's", ErrorCode.CORRUPT_MESSAGE, raw(b -> b.putInt(RecordBatch.LENGTH, 3)));
        add(all, "a negative length", ErrorCode.CORRUPT_MESSAGE, raw(b -> b.putInt(RecordBatch.LENGTH, -1)));
        add(all, "another CRC", ErrorCode.CORRUPT_MESSAGE, raw(b -> b.putInt(RecordBatch.CRC, 7)));
        add(all, "two batches", ErrorCode.INVALID_RECORD, twice(batch(Compression.NONE)));
        add(
                all,
                "a codec that does not exist",
                ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                summed(b -> b.putShort(RecordBatch.ATTRIBUTES, (short) 5)));
        all.add(new Refused(
                "zstd before its version",
                6,
                ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                NO_RECORD,
                batch(Compression.ZSTD)));
        add(all, "a base offset", ErrorCode.INVALID_RECORD, raw(b -> b.putLong(RecordBatch.BASE_OFFSET, 1)));
        add(all, "no record count", ErrorCode.INVALID_RECORD, summed(b -> b.putInt(RecordBatch.RECORD_COUNT, 0)));
        add(all, "a negative count", ErrorCode.INVALID_RECORD, summed(b -> b.putInt(RecordBatch.RECORD_COUNT, -1)));
        add(
                all,
                "a count beside the delta",
                ErrorCode.INVALID_RECORD,
                summed(b -> b.putInt(RecordBatch.RECORD_COUNT, 2)));
        add(
                all,
                "a negative delta",
                ErrorCode.INVALID_RECORD,
                summed(b -> b.putInt(RecordBatch.LAST_OFFSET_DELTA, -1)));
        add(all, "control", ErrorCode.INVALID_RECORD, plain(b -> b.control()));
        add(
                all,
                "a transaction",
                ErrorCode.INVALID_TXN_STATE,
                plain(b -> b.transactional().producer(1, (short) 0, 0)));
        add(all, "a producer without sequence", ErrorCode.INVALID_RECORD, plain(b -> b.producer(1, (short) 0, -1)));
        add(all, "a producer without epoch", ErrorCode.INVALID_RECORD, plain(b -> b.producer(1, (short) -1, 0)));
        add(
                all,
                "a stamp of the broker",
                ErrorCode.INVALID_TIMESTAMP,
                plain(b -> b.timestampType(TimestampType.LOG_APPEND_TIME)));
        for (final Compression codec : Compression.values()) {
            addRecords(all, codec);
        }
        return all;
    }

    private void addRecords(final List<Refused> all, final Compression codec) {
        final long now = desk.nowMs();
        final String name = codec.codecName() + ": ";
        all.add(new Refused(name + "more records", LATEST, ErrorCode.INVALID_RECORD, 3, counted(codec, 4)));
        add(all, name + "fewer records", ErrorCode.INVALID_RECORD, counted(codec, 2));
        all.add(new Refused(
                name + "offsets with a gap",
                LATEST,
                ErrorCode.INVALID_RECORD,
                1,
                gap(new RecordBatchBuilder().compression(codec))));
        final RecordBatchBuilder ahead = new RecordBatchBuilder().compression(codec);
        ahead.append(now, null, null).append(now + 2 * HOUR_MS, null, null);
        all.add(new Refused(name + "a time ahead", LATEST, ErrorCode.INVALID_TIMESTAMP, 1, ahead.build()));
        final ByteBuffer hidden = ahead.build().putLong(RecordBatch.MAX_TIMESTAMP, 5);
        all.add(new Refused(
                name + "a time ahead that the header hides", LATEST, ErrorCode.INVALID_TIMESTAMP, 1, withCrc(hidden)));
        if (codec != Compression.NONE) {
            final ByteBuffer garbage = batch(codec);
            garbage.put(RecordBatch.HEADER_BYTES, "garbage".getBytes(StandardCharsets.US_ASCII));
            all.add(new Refused(name + "garbage", LATEST, ErrorCode.INVALID_RECORD, 0, withCrc(garbage)));
            final RecordBatchBuilder large = new RecordBatchBuilder().compression(codec);
            large.append(now, null, null).append(now, null, ByteBuffer.allocate(RECORD_BYTES_MAX));
            all.add(new Refused(name + "a large record", LATEST, ErrorCode.INVALID_RECORD, 1, large.build()));
        } else {
            add(
                    all,
                    "a large batch",
                    ErrorCode.MESSAGE_TOO_LARGE,
                    plain(b -> b.append(now, null, ByteBuffer.allocate(BATCH_BYTES_MAX))));
        }
    }

    @TestFactory
    List<DynamicTest> aBatchThatIsNotAllowedIsRefusedWithItsError() {
        final List<DynamicTest> tests = new ArrayList<>();
        for (final Refused row : refused()) {
            tests.add(DynamicTest.dynamicTest(row.what, () -> {
                final ProduceResponse.PartitionProduceResponse answer = desk.send("orders", row.version, row.records);
                assertEquals(row.error, ErrorCode.forCode(answer.errorCode), answer.errorMessage);
                assertEquals(-1, answer.baseOffset);
                assertNotNull(answer.errorMessage);
                assertEquals(row.recordIndex == NO_RECORD ? 0 : 1, answer.recordErrors.size());
                if (row.recordIndex != NO_RECORD) {
                    assertEquals(row.recordIndex, answer.recordErrors.get(0).batchIndex);
                    assertNotNull(answer.recordErrors.get(0).batchIndexErrorMessage);
                }
                assertEquals(0, orders.log().endOffset());
            }));
        }
        return tests;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aGoodBatchIsTakenAsItIs(final Compression codec) throws Exception {
        final ByteBuffer sent = batch(codec);
        final ByteBuffer before =
                ByteBuffer.allocate(sent.limit()).put(sent.duplicate()).flip();
        final ProduceResponse.PartitionProduceResponse answer = desk.send("orders", LATEST, sent);
        assertEquals(ErrorCode.NONE.code(), answer.errorCode, answer.errorMessage);
        assertEquals(0, answer.baseOffset);
        assertTrue(answer.recordErrors.isEmpty());
        RecordBatch.setPartitionLeaderEpoch(before, 0, 1);
        assertEquals(before, stored(orders));
    }

    /** What unpacks to gigabytes must cost a bounded time. */
    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "LZ4", "ZSTD"})
    void aBombIsRefusedAndTheProducerMaySplitIt(final Compression codec) throws Exception {
        desk.open("large", LogConfig.DEFAULT);
        final RecordBatchBuilder bomb = new RecordBatchBuilder().compression(codec);
        bomb.append(1, null, ByteBuffer.allocate(33 << 20));
        final ProduceResponse.PartitionProduceResponse answer = desk.send("large", LATEST, bomb.build());
        assertEquals(ErrorCode.MESSAGE_TOO_LARGE.code(), answer.errorCode);
        assertTrue(answer.errorMessage.contains("33554432 bytes"), answer.errorMessage);
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void aWrongLargestTimestampIsPutRight(final Compression codec) throws Exception {
        final long now = desk.nowMs();
        for (final long claimed : new long[] {-1, 5, now - 1, now + 2 * HOUR_MS, Long.MAX_VALUE}) {
            final Partition topic = desk.open("t" + claimed, LogConfig.DEFAULT);
            final ByteBuffer batch = new RecordBatchBuilder()
                    .compression(codec)
                    .append(now - 10, null, null)
                    .append(now, null, null)
                    .append(now - 20, null, null)
                    .build()
                    .putLong(RecordBatch.MAX_TIMESTAMP, claimed);
            final ProduceResponse.PartitionProduceResponse answer = desk.send("t" + claimed, LATEST, withCrc(batch));
            assertEquals(ErrorCode.NONE.code(), answer.errorCode, answer.errorMessage);
            final ByteBuffer stored = stored(topic);
            assertEquals(now, RecordBatch.maxTimestamp(stored, 0));
            assertEquals(BatchProblem.NONE, BatchValidation.checkProduced(stored));
            assertEquals(new OffsetAtTime(1, now, 1), topic.maxTimestamp());
            assertEquals(new OffsetAtTime(1, now, 1), topic.offsetForTimestamp(now - 9));
            assertEquals(OffsetAtTime.NONE, topic.offsetForTimestamp(now + 1));
        }
    }

    @Test
    void aTimeFarBehindIsRefusedWhereTheTopicSaysSo() throws Exception {
        final Partition strict = desk.open(
                "strict", LogConfig.DEFAULT.withRecordRules(BATCH_BYTES_MAX, false, 1_000, 0, RECORD_BYTES_MAX));
        final long now = desk.nowMs();
        for (final long wrong : new long[] {now - 1_500, 0, Long.MIN_VALUE, now + 50}) {
            final ProduceResponse.PartitionProduceResponse answer =
                    desk.send("strict", LATEST, times(now, RecordBatch.NO_TIMESTAMP, wrong));
            assertEquals(ErrorCode.INVALID_TIMESTAMP.code(), answer.errorCode, () -> "for " + wrong);
            assertEquals(2, answer.recordErrors.get(0).batchIndex);
        }
        assertEquals(
                ErrorCode.NONE.code(), desk.send("strict", LATEST, times(now, RecordBatch.NO_TIMESTAMP)).errorCode);
        assertEquals(2, strict.log().endOffset());
    }

    @Test
    void theBrokersClockMakesTheProducersOfNoInterest() throws Exception {
        final Partition stamped =
                desk.open("stamped", LogConfig.DEFAULT.withRecordRules(BATCH_BYTES_MAX, true, 0, 0, RECORD_BYTES_MAX));
        final ProduceResponse.PartitionProduceResponse answer =
                desk.send("stamped", LATEST, times(1, desk.nowMs() + 5 * HOUR_MS));
        assertEquals(ErrorCode.NONE.code(), answer.errorCode, answer.errorMessage);
        assertEquals(answer.logAppendTimeMs, RecordBatch.maxTimestamp(stored(stamped), 0));
        assertEquals(answer.logAppendTimeMs, stamped.maxTimestamp().timestampMs());
    }

    @Test
    void aRequestAsAWholeMayBeWrong() {
        for (final short acks : new short[] {-2, 2}) {
            assertEquals(
                    ErrorCode.INVALID_REQUIRED_ACKS,
                    error(desk.send("orders", LATEST, batch(Compression.NONE), acks, null)));
        }
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                error(desk.send("orders", LATEST, batch(Compression.NONE), (short) 1, "transaction")));
        assertEquals(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                error(desk.send("nowhere", LATEST, batch(Compression.NONE), (short) 1, null)));
    }

    @Test
    void internalTopicsAreNotForProducers() throws Exception {
        desk.open("__consumer_offsets", LogConfig.DEFAULT);
        assertEquals(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                error(desk.send("__consumer_offsets", LATEST, batch(Compression.NONE), (short) 1, null)));
    }

    @Test
    void withoutAcknowledgementsARefusedBatchClosesTheConnection() {
        assertNull(desk.send("orders", LATEST, batch(Compression.NONE), (short) 0, null));
        assertNull(desk.closedFor);
        assertNull(desk.send("orders", LATEST, counted(Compression.GZIP, 2), (short) 0, null));
        assertTrue(desk.closedFor.contains("INVALID_RECORD"), desk.closedFor);
    }

    private ByteBuffer stored(final Partition partition) throws Exception {
        desk.settle();
        final LogSlice slice = partition.read(0, 1 << 20, true);
        final ByteBuffer copy = ByteBuffer.allocate(slice.records().remaining())
                .put(slice.records().duplicate())
                .flip();
        slice.lifetime().release();
        return copy;
    }

    private static ErrorCode error(final ProduceResponse response) {
        return ErrorCode.forCode(response.responses.get(0).partitionResponses.get(0).errorCode);
    }

    private static void add(
            final List<Refused> all, final String what, final ErrorCode error, final ByteBuffer records) {
        all.add(new Refused(what, LATEST, error, NO_RECORD, records));
    }

    /** Three records whose times are now. */
    private ByteBuffer batch(final Compression codec) {
        final long now = desk.nowMs();
        return new RecordBatchBuilder()
                .compression(codec)
                .append(now, ByteBuffer.wrap(new byte[] {1}), ByteBuffer.wrap(new byte[50]))
                .append(now, null, null)
                .append(now, ByteBuffer.wrap(new byte[0]), ByteBuffer.wrap(new byte[50]))
                .build();
    }

    private static ByteBuffer times(final long... timestamps) {
        final RecordBatchBuilder builder = new RecordBatchBuilder();
        for (final long timestamp : timestamps) {
            builder.append(timestamp, null, null);
        }
        return builder.build();
    }

    private static ByteBuffer plain(final Consumer<RecordBatchBuilder> settings) {
        final RecordBatchBuilder builder = new RecordBatchBuilder().append(1, null, null);
        settings.accept(builder);
        return builder.build();
    }

    private ByteBuffer raw(final Consumer<ByteBuffer> damage) {
        final ByteBuffer batch = batch(Compression.NONE);
        damage.accept(batch);
        return batch;
    }

    private ByteBuffer summed(final Consumer<ByteBuffer> damage) {
        return withCrc(raw(damage));
    }

    private ByteBuffer counted(final Compression codec, final int count) {
        return withCrc(
                batch(codec).putInt(RecordBatch.RECORD_COUNT, count).putInt(RecordBatch.LAST_OFFSET_DELTA, count - 1));
    }

    private static ByteBuffer gap(final RecordBatchBuilder builder) {
        return withCrc(builder.append(1, null, null)
                .appendAt(2, 1, null, null, List.of())
                .build()
                .putInt(RecordBatch.LAST_OFFSET_DELTA, 1));
    }

    private static ByteBuffer withCrc(final ByteBuffer batch) {
        return batch.putInt(RecordBatch.CRC, RecordBatch.computeCrc(batch, 0));
    }

    private static ByteBuffer twice(final ByteBuffer batch) {
        return ByteBuffer.allocate(2 * batch.limit())
                .put(batch.duplicate())
                .put(batch.duplicate())
                .flip();
    }
}
