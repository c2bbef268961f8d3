package io.highwater.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SeededRandom;
import io.highwater.protocol.codec.RandomMessages.Mode;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/**
 * Every message in every version against the classes of kafka-clients, both ways: random instances are built in our classes
 * and, through setters, in theirs; both must write equal bytes of the size that both announce, and each must read the
 * other's. Instances are made until every field was once other than its default and every nullable field once null.
 */
final class CodecVectorsTest {
    private static final int INSTANCES_MIN = 40;
    private static final int INSTANCES_MAX = 500;
    private static final long SEED = 20261123L;

    private final List<ByteBuffer> batches = batches();

    private static List<ByteBuffer> batches() {
        final List<ByteBuffer> batches = new ArrayList<>();
        for (final Compression compression : List.of(
                Compression.NONE,
                Compression.gzip().build(),
                Compression.snappy().build(),
                Compression.zstd().build())) {
            for (final int valueBytes : new int[] {0, 30, 3000}) {
                batches.add(MemoryRecords.withRecords(
                                compression,
                                new SimpleRecord(
                                        1_700_000_000_000L,
                                        "key".getBytes(StandardCharsets.UTF_8),
                                        new byte[valueBytes]),
                                new SimpleRecord(1_700_000_000_001L, null, "value".getBytes(StandardCharsets.UTF_8)))
                        .buffer());
            }
        }
        return batches;
    }

    @Test
    void everyMessageInEveryVersionIsTheSameBytesAsInKafkaClients() throws Exception {
        final long start = System.nanoTime();
        final List<VectorSchema> schemas = VectorSchema.all();
        int pairs = 0;
        int instances = 0;
        for (final VectorSchema schema : schemas) {
            for (int version = schema.versions.first(); version <= schema.versions.last(); version++) {
                instances += check(schema, (short) version);
                pairs++;
            }
        }
        final long ms = (System.nanoTime() - start) / 1_000_000;
        System.out.printf("codec vectors: %d messages x versions, %d instances, %d ms%n", pairs, instances, ms);
        // Of 4.4.0: 203 schemas less the eight without a valid version. A later release has more, never fewer.
        assertTrue(schemas.size() >= 195, "messages: " + schemas.size());
        assertTrue(pairs >= 640, "messages x versions: " + pairs);
        assertTrue(instances >= 25_600, "instances: " + instances);
    }

    private int check(final VectorSchema schema, final short version) throws Exception {
        final SeededRandom random = new SeededRandom(SEED + schema.name.hashCode() * 31L + version);
        final RandomMessages messages = new RandomMessages(random, batches);
        final KafkaTwin twins = new KafkaTwin(random);
        final Set<String> missing = RandomMessages.expected(schema, version);
        int count = 0;
        while (count < INSTANCES_MIN || (!missing.isEmpty() && count < INSTANCES_MAX)) {
            final Mode mode = count == 0 ? Mode.DEFAULTS : count == 1 ? Mode.FULL : Mode.RANDOM;
            final Message ours = messages.next(schema, version, mode);
            try {
                bothWays(schema, ours, version, twins);
            } catch (final Exception | AssertionError e) {
                throw new AssertionError(schema.name + " version " + version + " instance " + count + ": " + ours, e);
            }
            missing.removeAll(messages.seen);
            count++;
        }
        assertEquals(new HashSet<String>(), missing, schema.name + " version " + version + ": never filled");
        return count;
    }

    private static void bothWays(
            final VectorSchema schema, final Message ours, final short version, final KafkaTwin twins)
            throws Exception {
        final MessageCodec<Message> codec = codec(schema.name);
        final var theirs = twins.of(schema, ours, version, false);
        final byte[] expected = KafkaTwin.write(theirs, version);
        final byte[] written = write(codec, ours, version);
        assertArrayEquals(expected, written, "ours written, and theirs");
        assertArrayEquals(expected, gather(codec, ours, version), "ours gathered, and theirs");

        final var theirsRead = KafkaTwin.empty(schema);
        theirsRead.read(new ByteBufferAccessor(ByteBuffer.wrap(written)), version);
        assertEquals(theirs, theirsRead, "theirs, read from ours");
        assertArrayEquals(written, KafkaTwin.write(theirsRead, version), "theirs written again");

        final Message oursRead = read(codec, expected, version);
        assertEquals(ours, oursRead, "ours, read from theirs");
        assertArrayEquals(expected, write(codec, oursRead, version), "ours written again");

        final byte[] withTags = KafkaTwin.write(twins.of(schema, ours, version, true), version);
        assertEquals(ours, read(codec, withTags, version), "ours, read from theirs with unknown tags");
    }

    @Test
    void whatAVersionCannotCarryIsDroppedAndIllegalNullsAreWrittenAsEmpty() throws Exception {
        for (final VectorSchema schema : VectorSchema.all()) {
            for (int version = schema.versions.first(); version <= schema.versions.last(); version++) {
                final RandomMessages messages = new RandomMessages(new SeededRandom(SEED), batches);
                for (final Mode mode : List.of(Mode.FULL_OF_ALL_VERSIONS, Mode.ALL_NULL)) {
                    final Message ours = messages.next(schema, version, mode);
                    final byte[] written = write(codec(schema.name), ours, (short) version);
                    final var theirs = KafkaTwin.empty(schema);
                    theirs.read(new ByteBufferAccessor(ByteBuffer.wrap(written)), (short) version);
                    assertArrayEquals(
                            written,
                            KafkaTwin.write(theirs, (short) version),
                            schema.name + " " + version + " " + mode);
                }
            }
        }
    }

    @SuppressWarnings("unchecked")
    static MessageCodec<Message> codec(final String name) throws ReflectiveOperationException {
        return (MessageCodec<Message>) Class.forName("io.highwater.protocol.codec." + name + "Codec")
                .getField("INSTANCE")
                .get(null);
    }

    private static byte[] write(final MessageCodec<Message> codec, final Message message, final short version) {
        final int size = codec.size(message, version);
        final ByteBuf buffer = Unpooled.buffer(size, size);
        codec.write(message, new MessageWriter(buffer), version);
        assertEquals(size, buffer.writerIndex(), "the size announced, and written");
        return buffer.array();
    }

    private static byte[] gather(final MessageCodec<Message> codec, final Message message, final short version) {
        final MessageWriter writer = MessageWriter.gathering(UnpooledByteBufAllocator.DEFAULT, 16);
        codec.write(message, writer, version);
        final ByteBuf whole = writer.finish();
        final byte[] bytes = ByteBufUtil.getBytes(whole);
        assertTrue(whole.release());
        return bytes;
    }

    private static Message read(final MessageCodec<Message> codec, final byte[] bytes, final short version) {
        // Not at index 0, and memory that the garbage collector frees, as the message's views outlive this call.
        final ByteBuffer direct =
                ByteBuffer.allocateDirect(bytes.length + 4).putInt(0).put(bytes).flip();
        final MessageReader reader =
                new MessageReader(Unpooled.wrappedBuffer(direct).skipBytes(4));
        final Message message = codec.read(reader, version);
        assertEquals(0, reader.remaining(), "bytes left over");
        return message;
    }
}
