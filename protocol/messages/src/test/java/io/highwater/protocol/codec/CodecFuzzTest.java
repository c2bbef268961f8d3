package io.highwater.protocol.codec;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.codec.RandomMessages.Mode;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Any bytes, given to any codec in any version, are a message or a {@link MalformedMessageException}, and what is allocated
 * on the way is bounded by a multiple of the bytes that are there.
 */
final class CodecFuzzTest {
    private static final long SEED = 4711;
    /** The smallest wire form of a struct is a few bytes, its object with empty lists and nested structs some hundreds. */
    private static final long HEAP_BYTES_PER_BYTE = 400;

    private static final long HEAP_BYTES_AT_LEAST = 16_384;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final SeededRandom random = new SeededRandom(SEED);
    private final ByteBuf frame = Unpooled.buffer(1 << 16, 1 << 16);
    private int messages;
    private int refusals;

    @Test
    void anyBytesAreAMessageOrMalformed() throws Exception {
        final RandomMessages valid =
                new RandomMessages(random, List.of(ByteBuffer.allocate(61), ByteBuffer.allocate(200)));
        for (final VectorSchema schema : VectorSchema.all()) {
            final MessageCodec<Message> codec = CodecVectorsTest.codec(schema.name);
            for (short version = codec.lowestVersion(); version <= codec.highestVersion(); version++) {
                for (int i = 0; i < 30; i++) {
                    noise();
                    readOnce(schema.name, codec, version);
                }
                for (int i = 0; i < 30; i++) {
                    frame.clear();
                    codec.write(valid.next(schema, version, Mode.RANDOM), new MessageWriter(frame), version);
                    damage();
                    readOnce(schema.name, codec, version);
                }
            }
        }
        assertTrue(messages > 1_000, "messages: " + messages);
        assertTrue(refusals > 10_000, "refusals: " + refusals);
    }

    @Test
    void aFrameFullOfTheSmallestElementsStaysWithinTheBound() throws Exception {
        for (final VectorSchema schema : VectorSchema.all()) {
            final MessageCodec<Message> codec = CodecVectorsTest.codec(schema.name);
            for (short version = codec.lowestVersion(); version <= codec.highestVersion(); version++) {
                for (final int filler : new int[] {0, 1, 2, 3, 0x7F, 0xFF}) {
                    frame.clear();
                    for (int i = 0; i < 4096; i++) {
                        frame.writeByte(filler);
                    }
                    readOnce(schema.name, codec, version);
                }
            }
        }
    }

    private void noise() {
        frame.clear();
        final int bytes = random.nextInt(200);
        final int highest = random.nextInt(3) == 0 ? 256 : 6;
        for (int i = 0; i < bytes; i++) {
            frame.writeByte(random.nextInt(highest));
        }
    }

    private void damage() {
        final int bytes = frame.writerIndex();
        for (int i = random.nextInt(4); i >= 0 && bytes > 0; i--) {
            frame.setByte(random.nextInt(bytes), random.nextInt(2) == 0 ? random.nextInt(256) : 0xFF);
        }
        if (random.nextInt(3) == 0) {
            frame.writerIndex(random.nextInt(bytes + 1));
        }
    }

    private void readOnce(final String name, final MessageCodec<Message> codec, final short version) {
        final int bytes = frame.readableBytes();
        final long before = threads.getCurrentThreadAllocatedBytes();
        try {
            codec.read(new MessageReader(frame), version);
            messages++;
        } catch (final MalformedMessageException e) {
            refusals++;
        } catch (final RuntimeException e) {
            throw new AssertionError(name + " version " + version + ": " + e, e);
        }
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(
                allocated <= HEAP_BYTES_AT_LEAST + bytes * HEAP_BYTES_PER_BYTE,
                () -> name + " version " + version + ": " + allocated + " bytes of heap for a frame of " + bytes);
    }
}
