package io.highwater.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Retained;
import io.highwater.protocol.message.FetchResponse;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MessageWriterTest {
    private static final short FETCH_VERSION = 12;

    private static String hex(final java.util.function.Consumer<MessageWriter> writes) {
        final ByteBuf buffer = Unpooled.buffer();
        writes.accept(new MessageWriter(buffer));
        return ByteBufUtil.hexDump(buffer);
    }

    /** A Fetch response of as many partitions as there are sizes, each with records of that size. */
    private static FetchResponse fetchResponse(final int... recordBytes) {
        final FetchResponse response = new FetchResponse();
        final FetchResponse.FetchableTopicResponse topic = new FetchResponse.FetchableTopicResponse();
        topic.topic = "topic";
        response.responses.add(topic);
        for (int i = 0; i < recordBytes.length; i++) {
            final FetchResponse.PartitionData partition = new FetchResponse.PartitionData();
            partition.partitionIndex = i;
            final ByteBuffer records = ByteBuffer.allocateDirect(recordBytes[i] + 10);
            while (records.hasRemaining()) {
                records.put((byte) (records.position() + i));
            }
            partition.records = records.position(7).limit(7 + recordBytes[i]);
            topic.partitions.add(partition);
        }
        return response;
    }

    private static byte[] plain(final FetchResponse response) {
        final ByteBuf buffer = Unpooled.buffer(FetchResponseCodec.size(response, FETCH_VERSION));
        FetchResponseCodec.write(response, new MessageWriter(buffer), FETCH_VERSION);
        return ByteBufUtil.getBytes(buffer);
    }

    @Test
    void writesNumbersBigEndianAndVarintsLowBitsFirst() {
        assertEquals("01ff8000fffe", hex(out -> {
            out.writeBool(true);
            out.writeInt8(-1);
            out.writeInt16(Short.MIN_VALUE);
            out.writeUint16(65_534);
        }));
        assertEquals("007f8001ac02ffffffff0f", hex(out -> {
            for (final int value : new int[] {0, 127, 128, 300, -1}) {
                out.writeUvarint(value);
            }
        }));
    }

    @Test
    void writesNullAsNullOnlyWhereThatIsLegal() {
        assertEquals("ffff", hex(out -> out.writeString(null, false, true)));
        assertEquals("0000", hex(out -> out.writeString(null, false, false)));
        assertEquals("00", hex(out -> out.writeString(null, true, true)));
        assertEquals("01", hex(out -> out.writeString(null, true, false)));
        assertEquals("ffffffff", hex(out -> out.writeBytes(null, false, true)));
        assertEquals("01", hex(out -> out.writeRecords(null, true, false)));
        assertEquals("ffffffff", hex(out -> out.writeCount(null, false, true)));
        assertEquals("00000000", hex(out -> out.writeCount(null, false, false)));
        assertEquals("03", hex(out -> out.writeCount(List.of(1, 2), true, false)));
    }

    @Test
    void countsTheBytesOfEveryVarintLength() {
        for (int bits = 0; bits < 32; bits++) {
            for (final int value : new int[] {1 << bits, (1 << bits) - 1, -1 >>> bits}) {
                final int written = hex(out -> out.writeUvarint(value)).length() / 2;
                assertEquals(written, WireSizes.ofUvarint(value), "of " + value);
            }
        }
    }

    @Test
    void refusesAStringThatNoReaderWouldTake() {
        final String tooLong = "é".repeat(16_384);
        assertThrows(IllegalArgumentException.class, () -> WireSizes.ofString(tooLong, true, false));
        assertThrows(IllegalArgumentException.class, () -> hex(out -> out.writeString(tooLong, true, false)));
        assertEquals(32_766 + 2, WireSizes.ofString("é".repeat(16_383), false, false));
    }

    @Test
    void leavesThePositionOfBytesAlone() {
        for (final ByteBuffer bytes : List.of(ByteBuffer.allocate(9), ByteBuffer.allocateDirect(9))) {
            bytes.put(4, (byte) 0x11).position(4).limit(5);
            assertEquals("0000000111", hex(out -> out.writeBytes(bytes, false, false)));
            assertEquals("0000000111", hex(out -> out.writeBytes(bytes.asReadOnlyBuffer(), false, false)));
            assertEquals(4, bytes.position());
            assertEquals(5, bytes.limit());
        }
    }

    @Test
    void gathersRecordsWithoutCopyingThem() {
        final FetchResponse response = fetchResponse(5000, 0, 1023, 1024, 9000);
        final byte[] expected = plain(response);
        final MessageWriter writer = MessageWriter.gathering(UnpooledByteBufAllocator.DEFAULT, 8);
        FetchResponseCodec.write(response, writer, FETCH_VERSION);

        final ByteBuf whole = writer.finish();

        assertEquals(ByteBufUtil.hexDump(expected), ByteBufUtil.hexDump(whole));
        assertEquals(7, whole.nioBufferCount(), "four heads and three pieces of records");
        final ByteBuffer records = response.responses.get(0).partitions.get(0).records;
        records.put(records.position(), (byte) (records.get(records.position()) + 1));
        assertFalse(java.util.Arrays.equals(expected, ByteBufUtil.getBytes(whole)), "it is the same memory");
        assertEquals(5000, records.remaining());
        assertTrue(whole.release());
    }

    @Test
    void gathersMoreRecordsThanItHasRoomForAtFirst() {
        final int[] sizes = new int[100];
        java.util.Arrays.fill(sizes, 2000);
        final FetchResponse response = fetchResponse(sizes);
        final MessageWriter writer = MessageWriter.gathering(UnpooledByteBufAllocator.DEFAULT, 4096);
        FetchResponseCodec.write(response, writer, FETCH_VERSION);
        final ByteBuf whole = writer.finish();
        assertEquals(ByteBufUtil.hexDump(plain(response)), ByteBufUtil.hexDump(whole));
        assertEquals(201, whole.nioBufferCount());
        assertTrue(whole.release());
    }

    /** A transport copies a buffer of several pieces that has one on the heap, all of its records too. */
    @Test
    void gathersOffTheHeapAndGivesTheRecordsBackOnRelease() {
        final Shares shares = new Shares();
        final FetchResponse response = fetchResponse(5000, 9000);
        for (final FetchResponse.PartitionData partition : response.responses.get(0).partitions) {
            partition.records = ByteBuffer.allocateDirect(partition.records.remaining());
        }
        final MessageWriter writer = MessageWriter.gathering(UnpooledByteBufAllocator.DEFAULT, 16);
        FetchResponseCodec.write(response, writer, FETCH_VERSION);

        final ByteBuf whole = writer.finish(shares);

        assertTrue(whole.isDirect());
        final ByteBuf part = whole.retainedSlice(0, 10);
        assertFalse(whole.release());
        assertEquals(1, shares.count);
        assertTrue(part.release());
        assertEquals(0, shares.count);
    }

    @Test
    void givesTheRecordsBackAtOnceWhenAllWereCopied() {
        final Shares shares = new Shares();
        final MessageWriter writer = MessageWriter.gathering(UnpooledByteBufAllocator.DEFAULT, 16);
        FetchResponseCodec.write(fetchResponse(10), writer, FETCH_VERSION);
        final ByteBuf whole = writer.finish(shares);
        assertEquals(0, shares.count);
        assertTrue(whole.release());
        assertEquals(0, shares.count);
    }

    @Test
    void givesTheMemoryBackWhenNothingIsGatheredOrFinished() {
        final MessageWriter small = MessageWriter.gathering(UnpooledByteBufAllocator.DEFAULT, 16);
        FetchResponseCodec.write(fetchResponse(10), small, FETCH_VERSION);
        final ByteBuf whole = small.finish();
        assertEquals(1, whole.nioBufferCount());
        assertTrue(whole.release());

        final MessageWriter given = MessageWriter.gathering(UnpooledByteBufAllocator.DEFAULT, 16);
        given.writeInt32(1);
        given.discard();
        assertThrows(io.netty.util.IllegalReferenceCountException.class, () -> given.writeInt32(2));
    }

    /** Memory with one share out. */
    private static final class Shares implements Retained {
        private int count = 1;

        @Override
        public void retain() {
            count++;
        }

        @Override
        public void release() {
            count--;
        }
    }
}
