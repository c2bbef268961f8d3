package io.highwater.broker.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.codec.Codecs;
import io.highwater.broker.message.GroupStateRecord;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.SeededRandom;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CoreLogTest {
    private static final Path DIRECTORY = Path.of("/core/groups");
    private static final Path FIRST = DIRECTORY.resolve("00000000000000000001.log");

    private static final long SALT = 0x5A17_5A17_5A17_5A17L;

    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Test
    void theFormatIsPinned() throws IOException {
        assertEquals(0x4857434C, CoreFileHeader.LOG_MAGIC);
        assertEquals(0x48574353, CoreFileHeader.SNAPSHOT_MAGIC);
        assertEquals(1, CoreFileHeader.VERSION);
        assertEquals(4, CoreFileHeader.VERSION_OFFSET);
        assertEquals(6, CoreFileHeader.GROUP_OFFSET);
        assertEquals(8, CoreFileHeader.INDEX_OFFSET);
        assertEquals(16, CoreFileHeader.SALT_OFFSET);
        assertEquals(24, CoreFileHeader.CRC_OFFSET);
        assertEquals(28, CoreFileHeader.BYTES);
        assertEquals(0, CoreEntryCodec.CRC_OFFSET);
        assertEquals(4, CoreEntryCodec.LENGTH_OFFSET);
        assertEquals(8, CoreEntryCodec.INDEX_OFFSET);
        assertEquals(16, CoreEntryCodec.TERM_OFFSET);
        assertEquals(24, CoreEntryCodec.BATCH_OFFSET);
        assertEquals(32, CoreEntryCodec.COUNT_OFFSET);
        assertEquals(36, CoreEntryCodec.RECORDS_OFFSET);
        assertEquals(2, CoreEntryCodec.RECORD_VERSION_OFFSET);
        assertEquals(4, CoreEntryCodec.RECORD_LENGTH_OFFSET);
        assertEquals(8, CoreEntryCodec.RECORD_BYTES_OFFSET);
        assertEquals(101, RecordTypes.GROUPS.ofNumberOrNull((short) 101).number());

        final CoreLog log = newLog();
        log.append(1, entries(1, 1, 1));
        log.close();
        final ByteBuffer file = read();
        assertEquals(262_144, CoreLog.SPACE_AHEAD_BYTES);
        assertEquals(2, file.getShort(6));
        assertEquals(1, file.getLong(8));
        assertEquals(SALT, file.getLong(16));
        assertEquals(1, file.getLong(28 + 8));
        assertEquals(1, file.getLong(28 + 16));
        assertEquals(1, file.getLong(28 + 24));
        assertEquals(1, file.getInt(28 + 32));
        assertEquals(103, file.getShort(28 + 36));
        assertEquals(0, file.getShort(28 + 38));
        assertEquals(file.getInt(28 + 4), 36 + 8 + file.getInt(28 + 40));
    }

    /** The first version's files are read for ever, or refused by name. */
    @Test
    void theGoldenFileIsWrittenAndRead() throws IOException {
        final CoreLog log = newLog();
        log.append(1, entries(1, 1, 2));
        log.append(3, entries(3, 3, 1));
        log.close();
        final int size = 28 + entries(1, 1, 3).remaining();
        final byte[] golden;
        try (InputStream in = CoreLogTest.class.getResourceAsStream("/core-log/segment-v1.hex")) {
            golden = HexFormat.of().parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
        assertEquals(HexFormat.of().formatHex(golden), HexFormat.of().formatHex(read().array(), 0, size));
        try (DiskFile file = disk.open(FIRST, false)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(golden), 0);
        }
        assertEquals(List.of(1L, 2L, 3L), reopen());
    }

    /** What a client puts into a record may look like an entry that was written later; the salt tells. */
    @Test
    void contentThatLooksLikeAnEntryDoesNotMakeATornTailLookDurable() throws IOException {
        final ByteBuf fake = Unpooled.buffer();
        CoreEntryCodec.write(RecordTypes.GROUPS, fake, 0, 3, 3, List.of(CoreWorld.record("fake", 1)));
        final GroupStateRecord record = (GroupStateRecord) CoreWorld.record("group", 1);
        final GroupStateRecord.MemberState member = new GroupStateRecord.MemberState();
        member.assignment = fake.nioBuffer();
        record.members.add(member);
        final ByteBuf torn = Unpooled.buffer();
        CoreEntryCodec.write(RecordTypes.GROUPS, torn, SALT, 2, 2, List.of(record));
        final CoreLog log = newLog();
        log.append(1, entries(1, 1, 1));
        final int good = 28 + entries(1, 1, 1).remaining();
        log.append(2, torn.nioBuffer());
        log.close();
        disk.flipBit(FIRST, good, 0);
        assertEquals(List.of(1L), reopen());
    }

    @Test
    void aRecordHasTheSameNumberInTheLogAndInItsSchema() {
        for (short number = 0; number < 200; number++) {
            for (final RecordTypes types : List.of(RecordTypes.META, RecordTypes.GROUPS)) {
                final RecordTypes.Type type = types.ofNumberOrNull(number);
                if (type != null) {
                    assertSame(Codecs.record(number), type.codec());
                }
            }
        }
    }

    @Test
    void aTornTailIsCut() throws IOException {
        final CoreLog log = newLog();
        log.append(1, entries(1, 1, 3));
        final int good = 28 + entries(1, 1, 3).remaining();
        log.append(4, entries(4, 4, 3));
        log.close();
        disk.flipBit(FIRST, good + 40, 3);

        final List<Long> indexes = new ArrayList<>();
        final CoreLog again = log();
        again.open(0, false, 0, entry -> indexes.add(entry.index()));
        again.append(4, entries(4, 4, 1));
        again.close();
        assertEquals(List.of(1L, 2L, 3L), indexes);
        assertEquals(List.of(1L, 2L, 3L, 4L), reopen());
    }

    /** By its own bytes the last batch can't be told from a torn one. */
    @Test
    void aBadEndThatIsKnownToHaveBeenDurableIsRefused() throws IOException {
        final CoreLog log = newLog();
        log.append(1, entries(1, 1, 1));
        log.append(2, entries(2, 2, 2));
        log.close();
        disk.flipBit(FIRST, 28 + entries(1, 1, 1).remaining() + 40, 3);
        for (final long durable : new long[] {2, 3}) {
            final CoreLogException refusal =
                    assertThrows(CoreLogException.class, () -> log().open(0, true, durable, entry -> {}));
            assertEquals(CoreLogException.Reason.CORRUPT, refusal.reason());
            assertTrue(refusal.getMessage().contains("up to " + durable + " were durable"), refusal.getMessage());
        }
        // Refused, and so kept as it is for whoever can mend it.
        disk.flipBit(FIRST, 28 + entries(1, 1, 1).remaining() + 40, 3);
        assertEquals(List.of(1L, 2L, 3L), reopen());
    }

    @Test
    void aBadEntryThatWasDurableIsRefused() throws IOException {
        final CoreLog log = newLog();
        log.append(1, entries(1, 1, 1));
        log.append(2, entries(2, 2, 1));
        log.close();
        for (int at = 28; at < 28 + entries(1, 1, 1).remaining(); at++) {
            disk.flipBit(FIRST, at, at % 8);
            assertEquals(CoreLogException.Reason.CORRUPT, refusal());
            disk.flipBit(FIRST, at, at % 8);
        }
        assertEquals(List.of(1L, 2L), reopen());
    }

    @Test
    void aBadHeadIsNamed() throws IOException {
        newLog().close();
        putVersion(2);
        assertEquals(CoreLogException.Reason.TOO_NEW, refusal());
        putVersion(0);
        assertEquals(CoreLogException.Reason.TOO_OLD, refusal());
        putVersion(1);
        disk.flipBit(FIRST, 12, 0);
        assertEquals(CoreLogException.Reason.CORRUPT, refusal());
    }

    @Test
    void aMissingSegmentIsRefused() throws IOException {
        final CoreLog log = newLog();
        for (int i = 1; i <= 60; i++) {
            log.append(i, entries(i, i, 1));
        }
        log.close();
        final List<Path> segments =
                new ArrayList<>(CoreFiles.list(disk, DIRECTORY, CoreFiles.LOG).values());
        assertTrue(segments.size() > 3, segments.toString());
        assertEquals(60, reopen().size());
        disk.delete(segments.get(1));
        assertEquals(CoreLogException.Reason.MISSING, refusal());
    }

    @Test
    void anyBytesAreALogOrANamedRefusal() throws IOException {
        final CoreLog log = newLog();
        log.append(1, entries(1, 1, 4));
        log.close();
        final SeededRandom random = new SeededRandom(9);
        for (int i = 0; i < 300; i++) {
            disk.flipBit(FIRST, random.nextInt(400), random.nextInt(8));
            try {
                final CoreLog again = log();
                again.open(0, false, 0, entry -> {});
                again.close();
            } catch (final CoreLogException e) {
                assertTrue(e.getMessage().contains("0001.log"), e.getMessage());
            }
        }
    }

    private CoreLog log() {
        return new CoreLog(disk, DIRECTORY, CoreGroup.GROUPS, RecordTypes.GROUPS, 1_024, SALT);
    }

    private CoreLog newLog() throws IOException {
        CoreFiles.openDirectory(disk, DIRECTORY.getRoot(), DIRECTORY);
        final CoreLog log = log();
        log.open(0, false, 0, entry -> {});
        return log;
    }

    private List<Long> reopen() throws IOException {
        final List<Long> indexes = new ArrayList<>();
        final CoreLog log = log();
        log.open(0, false, 0, entry -> indexes.add(entry.index()));
        log.close();
        return indexes;
    }

    private CoreLogException.Reason refusal() {
        return assertThrows(CoreLogException.class, this::reopen).reason();
    }

    private void putVersion(final int version) throws IOException {
        try (DiskFile file = disk.open(FIRST, false)) {
            file.write(ByteBuffer.allocate(2).putShort(0, (short) version), 4);
        }
    }

    private ByteBuffer read() throws IOException {
        try (DiskFile file = disk.open(FIRST, false)) {
            return CoreFiles.readAll(FIRST, file);
        }
    }

    private static ByteBuffer entries(final long first, final long batch, final int count) {
        final ByteBuf out = Unpooled.buffer();
        for (int i = 0; i < count; i++) {
            CoreEntryCodec.write(
                    RecordTypes.GROUPS, out, SALT, first + i, batch, List.of(CoreWorld.record("group", i)));
        }
        return out.nioBuffer();
    }
}
