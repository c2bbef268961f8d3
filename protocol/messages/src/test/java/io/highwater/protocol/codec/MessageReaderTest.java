package io.highwater.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.ProduceRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Bytes written by hand, so that reader and writer cannot agree on the same mistake. */
final class MessageReaderTest {
    private static MessageReader reader(final String hex) {
        return new MessageReader(bytes(hex));
    }

    private static ByteBuf bytes(final String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
    }

    private static void assertMalformed(final org.junit.jupiter.api.function.Executable read) {
        assertThrows(MalformedMessageException.class, read);
    }

    @Test
    void readsFixedWidthValuesBigEndian() {
        final MessageReader in = reader("00 02 80 8000 FFFE 80000001 7FFFFFFFFFFFFFFE 3FE0000000000000");
        assertEquals(false, in.readBool());
        assertEquals(true, in.readBool(), "anything but zero");
        assertEquals(Byte.MIN_VALUE, in.readInt8());
        assertEquals(Short.MIN_VALUE, in.readInt16());
        assertEquals(65_534, in.readUint16());
        assertEquals(Integer.MIN_VALUE + 1, in.readInt32());
        assertEquals(Long.MAX_VALUE - 1, in.readInt64());
        assertEquals(0.5, in.readFloat64());
        assertEquals(0, in.remaining());
        assertMalformed(in::readInt8);
    }

    /** Such a text could be read and never be told again: each byte that is no UTF-8 becomes a character of three. */
    @Test
    void refusesTextsThatAreTooLongForTheProtocolOnceTheyAreDecoded() {
        final int length = 10_923;
        final String latin = "61".repeat(length);
        assertEquals(length, reader("2AAB" + latin).readString(false, false).length());
        assertMalformed(() -> reader("2AAB" + "FF".repeat(length)).readString(false, false));
        assertEquals(
                length - 1,
                reader("2AAA" + "FF".repeat(length - 1))
                        .readString(false, false)
                        .length());
    }

    @Test
    void readsTheZeroIdAsTheOneThatStandsForNone() {
        assertSame(Uuids.ZERO, reader("00000000000000000000000000000000").readUuid());
        assertMalformed(reader("000000000000000000000000000000")::readUuid);
    }

    @Test
    void readsVarintsOfUpTo32Bits() {
        assertEquals(0, reader("00").readUvarint());
        assertEquals(127, reader("7F").readUvarint());
        assertEquals(128, reader("8001").readUvarint());
        assertEquals(300, reader("AC02").readUvarint());
        assertEquals(-1, reader("FFFFFFFF0F").readUvarint());
        assertEquals(0, reader("8080808000").readUvarint(), "longer than it needs to be is no fault");
        assertMalformed(reader("FFFFFFFF1F")::readUvarint);
        assertMalformed(reader("8080808080 00")::readUvarint);
        assertMalformed(reader("80")::readUvarint);
    }

    @Test
    void readsStringsOfBothForms() {
        assertEquals("hé", reader("0003 68C3A9").readString(false, false));
        assertEquals("hé", reader("04 68C3A9").readString(true, false));
        assertEquals("", reader("01").readString(true, false));
        assertNull(reader("00").readString(true, true));
        assertNull(reader("FFFF").readString(false, true));
        assertMalformed(() -> reader("00").readString(true, false));
        assertMalformed(() -> reader("FFFF").readString(false, false));
        assertMalformed(() -> reader("FFFE").readString(false, true));
        assertMalformed(() -> reader("0004 686868").readString(false, false));
        assertMalformed(() -> reader("818002" + "61".repeat(32_768)).readString(true, false));
    }

    @Test
    void readsBytesAsAViewOfTheFrame() {
        final ByteBuf frame = bytes("99 00000002 0102 03");
        frame.skipBytes(1);
        final ByteBuffer view = new MessageReader(frame).readBytes(false, false);
        assertEquals(2, view.remaining());
        frame.setByte(5, 77);
        assertEquals(77, view.get(view.position()));
        assertEquals(1, frame.readableBytes());
        assertEquals(view.capacity(), view.limit(), "nobody reaches past the end of the field");
        assertMalformed(() -> reader("7FFFFFFF 00").readBytes(false, false));
        assertMalformed(() -> reader("FFFFFFFF0F 00").readBytes(true, true));
        assertMalformed(() -> reader("8080808008 00").readBytes(true, true));
    }

    @Test
    void refusesACountThatTheBytesCannotHold() {
        assertEquals(2, reader("00000002 00000000").readCount(false, false, 2));
        assertMalformed(() -> reader("00000003 00000000").readCount(false, false, 2));
        assertMalformed(() -> reader("7FFFFFFF 00000000").readCount(false, false, 4));
        assertMalformed(() -> reader("80000000 00000000").readCount(false, true, 4));
        assertEquals(-1, reader("FFFFFFFF").readCount(false, true, 4));
        assertEquals(-1, reader("00").readCount(true, true, 4));
        assertMalformed(() -> reader("00").readCount(true, false, 4));
    }

    @Test
    void refusesMoreElementsInAllThanOneMessageMayHave() {
        final MessageReader in = new MessageReader(bytes("00000003 00000003 000000000000"), 5);
        assertEquals(3, in.readCount(false, false, 1));
        assertMalformed(() -> in.readCount(false, false, 1));
    }

    @Test
    void aRequestMayNameTenThousandPartitionsAndNotAMillionTopics() {
        final FetchRequest fetch = new FetchRequest();
        for (int i = 0; i < 10_000; i++) {
            final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
            topic.topic = "t" + i;
            topic.partitions.add(new FetchRequest.FetchPartition());
            fetch.topics.add(topic);
        }
        final ByteBuf bytes = Unpooled.buffer(FetchRequestCodec.size(fetch, (short) 12));
        FetchRequestCodec.write(fetch, new MessageWriter(bytes), (short) 12);
        assertEquals(fetch, FetchRequestCodec.read(new MessageReader(bytes, MessageReader.REQUEST_ELEMENTS_MAX), (short)
                12));

        final ByteBuf million = bytes("000F4240" + "000161".repeat(1_000_000) + "000000");
        final MessageReader in = new MessageReader(million, MessageReader.REQUEST_ELEMENTS_MAX);
        assertMalformed(() -> MetadataRequestCodec.read(in, (short) 8));
    }

    @Test
    void skipsTagsThatNoSchemaKnows() {
        final MessageReader in = reader("02 05 01 AA E807 02 BBCC 7F");
        in.skipTags();
        assertEquals(0x7F, in.readInt8());
        assertMalformed(reader("01 05 02 AA")::skipTags);
        assertMalformed(reader("02 0500")::skipTags);
        assertMalformed(reader("FFFFFFFF0F 0500")::skipTags);
        assertMalformed(reader("01 05 FFFFFFFF0F")::skipTags);
    }

    @Test
    void refusesATagWhosePayloadIsNotAsLongAsItSays() {
        // Metadata response-like: ApiVersions v3 is simplest by hand; here a Fetch request v12 with its cluster id.
        final String head = "FFFFFFFF 00000000 00000000 00000000 00 00000000 FFFFFFFF 01 01 01";
        final MessageReader good = reader(head + "01 00 03 03 6162");
        assertEquals("ab", FetchRequestCodec.read(good, (short) 12).clusterId);
        assertMalformed(() -> FetchRequestCodec.read(reader(head + "01 00 04 03 6162 00"), (short) 12));
        assertMalformed(() -> FetchRequestCodec.read(reader(head + "01 00 02 03 6162"), (short) 12));
    }

    @Test
    void readsAWholeRequestAndLeavesTheBytesAfterIt() {
        // Metadata v9: two topics, flags, no tags; then a byte that is none of its business.
        final MessageReader in = reader("03 02 61 00 02 62 00 01 00 01 00 EE");
        final MetadataRequest request = MetadataRequestCodec.read(in, (short) 9);
        assertEquals(2, request.topics.size());
        assertEquals("b", request.topics.get(1).name);
        assertTrue(request.allowAutoTopicCreation);
        assertTrue(request.includeTopicAuthorizedOperations);
        assertEquals(1, in.remaining());
    }

    @Test
    void aVersionThatTheCodecDoesNotKnowIsOurFault() {
        final MessageReader in = reader("0000");
        assertThrows(IllegalArgumentException.class, () -> ProduceRequestCodec.read(in, (short) 2));
        assertThrows(IllegalArgumentException.class, () -> ProduceRequestCodec.read(in, (short) 14));
        assertThrows(IllegalArgumentException.class, () -> ProduceRequestCodec.size(new ProduceRequest(), (short) -1));
    }
}
