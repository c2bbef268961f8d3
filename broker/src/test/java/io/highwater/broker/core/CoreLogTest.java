package io.highwater.broker.core;

import static io.highwater.broker.core.LogFormatTest.record;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.message.ClusterIdRecord;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CoreLogTest {
    private static final Path CORE = Path.of("/data/core");
    private static final Path META = CORE.resolve("meta");
    private static final Path FIRST = META.resolve("00000000000000000001.log");
    private static final CoreSettings SMALL = new CoreSettings(100, 64 * 1024, 1024 * 1024, 2048, 4096);
    /** Of an entry with a record of one character: 32 and count, type, version, size, length, text, tags. */
    private static final int ENTRY_BYTES = 41;

    private final SimulatedDisk disk = new SimulatedDisk(3);
    private final List<String> seen = new ArrayList<>();

    @Test
    void givesBackWhatWasAppended() throws IOException {
        final CoreLog log = open();
        append(log, 1, "a", "b");
        append(log, 3, "c");
        log.close();
        open();
        assertEquals(List.of("1 a", "2 b", "3 c"), seen);
    }

    @Test
    void goesOnInTheNextSegmentAndReadsAllOfThem() throws IOException {
        final CoreLog log = open();
        final List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            append(log, i, "x".repeat(200) + i);
            expected.add(i + " " + "x".repeat(200) + i);
        }
        log.close();
        assertTrue(disk.list(META).size() > 4);
        final CoreLog again = open();
        assertEquals(expected, seen);
        append(again, 41, "more");
        again.close();
        open();
        assertEquals("41 more", seen.get(40));
    }

    @Test
    void holdsAnEntryLongerThanASegment() throws IOException {
        final CoreLog log = open();
        append(log, 1, "a", "y".repeat(10_000), "b");
        log.close();
        open();
        assertEquals(List.of("1 a", "2 " + "y".repeat(10_000), "3 b"), seen);
    }

    @Test
    void cutsATornTailForGood() throws IOException {
        final CoreLog log = open();
        append(log, 1, "a");
        append(log, 2, "b", "c", "d");
        log.close();
        // The middle of the last batch did not reach the device; what is behind it did.
        disk.flipBit(FIRST, LogFormat.HEADER_BYTES + 2 * ENTRY_BYTES + 35, 0);
        final CoreLog again = open();
        assertEquals(List.of("1 a", "2 b"), seen);
        append(again, 3, "e");
        again.close();
        open();
        assertEquals(List.of("1 a", "2 b", "3 e"), seen);
    }

    @Test
    void refusesADamagedEntryThatWasDurable() throws IOException {
        final CoreLog log = open();
        append(log, 1, "a");
        append(log, 2, "b");
        append(log, 3, "c");
        log.close();
        disk.flipBit(FIRST, LogFormat.HEADER_BYTES + ENTRY_BYTES + 35, 0);
        assertRefused(LogProblem.CORRUPT, "the entry 2 at position 81");
    }

    @Test
    void refusesDamageBeforeTheLastSegment() throws IOException {
        final CoreLog log = open();
        for (int i = 1; i <= 20; i++) {
            append(log, i, "x".repeat(200));
        }
        log.close();
        disk.flipBit(FIRST, 1500, 0);
        assertRefused(LogProblem.CORRUPT, "damaged");
    }

    @Test
    void refusesAMissingSegment() throws IOException {
        final CoreLog log = open();
        for (int i = 1; i <= 40; i++) {
            append(log, i, "x".repeat(200));
        }
        log.close();
        disk.delete(META.resolve(disk.list(META).get(1)));
        assertRefused(LogProblem.CORRUPT, "are missing");
        disk.delete(FIRST);
        assertRefused(LogProblem.CORRUPT, "the entries from 1 to");
    }

    @Test
    void tellsOldNewForeignAndDamagedHeadersApart() throws IOException {
        open().close();
        patch(FIRST, LogFormat.VERSION_POSITION + 1, 0);
        assertRefused(LogProblem.OLDER_FORMAT, "format version 0");
        patch(FIRST, LogFormat.VERSION_POSITION + 1, 2);
        assertRefused(LogProblem.NEWER_FORMAT, "format version 2");
        patch(FIRST, LogFormat.VERSION_POSITION + 1, 1);
        disk.flipBit(FIRST, LogFormat.SALT_POSITION, 3);
        assertRefused(LogProblem.CORRUPT, "header");
        disk.flipBit(FIRST, LogFormat.SALT_POSITION, 3);
        disk.flipBit(FIRST, 0, 0);
        assertRefused(LogProblem.CORRUPT, "not a file of a core log");
        disk.flipBit(FIRST, 0, 0);
        disk.createDirectories(CORE.resolve("groups"));
        copy(disk, CORE.resolve("groups").resolve(FIRST.getFileName()));
        final CoreLog groups = new CoreLog(CORE, CoreGroup.GROUPS, SMALL, disk, new SeededRandom(1));
        final CoreLogException foreign =
                assertThrows(CoreLogException.class, () -> groups.open(LogFormatTest.NothingThere.REPLAY));
        assertEquals(LogProblem.FOREIGN, foreign.problem());
    }

    @Test
    void putsASnapshotInThePlaceOfTheEntriesBeforeIt() throws IOException {
        final CoreLog log = open();
        for (int i = 1; i <= 40; i++) {
            append(log, i, "x".repeat(200));
        }
        log.writeSnapshot(38, 1, sink -> {
            for (int i = 0; i < 1000; i++) {
                sink.accept(record("s" + i));
            }
        });
        log.adoptSnapshot(38);
        append(log, 41, "after");
        log.close();
        assertFalse(disk.exists(FIRST));
        final CoreLog again = open();
        assertEquals(1003, seen.size());
        assertEquals("snapshot 38 s0", seen.get(0));
        assertEquals("snapshot 38 s999", seen.get(999));
        assertEquals("41 after", seen.get(1002));
        again.writeSnapshot(41, 1, sink -> sink.accept(record("only")));
        again.adoptSnapshot(41);
        again.close();
        open();
        assertEquals(List.of("snapshot 41 only"), seen);
        disk.flipBit(META.resolve("00000000000000000041.snapshot"), 80, 1);
        assertRefused(LogProblem.CORRUPT, "the snapshot is damaged");
    }

    @Test
    void forgetsASnapshotThatWasNotFinished() throws IOException {
        final CoreLog log = open();
        append(log, 1, "a");
        log.writeSnapshot(1, 1, sink -> sink.accept(record("s")));
        log.close();
        open();
        assertEquals(List.of("1 a"), seen);
        assertEquals(List.of("00000000000000000001.log"), disk.list(META));
    }

    @Test
    void refusesRecordsThatItDoesNotKnow() throws IOException {
        final CoreLog log = open();
        final EntryBatch batch = new EntryBatch();
        batch.add(1, 1, List.of(record("a")), 1000);
        batch.bytes().putShort(LogFormat.RECORDS_POSITION + 1, (short) 999);
        log.append(batch);
        log.close();
        assertRefused(LogProblem.NEWER_FORMAT, "a record of type 999");
    }

    /** Any single bit of a log, flipped, makes a shorter log or a named refusal; never another exception. */
    @Test
    void survivesEveryFlippedBit() throws IOException {
        final CoreLog log = open();
        append(log, 1, "a");
        append(log, 2, "b");
        log.close();
        for (int position = 0; position < LogFormat.HEADER_BYTES + 2 * ENTRY_BYTES + 8; position++) {
            for (int bit = 0; bit < 8; bit++) {
                final SimulatedDisk copy = copy();
                copy.flipBit(FIRST, position, bit);
                try {
                    open(copy).close();
                    assertTrue(seen.size() <= 2);
                } catch (final CoreLogException e) {
                    assertTrue(e.getMessage().contains("/data/core/meta"), e.getMessage());
                }
            }
        }
    }

    private CoreLog open() throws IOException {
        return open(disk);
    }

    private CoreLog open(final SimulatedDisk on) throws IOException {
        seen.clear();
        on.createDirectories(CORE.getParent());
        final CoreLog log = new CoreLog(CORE, CoreGroup.META, SMALL, on, new SeededRandom(5));
        log.open(new LogReplay() {
            @Override
            public void onSnapshotPiece(final long snapshotIndex, final List<Message> records) {
                records.forEach(record -> seen.add("snapshot " + snapshotIndex + " " + text(record)));
            }

            @Override
            public void onEntry(final long index, final List<Message> records) {
                records.forEach(record -> seen.add(index + " " + text(record)));
            }
        });
        return log;
    }

    private SimulatedDisk copy() throws IOException {
        final SimulatedDisk copy = new SimulatedDisk(4);
        copy.createDirectories(META);
        copy(copy, FIRST);
        return copy;
    }

    private void copy(final SimulatedDisk target, final Path path) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(2048);
        disk.open(FIRST, false).read(bytes, 0);
        final DiskFile file = target.open(path, true);
        file.write(bytes.flip(), 0);
        file.close();
    }

    private void assertRefused(final LogProblem problem, final String text) {
        final CoreLogException refused = assertThrows(CoreLogException.class, this::open);
        assertEquals(problem, refused.problem(), refused.getMessage());
        assertTrue(refused.getMessage().contains(text), refused.getMessage());
    }

    private void patch(final Path path, final int position, final int value) throws IOException {
        final DiskFile file = disk.open(path, false);
        file.write(ByteBuffer.wrap(new byte[] {(byte) value}), position);
        file.close();
    }

    private static void append(final CoreLog log, final long firstIndex, final String... texts) throws IOException {
        final EntryBatch batch = new EntryBatch();
        for (int i = 0; i < texts.length; i++) {
            assertTrue(batch.add(firstIndex + i, 1, List.of(record(texts[i])), 64 * 1024));
        }
        log.append(batch);
    }

    private static String text(final Message record) {
        return ((ClusterIdRecord) record).clusterId;
    }
}
