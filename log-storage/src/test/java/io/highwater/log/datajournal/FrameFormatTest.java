package io.highwater.log.datajournal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.DirectoryRefusedException;
import io.highwater.log.journal.DirectoryRefusedException.Reason;
import io.highwater.log.journal.PartitionId;
import io.highwater.port.SeededRandom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes of the data journal, as literal numbers, as a file of this version, and under random damage. */
final class FrameFormatTest {
    private static final Path PATH = Path.of("/data/data-journal.0");
    private static final String GOLDEN = "data-journal-v2.bin";
    private static final long SECRET = 0x0123_4567_89AB_CDEFL;
    private static final PartitionId P0 = new PartitionId(new UUID(1, 2), 3);
    private static final PartitionId P1 = new PartitionId(new UUID(1, 2), 4);

    @Test
    void offsetsAreTheDrawnOnes() {
        assertEquals(0x4857444A, FrameFormat.MAGIC);
        assertEquals(2, FrameFormat.VERSION);
        assertEquals(0, FrameFormat.MAGIC_POSITION);
        assertEquals(4, FrameFormat.VERSION_POSITION);
        assertEquals(8, FrameFormat.LENGTH_POSITION);
        assertEquals(12, FrameFormat.CRC_POSITION);
        assertEquals(16, FrameFormat.RUN_POSITION);
        assertEquals(24, FrameFormat.SEQUENCE_POSITION);
        assertEquals(32, FrameFormat.DURABLE_POSITION);
        assertEquals(40, FrameFormat.COUNT_POSITION);
        assertEquals(44, FrameFormat.FRAME_HEADER_BYTES);
        assertEquals(44, FrameFormat.PIECE_HEADER_BYTES);
        assertEquals(4096, FrameFormat.BLOCK_BYTES);
        assertEquals(262_144, FrameFormat.FRAME_BYTES_MAX);
    }

    @Test
    void aFrameIsTheDrawnBytes() {
        final byte[] frame = frame(5, 7, 6, "abc");
        assertEquals(4096, frame.length);
        assertEquals(
                "4857444a" + "0002" + "0000" + "0000005b" + "%crc"
                        + "0000000000000005" + "0000000000000007" + "0000000000000006" + "00000001"
                        + "00000000000000010000000000000002" + "00000003" + "0000000000000064" + "00000200"
                        + "0000000000000078" + "00000003" + "616263",
                HexFormat.of().formatHex(frame, 0, 12) + "%crc" + HexFormat.of().formatHex(frame, 16, 91));
        assertArrayEquals(new byte[4096 - 91], Arrays.copyOfRange(frame, 91, 4096));
    }

    @Test
    void aPieceThatHasNoRoomLeavesTheFrameAsItIs() {
        final DataFrame frame = new DataFrame(SECRET);
        frame.begin(1, 1, 1, 2 * 4096 + 17);
        final int room = 2 * 4096 - FrameFormat.FRAME_HEADER_BYTES - FrameFormat.PIECE_HEADER_BYTES;
        assertNull(frame.add(P0, 0, 0, 1, room + 1));
        assertTrue(frame.isEmpty());
        assertEquals(room, frame.add(P0, 0, 0, 1, room).remaining());
        assertNull(frame.add(P1, 0, 0, 1, 0));
        assertEquals(2 * 4096, frame.finish().remaining());
    }

    /** Regenerate with -Dgolden.write=true, only together with a new format version and a new name. */
    @Test
    void readsTheFileOfThisVersion() throws IOException {
        final byte[] now = goldenFile();
        if (Boolean.getBoolean("golden.write")) {
            Files.write(Path.of("src/test/resources/io/highwater/log/datajournal", GOLDEN), now);
        }
        final byte[] golden;
        try (InputStream in = FrameFormatTest.class.getResourceAsStream(GOLDEN)) {
            assertNotNull(in);
            golden = in.readAllBytes();
        }
        assertArrayEquals(golden, now);
        assertEquals(
                List.of(new FrameScan.Frame(0, 0, 91, 5, 7, 6), new FrameScan.Frame(0, 4096, 5088, 5, 8, 8)),
                scan(golden));
    }

    @Test
    void anotherVersionIsRefused() {
        for (final int version : new int[] {1, 3}) {
            final byte[] frame = frame(5, 7, 6, "abc");
            frame[5] = (byte) version;
            final DirectoryRefusedException refusal = assertThrows(DirectoryRefusedException.class, () -> scan(frame));
            assertEquals(version == 1 ? Reason.OLDER_FORMAT : Reason.NEWER_FORMAT, refusal.reason());
        }
    }

    /** A client that knows the format does not know the secret. */
    @Test
    void aFrameOfAnotherSecretIsNone() throws IOException {
        final SimulatedDisk disk = new SimulatedDisk(1);
        disk.createDirectories(PATH.getParent());
        try (DiskFile file = disk.open(PATH, true)) {
            file.write(ByteBuffer.wrap(goldenFile()), 0);
            assertEquals(List.of(), new FrameScan(0, PATH, SECRET + 1).frames(file));
        }
    }

    /** Whatever bytes there are, only whole frames come out, in bounded memory. */
    @Test
    void damageHidesAFrameAndNeverChangesOne() throws IOException {
        final byte[] golden = goldenFile();
        final List<FrameScan.Frame> whole = scan(golden);
        final SeededRandom random = new SeededRandom(8);
        int hidden = 0;
        for (int round = 0; round < 3000; round++) {
            final byte[] bytes = golden.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                // The version stands outside the checksum: what it says is another test's.
                final int at = random.nextInt(bytes.length);
                if (at % 4096 != 4 && at % 4096 != 5) {
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                }
            }
            final int length = random.nextInt(3) == 0 ? random.nextInt(bytes.length) : bytes.length;
            final List<FrameScan.Frame> found = scan(Arrays.copyOf(bytes, length));
            assertTrue(whole.containsAll(found), found.toString());
            hidden += whole.size() - found.size();
        }
        assertTrue(hidden > 500, "hidden " + hidden);
    }

    private static byte[] goldenFile() {
        final ByteBuffer file = ByteBuffer.allocate(4 * 4096);
        file.put(frame(5, 7, 6, "abc")).put(frame(5, 8, 8, "de".repeat(2500)));
        return file.array();
    }

    private static byte[] frame(final long run, final long sequence, final long durable, final String piece) {
        final DataFrame frame = new DataFrame(SECRET);
        frame.begin(run, sequence, durable, FrameFormat.FRAME_BYTES_MAX);
        frame.add(P0, 100, 512, 120, piece.length()).put(piece.getBytes(StandardCharsets.US_ASCII));
        final ByteBuffer whole = frame.finish();
        final byte[] bytes = new byte[whole.remaining()];
        whole.get(bytes);
        return bytes;
    }

    private static List<FrameScan.Frame> scan(final byte[] bytes) throws IOException {
        final SimulatedDisk disk = new SimulatedDisk(1);
        disk.createDirectories(PATH.getParent());
        try (DiskFile file = disk.open(PATH, true)) {
            file.write(ByteBuffer.wrap(bytes), 0);
            return new FrameScan(0, PATH, SECRET).frames(file);
        }
    }
}
