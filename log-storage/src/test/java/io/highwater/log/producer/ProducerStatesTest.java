package io.highwater.log.producer;

import static io.highwater.log.producer.SequenceCheck.DUPLICATE;
import static io.highwater.log.producer.SequenceCheck.FENCED;
import static io.highwater.log.producer.SequenceCheck.NEW;
import static io.highwater.log.producer.SequenceCheck.OUT_OF_ORDER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SeededRandom;
import io.highwater.records.RecordBatchBuilder;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

final class ProducerStatesTest {
    private static final long HOUR_MS = 3_600_000;

    private final ProducerStates states = new ProducerStates(HOUR_MS);
    private long offset;

    private void append(final long id, final int epoch, final int sequence, final int records, final long nowMs) {
        final RecordBatchBuilder builder = new RecordBatchBuilder()
                .reset()
                .producer(id, (short) epoch, sequence)
                .baseOffset(offset);
        for (int i = 0; i < records; i++) {
            builder.append(500 + i, null, null);
        }
        states.onAppended(builder.build(), 0, nowMs);
        offset += records;
    }

    private SequenceCheck check(final long id, final int epoch, final int first, final int last) {
        return states.check(id, (short) epoch, first, last);
    }

    @Test
    void acceptsAnySequenceOfAnUnknownProducer() {
        assertEquals(NEW, check(1, 5, 1000, 1003));
    }

    @Test
    void acceptsTheNextSequenceOnly() {
        append(1, 0, 0, 10, 0);
        assertEquals(NEW, check(1, 0, 10, 12));
        assertEquals(OUT_OF_ORDER, check(1, 0, 11, 12));
        assertEquals(OUT_OF_ORDER, check(1, 0, 5, 9));
    }

    @Test
    void recognisesTheLastFiveBatchesByBothSequences() {
        for (int i = 0; i < 6; i++) {
            append(1, 0, i * 10, 10, 0);
        }
        assertEquals(OUT_OF_ORDER, check(1, 0, 0, 9));
        for (int i = 1; i < 6; i++) {
            assertEquals(DUPLICATE, check(1, 0, i * 10, i * 10 + 9));
            assertEquals(new SequencedBatch(i * 10, i * 10 + 9, i * 10L, i * 10L + 9, 509), states.duplicate());
            assertEquals(OUT_OF_ORDER, check(1, 0, i * 10, i * 10 + 8));
        }
    }

    @Test
    void beginsAHigherEpochAtZeroAndFencesTheLowerOne() {
        append(1, 3, 0, 1, 0);
        assertEquals(OUT_OF_ORDER, check(1, 4, 1, 1));
        assertEquals(NEW, check(1, 4, 0, 0));
        append(1, 4, 0, 1, 0);
        assertEquals(FENCED, check(1, 3, 1, 1));
        assertEquals(DUPLICATE, check(1, 4, 0, 0));
    }

    @Test
    void goesOnAtZeroAfterTheGreatestSequence() {
        append(1, 0, Integer.MAX_VALUE - 1, 2, 0);
        assertEquals(NEW, check(1, 0, 0, 4));
        assertEquals(OUT_OF_ORDER, check(1, 0, 1, 4));
        append(2, 0, Integer.MAX_VALUE - 1, 4, 0);
        assertEquals(DUPLICATE, check(2, 0, Integer.MAX_VALUE - 1, 1));
        assertEquals(NEW, check(2, 0, 2, 2));
    }

    @Test
    void forgetsWhoWasIdleForTooLong() {
        append(1, 3, 0, 1, 0);
        append(2, 0, 0, 1, HOUR_MS - 1);
        assertEquals(FENCED, check(1, 2, 0, 0));
        states.onTime(HOUR_MS);
        assertEquals(NEW, check(1, 2, 7, 7));
        append(1, 2, 7, 1, HOUR_MS);
        assertEquals(NEW, check(1, 2, 8, 8));
        assertEquals(DUPLICATE, check(2, 0, 0, 0));
    }

    @Test
    void idleProducersTakeNoMemoryForEver() {
        for (int i = 0; i < 100_000; i++) {
            append(i, 0, 0, 1, i * HOUR_MS / 100);
        }
        assertEquals(true, states.count() < 1000, () -> states.count() + " remembered");
    }

    @Test
    void aSnapshotRestoresEveryAnswer() {
        final SeededRandom random = new SeededRandom(9);
        final int[] next = new int[20];
        for (int i = 0; i < 200; i++) {
            final int id = random.nextInt(20);
            final int records = 1 + random.nextInt(4);
            append(id, 0, next[id], records, i);
            next[id] += records;
        }
        final ProducerStates restored = new ProducerStates(HOUR_MS);
        restored.restore(states.snapshot(), 200);
        assertEquals(states.snapshot(), restored.snapshot());
        for (int id = 0; id < 20; id++) {
            for (int first = 0; first < next[id] + 3; first++) {
                for (int last = first; last < first + 4; last++) {
                    assertEquals(check(id, 0, first, last), restored.check(id, (short) 0, first, last));
                    assertEquals(states.duplicate(), restored.duplicate());
                }
            }
        }
    }

    @Test
    void theSnapshotHasTheseBytes() {
        append(0x0102030405060708L, 9, 3, 2, 77);
        final ByteBuffer bytes = states.snapshot();
        assertEquals(1 + 4 + 8 + 2 + 8 + 1 + 24, bytes.remaining());
        assertEquals(1, bytes.get(0));
        assertEquals(1, bytes.getInt(1));
        assertEquals(0x0102030405060708L, bytes.getLong(5));
        assertEquals(9, bytes.getShort(13));
        assertEquals(77, bytes.getLong(15));
        assertEquals(1, bytes.get(23));
        assertEquals(3, bytes.getInt(24));
        assertEquals(1, bytes.getInt(28));
        assertEquals(0, bytes.getLong(32));
        assertEquals(501, bytes.getLong(40));
    }

    @Test
    void anyOtherBytesAreRefusedAndChangeNothing() {
        append(1, 0, 0, 1, 0);
        final ByteBuffer good = states.snapshot();
        for (int length = 0; length < good.limit(); length++) {
            final ByteBuffer cut = good.duplicate().limit(length);
            assertThrows(IllegalArgumentException.class, () -> states.restore(cut, 0));
        }
        final ByteBuffer older =
                ByteBuffer.allocate(good.limit()).put(good.duplicate()).flip();
        older.put(0, (byte) 7);
        assertThrows(IllegalArgumentException.class, () -> states.restore(older, 0));
        assertEquals(DUPLICATE, check(1, 0, 0, 0));
    }

    @Test
    void thereIsAMostOfThemAndTheLongestIdleGoes() {
        final int max = ProducerStates.PRODUCERS_MAX;
        for (int id = 0; id < max; id++) {
            append(id, 0, 0, 1, 0);
        }
        append(0, 0, 1, 1, 0);
        append(1, 0, 1, 1, 0);
        for (int id = max; id < max + 100; id++) {
            append(id, 0, 0, 1, 0);
        }
        assertEquals(max, states.count());
        assertEquals(DUPLICATE, check(0, 0, 1, 1));
        assertEquals(DUPLICATE, check(1, 0, 1, 1));
        assertEquals(NEW, check(2, 0, 77, 77), "evicted: as never seen");
        assertEquals(NEW, check(101, 0, 77, 77));
        assertEquals(OUT_OF_ORDER, check(102, 0, 77, 77));
        append(2, 0, 77, 1, 0);
        assertEquals(DUPLICATE, check(2, 0, 77, 77));
        assertEquals(NEW, check(102, 0, 77, 77));
    }

    @Test
    void aSnapshotOfTheMostThatThereMayBeHasItsBound() {
        for (int id = 0; id < ProducerStates.PRODUCERS_MAX + 10; id++) {
            for (int i = 0; i < 6; i++) {
                append(id, 0, i, 1, 0);
            }
        }
        assertEquals(ProducerStates.SNAPSHOT_BYTES_MAX, states.snapshot().remaining());
        assertTrue(ProducerStates.SNAPSHOT_BYTES_MAX < 8 << 20, "no entry of the journal is larger");
    }

    @Test
    void aSnapshotKeepsWhoIsIdleForLongestAndItsBound() {
        final int max = ProducerStates.PRODUCERS_MAX;
        for (int id = max; id > 0; id--) {
            append(id, 0, 0, 1, max - id);
        }
        final ProducerStates restored = new ProducerStates(HOUR_MS);
        restored.restore(states.snapshot(), max);
        assertEquals(max, restored.count());
        final ByteBuffer batch = new RecordBatchBuilder()
                .reset()
                .producer(1_000_000_000L, (short) 0, 0)
                .append(1, null, null)
                .build();
        restored.onAppended(batch, 0, max);
        assertEquals(max, restored.count());
        assertEquals(NEW, restored.check(max, (short) 0, 5, 5), "the first one that wrote");
        assertEquals(OUT_OF_ORDER, restored.check(max - 1, (short) 0, 5, 5));
    }

    @Test
    void whatAnEarlierVersionNotedIsCutToTheMost() {
        final int count = ProducerStates.PRODUCERS_MAX + 3;
        final ByteBuffer snapshot = ByteBuffer.allocate(5 + count * 43);
        snapshot.put(ProducerStates.FORMAT).putInt(count);
        for (int id = 0; id < count; id++) {
            snapshot.putLong(id).putShort((short) 0).putLong(count - id).put((byte) 1);
            snapshot.putInt(0).putInt(0).putLong(id).putLong(1000);
        }
        states.restore(snapshot.flip(), count);
        assertEquals(ProducerStates.PRODUCERS_MAX, states.count());
        assertEquals(DUPLICATE, check(0, 0, 0, 0));
        assertEquals(DUPLICATE, check(count - 4, 0, 0, 0));
        assertEquals(NEW, check(count - 3, 0, 0, 0));
    }
}
