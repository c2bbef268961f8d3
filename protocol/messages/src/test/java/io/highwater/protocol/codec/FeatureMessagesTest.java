package io.highwater.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.feature.codec.Codecs;
import io.highwater.protocol.feature.codec.EveryFeatureRequestCodec;
import io.highwater.protocol.feature.codec.PlainValueCodec;
import io.highwater.protocol.feature.message.EveryFeatureRequest;
import io.highwater.protocol.feature.message.PlainValue;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The generator's own test schemas at work: every feature of the language, also those that no Kafka message uses today. */
final class FeatureMessagesTest {
    private static EveryFeatureRequest full() {
        final EveryFeatureRequest message = new EveryFeatureRequest();
        message.flag = false;
        message.tiny = 5;
        message.small = 6;
        message.port = 65_535;
        message.number = 7;
        message.large = 8;
        message.ratio = -0.25;
        message.id = new UUID(1, 2);
        message.text = "text";
        message.maybeText = "maybe";
        message.payload = ByteBuffer.wrap(new byte[] {1});
        message.maybePayload = ByteBuffer.wrap(new byte[] {2, 3});
        message.batches = ByteBuffer.wrap(new byte[] {4});
        message.names.add("name");
        message.payloads.add(ByteBuffer.wrap(new byte[] {9}));
        message.numbers.add(10);
        message.class_.key = "key";
        message.class_.deep.add(new EveryFeatureRequest.Deepest());
        message.maybeShared = shared("maybe");
        message.allShared.add(shared("all"));
        message.lateTag = "late";
        message.taggedShared = shared("tagged");
        message.taggedMaybe = shared("tagged maybe");
        message.taggedNumbers.add(11L);
        message.taggedBytes = ByteBuffer.wrap(new byte[] {12});
        message.taggedId = new UUID(3, 4);
        message.taggedFlag = false;
        return message;
    }

    private static EveryFeatureRequest.Shared shared(final String host) {
        final EveryFeatureRequest.Shared shared = new EveryFeatureRequest.Shared();
        shared.host = host;
        shared.weight = 2.5;
        shared.tags.add("tag");
        shared.nested.epoch = 3;
        return shared;
    }

    private static ByteBuf write(final EveryFeatureRequest message, final int version) {
        final int size = EveryFeatureRequestCodec.size(message, (short) version);
        final ByteBuf buffer = Unpooled.buffer(size, size);
        EveryFeatureRequestCodec.write(message, new MessageWriter(buffer), (short) version);
        assertEquals(0, buffer.writableBytes());
        return buffer;
    }

    private static EveryFeatureRequest read(final ByteBuf bytes, final int version) {
        final EveryFeatureRequest message = EveryFeatureRequestCodec.read(new MessageReader(bytes), (short) version);
        assertEquals(0, bytes.readableBytes());
        return message;
    }

    @Test
    void theLatestVersionCarriesEverythingThatWasNotTakenOut() {
        final EveryFeatureRequest message = full();
        final EveryFeatureRequest back = read(write(message, 3), 3);
        message.port = 9092;
        message.number = 0;
        assertEquals(message, back);
        assertEquals(message.hashCode(), back.hashCode());
        back.class_.deep.get(0).value++;
        assertNotEquals(message, back);
    }

    @Test
    void everyVersionReadsWhatItWroteAndHasDefaultsForTheRest() {
        for (int version = 0; version <= 3; version++) {
            final EveryFeatureRequest back = read(write(full(), version), version);
            assertEquals("late", back.lateTag, "in line, then tagged");
            assertEquals(version >= 1 ? 6 : 32_767, back.small);
            assertEquals(version <= 1 ? 65_535 : 9092, back.port);
            assertEquals(version == 1 || version == 2 ? 7 : 0, back.number);
            assertEquals(version >= 1 ? "tagged" : "", back.taggedShared.host);
            assertEquals(version >= 2 ? 1 : 0, back.taggedNumbers.size());
            assertEquals(version < 3, back.taggedFlag);
            assertEquals(version >= 3, back.taggedMaybe != null);
            assertEquals(back, read(write(back, version), version));
        }
    }

    @Test
    void defaultsOfTaggedFieldsAreNotWritten() {
        final ByteBuf bytes = write(new EveryFeatureRequest(), 3);
        assertEquals(0, bytes.getByte(bytes.writerIndex() - 1), "the last byte counts the tags");
        assertEquals(new EveryFeatureRequest(), read(bytes, 3));
    }

    @Test
    void nullIsKeptWhereItIsLegalAndEmptyWhereItIsNot() {
        final EveryFeatureRequest message = full();
        message.maybeText = null;
        message.maybePayload = null;
        message.batches = null;
        message.names = null;
        message.numbers = null;
        message.maybeShared = null;
        message.class_ = null;
        message.taggedNumbers = null;
        final EveryFeatureRequest old = read(write(message, 1), 1);
        assertEquals("", old.maybeText);
        assertNull(old.maybePayload);
        assertNull(old.batches);
        assertNull(old.names);
        assertEquals(List.of(), old.numbers);
        assertEquals(new EveryFeatureRequest.Shared(), old.maybeShared);
        assertEquals(new EveryFeatureRequest.Inner(), old.class_);
        final EveryFeatureRequest latest = read(write(message, 2), 2);
        assertNull(latest.maybeText);
        assertNull(latest.maybeShared);
        assertEquals(List.of(), latest.taggedNumbers);
    }

    @Test
    void tagsInAnyOrderAreReadAndTheLastOfEqualOnesWins() {
        final ByteBuf bytes = write(new EveryFeatureRequest(), 3);
        bytes.writerIndex(bytes.writerIndex() - 1);
        final ByteBuf changed = Unpooled.wrappedBuffer(
                bytes,
                Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("03" + "050100" + "01030361" + "62" + "01020278")));
        final EveryFeatureRequest message = read(Unpooled.copiedBuffer(changed), 3);
        assertEquals("x", message.lateTag);
        assertEquals(false, message.taggedFlag);
    }

    @Test
    void stringsThatNeverBecomeCompactStayWide() {
        final PlainValue value = new PlainValue();
        value.stubborn = "ab";
        final ByteBuf bytes = Unpooled.buffer();
        PlainValueCodec.write(value, new MessageWriter(bytes), (short) 3);
        assertEquals("0002" + "6162" + "01" + "00", ByteBufUtil.hexDump(bytes));
        assertEquals(6, PlainValueCodec.size(value, (short) 3));
        assertEquals(value, PlainValueCodec.read(new MessageReader(bytes), (short) 3));
        assertEquals(-1, value.apiKey());
    }

    @Test
    void codecsAreFoundByKindAndKey() {
        assertEquals(EveryFeatureRequestCodec.INSTANCE, Codecs.request((short) 10_001));
        assertEquals(0, Codecs.record((short) 7).highestVersion());
        assertNull(Codecs.record((short) 8));
        assertNull(Codecs.request((short) 7));
    }

    @Test
    void textShowsHowManyBytesAndNotWhich() {
        final String text = full().toString();
        assertTrue(text.contains("maybePayload=2 bytes"), text);
        assertTrue(text.contains("Shared(host=tagged, "), text);
        assertTrue(new EveryFeatureRequest().toString().contains("maybePayload=null"), text);
    }
}
