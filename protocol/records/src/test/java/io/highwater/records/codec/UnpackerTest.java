package io.highwater.records.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.highwater.port.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG.Bits;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** The forms that a stream may have by its format, and the one that the libraries of producers happen to write. */
class UnpackerTest {
    private static final int LARGE = 64 << 20;

    private final byte[] plain = text(300_000);

    @Test
    void gzipMembersMayBeSeveralAndCarryNames() throws IOException {
        final byte[] member = gzip(plain);
        final Unpacker gzip = GzipCodec.newUnpacker();
        assertArrayEquals(plain, unpack(gzip, member));
        assertArrayEquals(join(plain, plain), unpack(gzip, join(member, member)));
        final byte[] header = {0x1F, (byte) 0x8B, 8, 0x1E, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, 'n', 0, 'c', 0};
        final CRC32 crc = new CRC32();
        crc.update(header);
        final byte[] sum = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
        final byte[] body = java.util.Arrays.copyOfRange(member, 10, member.length);
        assertArrayEquals(plain, unpack(gzip, join(header, sum, body)));
        assertThrows(IOException.class, () -> unpack(gzip, join(header, new byte[2], body)));
        for (int end = 1; end <= Long.BYTES; end++) {
            final byte[] wrong = member.clone();
            wrong[wrong.length - end]++;
            assertThrows(IOException.class, () -> unpack(gzip, wrong));
        }
    }

    @Test
    void anLz4FrameMayHaveAnyBlockSizeAndAnyChecksum() throws IOException {
        final Unpacker lz4 = Lz4Codec.newUnpacker();
        for (final BLOCKSIZE size : BLOCKSIZE.values()) {
            assertArrayEquals(plain, unpack(lz4, lz4(size, plain, Bits.BLOCK_INDEPENDENCE)));
            final byte[] summed = lz4(
                    size,
                    plain,
                    Bits.BLOCK_INDEPENDENCE,
                    Bits.BLOCK_CHECKSUM,
                    Bits.CONTENT_CHECKSUM,
                    Bits.CONTENT_SIZE);
            assertArrayEquals(plain, unpack(lz4, summed));
            for (final int at : new int[] {4, 5, 6, 14, 100, summed.length - 1, summed.length - 5, summed.length - 9}) {
                final byte[] wrong = summed.clone();
                wrong[at] ^= 0x10;
                assertThrows(IOException.class, () -> unpack(lz4, wrong), "byte " + at);
            }
        }
    }

    @Test
    void incompressibleBlocksAreStoredPlain() throws IOException {
        final byte[] noise = new byte[200_000];
        final SeededRandom random = new SeededRandom(3);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) random.nextLong();
        }
        assertArrayEquals(
                noise, unpack(Lz4Codec.newUnpacker(), lz4(BLOCKSIZE.SIZE_64KB, noise, Bits.BLOCK_INDEPENDENCE)));
        assertArrayEquals(noise, unpack(ZstdCodec.newUnpacker(), Zstd.compress(noise)));
        assertArrayEquals(noise, unpack(GzipCodec.newUnpacker(), gzip(noise)));
        assertArrayEquals(noise, unpack(SnappyCodec.newUnpacker(), Snappy.compress(noise)));
    }

    @Test
    void whatConsumersOfLz4DoNotReadIsRefused() throws IOException {
        final Unpacker lz4 = Lz4Codec.newUnpacker();
        final byte[] frame = lz4(BLOCKSIZE.SIZE_64KB, plain, Bits.BLOCK_INDEPENDENCE);
        assertThrows(IOException.class, () -> unpack(lz4, join(frame, frame)), "a second frame");
        final byte[] dependent = frame.clone();
        dependent[4] &= ~0x20;
        dependent[6] = headerChecksum(dependent);
        assertThrows(IOException.class, () -> unpack(lz4, dependent), "dependent blocks");
        final byte[] withDictionary = frame.clone();
        withDictionary[4] |= 1;
        withDictionary[6] = headerChecksum(withDictionary);
        assertThrows(IOException.class, () -> unpack(lz4, withDictionary), "a dictionary");
        assertArrayEquals(plain, unpack(lz4, frame));
    }

    @Test
    void zstdFramesMayBeSeveralAndOfAnyLevel() throws IOException {
        final Unpacker zstd = ZstdCodec.newUnpacker();
        final byte[] frame = Zstd.compress(plain);
        assertArrayEquals(join(plain, plain), unpack(zstd, join(frame, frame)));
        assertArrayEquals(plain, unpack(zstd, Zstd.compress(plain, 22)));
        final ByteArrayOutputStream streamed = new ByteArrayOutputStream();
        try (OutputStream out = ZstdCodec.compress(streamed)) {
            out.write(plain);
        }
        assertArrayEquals(plain, unpack(zstd, streamed.toByteArray()));
        final byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9};
        assertArrayEquals(plain, unpack(zstd, join(skippable, frame)));
    }

    @Test
    void snappyMayBeFramedJoinedOrRaw() throws IOException {
        final Unpacker snappy = SnappyCodec.newUnpacker();
        final ByteArrayOutputStream framed = new ByteArrayOutputStream();
        try (OutputStream out = SnappyCodec.compress(framed)) {
            out.write(plain);
        }
        final byte[] stream = framed.toByteArray();
        assertArrayEquals(plain, unpack(snappy, stream));
        assertArrayEquals(join(plain, plain), unpack(snappy, join(stream, stream)));
        assertArrayEquals(plain, unpack(snappy, Snappy.compress(plain)));
        final byte[] version0 = stream.clone();
        version0[11] = 0;
        assertThrows(IOException.class, () -> unpack(snappy, version0));
    }

    /** A few bytes may claim any size: memory must not be taken on their word. */
    @Test
    void aSnappyBlockIsHeldToItsSizeAndToTheBound() throws IOException {
        final Unpacker snappy = SnappyCodec.newUnpacker();
        final byte[] claims2Gb = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7, 0, 0};
        assertThrows(IOException.class, () -> unpack(snappy, claims2Gb));
        final byte[] zeros = Snappy.compress(new byte[1 << 20]);
        assertThrows(DecompressionLimitException.class, () -> unpack(snappy, zeros, (1 << 20) - 1));
        assertTrue(unpack(snappy, zeros, 1 << 20).length == 1 << 20);
    }

    @Test
    void aStreamThatFailedLeavesNothingBehind() throws IOException {
        for (final Unpacker unpacker : new Unpacker[] {
            GzipCodec.newUnpacker(), SnappyCodec.newUnpacker(), Lz4Codec.newUnpacker(), ZstdCodec.newUnpacker()
        }) {
            final byte[] good = unpacker instanceof GzipUnpacker
                    ? gzip(plain)
                    : unpacker instanceof Lz4Unpacker
                            ? lz4(BLOCKSIZE.SIZE_64KB, plain, Bits.BLOCK_INDEPENDENCE)
                            : unpacker instanceof ZstdUnpacker ? Zstd.compress(plain) : Snappy.compress(plain);
            for (int length = 0; length < good.length; length += good.length / 7) {
                final byte[] cut = java.util.Arrays.copyOf(good, length);
                if (length > 0) {
                    assertThrows(IOException.class, () -> unpack(unpacker, cut));
                }
                assertArrayEquals(plain, unpack(unpacker, good));
            }
        }
    }

    private static byte[] unpack(final Unpacker unpacker, final byte[] stream) throws IOException {
        return unpack(unpacker, stream, LARGE);
    }

    private static byte[] unpack(final Unpacker unpacker, final byte[] stream, final long bytesMax) throws IOException {
        final ByteBuffer in =
                ByteBuffer.allocateDirect(stream.length).put(stream).flip().order(ByteOrder.LITTLE_ENDIAN);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            unpacker.begin(in, bytesMax);
            for (ByteBuffer piece = unpacker.next(); piece != null; piece = unpacker.next()) {
                final byte[] copy = new byte[piece.remaining()];
                piece.get(copy);
                out.writeBytes(copy);
            }
        } finally {
            unpacker.end();
        }
        return out.toByteArray();
    }

    private static byte[] gzip(final byte[] bytes) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream stream = new GZIPOutputStream(out)) {
            stream.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] lz4(final BLOCKSIZE size, final byte[] bytes, final Bits... flags) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LZ4FrameOutputStream stream = new LZ4FrameOutputStream(out, size, bytes.length, flags)) {
            stream.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte headerChecksum(final byte[] frame) {
        return (byte)
                (net.jpountz.xxhash.XXHashFactory.fastestInstance().hash32().hash(frame, 4, 2, 0) >> 8);
    }

    private static byte[] join(final byte[]... parts) {
        final ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (final byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private static byte[] text(final int bytes) {
        final byte[] text = new byte[bytes];
        final SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < bytes; i++) {
            text[i] = (byte) ('a' + random.nextInt(i % 100 < 50 ? 2 : 26));
        }
        return text;
    }
}
