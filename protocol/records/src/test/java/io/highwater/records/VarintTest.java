package io.highwater.records;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.port.SeededRandom;
import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.internals.ByteUtils;
import org.junit.jupiter.api.Test;

class VarintTest {
    private final ByteBuffer buffer = ByteBuffer.allocate(16);

    @Test
    void numbersAreReadBackAndWrittenAsTheReferenceDoes() {
        final SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 20_000; i++) {
            final long value = random.nextLong() >> random.nextInt(64);
            buffer.clear();
            Varint.write(buffer, value);
            final int size = buffer.position();
            assertEquals(size, Varint.size(value));
            assertEquals(size, Varint.endOfLong(buffer, 0, size));
            assertEquals(value, Varint.longAt(buffer, 0));
            assertEquals(value, ByteUtils.readVarlong(buffer.flip()));
            if (value == (int) value) {
                final long packed = Varint.read(buffer, 0, size);
                assertEquals(value, Varint.value(packed));
                assertEquals(size, Varint.end(packed));
            }
            assertEquals(Varint.MALFORMED, Varint.end(Varint.read(buffer, 0, 0)));
            assertEquals(Varint.MALFORMED, Varint.endOfLong(buffer, 0, size - 1));
        }
    }

    @Test
    void theEndsOfTheRangesFit() {
        for (final long value : new long[] {Integer.MIN_VALUE, Integer.MAX_VALUE, -1, 0, 1}) {
            buffer.clear();
            Varint.write(buffer, value);
            assertEquals(value, Varint.value(Varint.read(buffer, 0, buffer.position())));
        }
        for (final long value : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
            buffer.clear();
            Varint.write(buffer, value);
            assertEquals(10, buffer.position());
            assertEquals(value, Varint.longAt(buffer, 0));
        }
    }

    @Test
    void numbersThatDoNotEndOrDoNotFitAreMalformed() {
        final ByteBuffer endless = ByteBuffer.allocate(16);
        while (endless.hasRemaining()) {
            endless.put((byte) 0x80);
        }
        assertEquals(Varint.MALFORMED, Varint.end(Varint.read(endless, 0, 16)));
        assertEquals(Varint.MALFORMED, Varint.endOfLong(endless, 0, 16));
        endless.put(4, (byte) 0x10);
        assertEquals(Varint.MALFORMED, Varint.end(Varint.read(endless, 0, 16)));
        endless.put(4, (byte) 0x80).put(9, (byte) 2);
        assertEquals(Varint.MALFORMED, Varint.endOfLong(endless, 0, 16));
    }
}
