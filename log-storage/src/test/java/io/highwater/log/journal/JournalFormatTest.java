package io.highwater.log.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.JournalEntry.EpochStart;
import io.highwater.log.journal.JournalEntry.EpochStarts;
import io.highwater.log.journal.JournalEntry.LogStart;
import io.highwater.log.journal.JournalEntry.PartitionAdded;
import io.highwater.log.journal.JournalEntry.PartitionRemoved;
import io.highwater.log.journal.JournalEntry.ProducerSnapshot;
import io.highwater.log.journal.JournalEntry.RecoveryPoint;
import io.highwater.log.journal.JournalEntry.Segment;
import io.highwater.log.journal.JournalEntry.SegmentDropped;
import io.highwater.log.journal.JournalEntry.SegmentKept;
import io.highwater.port.SeededRandom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes of the journal, as literal numbers, as a file of this version, and under random damage. */
class JournalFormatTest {
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path LIVE = DIRECTORY.resolve("journal.0");
    private static final String GOLDEN = "journal-v2.bin";
    /** Header, snapshot, two frames. */
    private static final int GOLDEN_BYTES = 4 * 512;

    private static final PartitionId P0 = new PartitionId(new UUID(1, 2), 3);

    @Test
    void offsetsAreTheDrawnOnes() {
        assertEquals(0x48574A4E, JournalFormat.MAGIC);
        assertEquals(2, JournalFormat.VERSION);
        assertEquals(0, JournalFormat.MAGIC_POSITION);
        assertEquals(4, JournalFormat.VERSION_POSITION);
        assertEquals(6, JournalFormat.RETIRED_POSITION);
        assertEquals(8, JournalFormat.GENERATION_POSITION);
        assertEquals(16, JournalFormat.HEADER_CRC_POSITION);
        assertEquals(20, JournalFormat.HEADER_BYTES);
        assertEquals(0, JournalFormat.LENGTH_POSITION);
        assertEquals(4, JournalFormat.FRAME_CRC_POSITION);
        assertEquals(8, JournalFormat.FRAME_GENERATION_POSITION);
        assertEquals(16, JournalFormat.SEQUENCE_POSITION);
        assertEquals(24, JournalFormat.DURABLE_POSITION);
        assertEquals(32, JournalFormat.FLAGS_POSITION);
        assertEquals(36, JournalFormat.FRAME_HEADER_BYTES);
        assertEquals(5, JournalFormat.ENTRY_HEADER_BYTES);
        assertEquals(20, JournalFormat.ID_BYTES);
        assertEquals(512, JournalFormat.SECTOR_BYTES);
    }

    @Test
    void entriesAreTheDrawnBytes() {
        final String id = "00000000000000010000000000000002" + "00000003";
        assertBytes("02" + "00000018" + id + "0002" + "6162", new PartitionAdded(P0, "ab"));
        assertBytes("03" + "00000014" + id, new PartitionRemoved(P0));
        assertBytes(
                "04" + "0000002c" + id + "0000000000000005" + "0000000000000006" + "0000000000000007",
                new RecoveryPoint(P0, 5, 6, 7));
        assertBytes("05" + "0000001c" + id + "0000000000000007", new LogStart(P0, 7));
        assertBytes(
                "06" + "00000024" + id + "00000001" + "00000008" + "0000000000000009",
                new EpochStarts(P0, List.of(new EpochStart(8, 9))));
        assertBytes(
                "07" + "0000001e" + id + "000000000000000a" + "bbcc",
                new ProducerSnapshot(P0, 10, ByteBuffer.wrap(new byte[] {(byte) 0xBB, (byte) 0xCC})));
        assertBytes(
                "08" + "0000002c" + id + "000000000000000b" + "000000000000000c" + "000000000000000d",
                new SegmentKept(P0, new Segment(11, 12, 13)));
        assertBytes("09" + "0000001c" + id + "000000000000000e", new SegmentDropped(P0, 14));
        final RunMark mark = new RunMark("xy", true);
        final ByteBuffer out = ByteBuffer.allocate(JournalFormat.sizeOf(mark));
        JournalFormat.write(mark, out);
        assertEquals("01" + "00000005" + "01" + "0002" + "7879", HexFormat.of().formatHex(out.array()));
    }

    /** Regenerate with -Dgolden.write=true, only together with a new format version and a new name. */
    @Test
    void readsTheFileOfThisVersion() throws IOException {
        final SimulatedDisk writer = goldenDisk();
        final byte[] now = firstBytes(writer);
        if (Boolean.getBoolean("golden.write")) {
            Files.write(Path.of("src/test/resources/io/highwater/log/journal", GOLDEN), now);
        }
        final byte[] golden;
        try (InputStream in = JournalFormatTest.class.getResourceAsStream(GOLDEN)) {
            assertNotNull(in);
            golden = in.readAllBytes();
        }
        assertArrayEquals(golden, now);
        final SimulatedDisk disk = JournalTest.newDisk(9);
        try (DiskFile file = disk.open(LIVE, true)) {
            file.write(ByteBuffer.wrap(golden), 0);
        }
        final JournalState state = Journal.open(disk, DIRECTORY, false).recovered();
        assertEquals(12, state.partitions().get(P0).logStart());
        assertEquals("golden", state.partitions().get(P0).topic());
        assertTrue(state.cleanStop());
        assertEquals(36, state.bootId().length());
    }

    /**
     * Any bytes give a state or a refusal, in bounded memory: damaged files, and frames whose checksum is right although
     * their contents are not.
     */
    @Test
    void anyBytesAreAStateOrARefusal() throws IOException {
        final byte[] golden = firstBytes(goldenDisk());
        final SeededRandom random = new SeededRandom(42);
        int states = 0;
        int refusals = 0;
        for (int round = 0; round < 4000; round++) {
            final ByteBuffer bytes = ByteBuffer.wrap(damaged(golden, random));
            final SimulatedDisk disk = JournalTest.newDisk(1);
            try (DiskFile file = disk.open(LIVE, true)) {
                file.write(bytes, 0);
                try (JournalFile read = new JournalFile(disk, LIVE)) {
                    if (read.read().condition() == JournalReading.Condition.DAMAGED) {
                        refusals++;
                    } else {
                        states++;
                    }
                } catch (final DirectoryRefusedException e) {
                    refusals++;
                }
            }
        }
        assertTrue(states > 200, "states " + states);
        assertTrue(refusals > 200, "refusals " + refusals);
    }

    private static byte[] damaged(final byte[] golden, final SeededRandom random) {
        final ByteBuffer bytes = ByteBuffer.wrap(golden.clone());
        final int kind = random.nextInt(4);
        if (kind == 0) {
            for (int i = random.nextInt(8); i >= 0; i--) {
                bytes.put(random.nextInt(golden.length), (byte) random.nextInt(256));
            }
        } else if (kind == 1) {
            for (int i = 0; i < golden.length; i++) {
                bytes.put(i, (byte) random.nextInt(256));
            }
            bytes.putInt(0, JournalFormat.MAGIC).putShort(4, (short) JournalFormat.VERSION);
        } else {
            final int frame = 512 * (1 + random.nextInt(3));
            final int length = bytes.getInt(frame);
            for (int i = random.nextInt(4); i >= 0; i--) {
                final int at = frame + 36 + random.nextInt(length - 36);
                bytes.put(at, (byte) (random.nextInt(2) == 0 ? 0xFF : random.nextInt(256)));
            }
            bytes.putInt(frame + 4, JournalFormat.crc(bytes, frame + 8, frame + length));
        }
        return bytes.array();
    }

    private static SimulatedDisk goldenDisk() throws IOException {
        final SimulatedDisk disk = JournalTest.newDisk(5);
        final Journal journal = Journal.open(disk, DIRECTORY, true);
        journal.append(new PartitionAdded(P0, "golden"));
        journal.append(new RecoveryPoint(P0, 5, 6, 7));
        journal.append(new EpochStarts(P0, List.of(new EpochStart(8, 9))));
        journal.append(new ProducerSnapshot(P0, 10, ByteBuffer.wrap(new byte[] {1, 2, 3})));
        journal.append(new SegmentKept(P0, new Segment(0, -1, -1)));
        journal.force();
        journal.append(new LogStart(P0, 12));
        journal.markCleanStop();
        return disk;
    }

    private static byte[] firstBytes(final SimulatedDisk disk) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(GOLDEN_BYTES);
        try (DiskFile file = disk.open(LIVE, false)) {
            file.read(bytes, 0);
        }
        return bytes.array();
    }

    private static void assertBytes(final String hex, final JournalEntry entry) {
        final ByteBuffer out = ByteBuffer.allocate(JournalFormat.sizeOf(entry));
        JournalFormat.write(entry, out);
        assertEquals(hex, HexFormat.of().formatHex(out.array()));
    }
}
