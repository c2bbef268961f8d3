package io.highwater.broker.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.highwater.broker.message.ClusterIdRecord;
import io.highwater.log.disk.DiskFile;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers of the format, and a file of its first version. */
final class LogFormatTest {
    private static final Path CORE = Path.of("/data/core");
    private static final Path SEGMENT = CORE.resolve("meta/00000000000000000001.log");
    private static final Path SNAPSHOT = CORE.resolve("meta/00000000000000000002.snapshot");
    private static final int SEGMENT_GOLDEN_BYTES = 171;

    @Test
    void hasTheseNumbers() {
        assertEquals(0x4857434C, LogFormat.SEGMENT_MAGIC);
        assertEquals(0x48574353, LogFormat.SNAPSHOT_MAGIC);
        assertEquals(1, LogFormat.VERSION);
        assertEquals(0, LogFormat.MAGIC_POSITION);
        assertEquals(4, LogFormat.VERSION_POSITION);
        assertEquals(6, LogFormat.GROUP_POSITION);
        assertEquals(8, LogFormat.SALT_POSITION);
        assertEquals(16, LogFormat.BASE_INDEX_POSITION);
        assertEquals(24, LogFormat.BASE_TERM_POSITION);
        assertEquals(32, LogFormat.HEADER_CRC_POSITION);
        assertEquals(36, LogFormat.RESERVED_POSITION);
        assertEquals(40, LogFormat.HEADER_BYTES);
        assertEquals(0, LogFormat.LENGTH_POSITION);
        assertEquals(4, LogFormat.CRC_POSITION);
        assertEquals(8, LogFormat.INDEX_POSITION);
        assertEquals(16, LogFormat.TERM_POSITION);
        assertEquals(24, LogFormat.FORCED_POSITION);
        assertEquals(32, LogFormat.RECORDS_POSITION);
        assertEquals(1, CoreGroup.META.id());
        assertEquals(2, CoreGroup.GROUPS.id());
        assertEquals(1, new ClusterIdRecord().apiKey());
    }

    @Test
    void writesWhatTheGoldenFilesHold() throws IOException {
        final SimulatedDisk disk = new SimulatedDisk(1);
        write(disk);
        assertEquals(golden("segment-v1.hex"), read(disk, SEGMENT, SEGMENT_GOLDEN_BYTES));
        assertEquals(golden("snapshot-v1.hex"), read(disk, SNAPSHOT, 4096));
    }

    @Test
    void readsTheGoldenFiles() throws IOException {
        final SimulatedDisk disk = new SimulatedDisk(2);
        disk.createDirectories(SEGMENT.getParent());
        for (final Path path : List.of(SEGMENT, SNAPSHOT)) {
            final String name = path.equals(SEGMENT) ? "segment-v1.hex" : "snapshot-v1.hex";
            final DiskFile file = disk.open(path, true);
            file.write(ByteBuffer.wrap(HexFormat.of().parseHex(golden(name))), 0);
            file.close();
        }
        final List<String> seen = new ArrayList<>();
        log(disk).open(new LogReplay() {
            @Override
            public void onSnapshotPiece(final long snapshotIndex, final List<Message> records) {
                seen.add("snapshot " + snapshotIndex + " " + ((ClusterIdRecord) records.get(0)).clusterId);
            }

            @Override
            public void onEntry(final long index, final List<Message> records) {
                seen.add(index + " " + ((ClusterIdRecord) records.get(0)).clusterId);
            }
        });
        assertEquals(List.of("snapshot 2 two", "3 three"), seen);
    }

    private static void write(final SimulatedDisk disk) throws IOException {
        disk.createDirectories(CORE.getParent());
        final CoreLog log = log(disk);
        log.open(NothingThere.REPLAY);
        final EntryBatch batch = new EntryBatch();
        batch.add(1, 1, List.of(record("one")), 1000);
        batch.add(2, 1, List.of(record("two")), 1000);
        log.append(batch);
        batch.clear();
        batch.add(3, 2, List.of(record("three")), 1000);
        log.append(batch);
        log.writeSnapshot(2, 1, sink -> sink.accept(record("two")));
        log.adoptSnapshot(2);
        log.close();
    }

    private static CoreLog log(final SimulatedDisk disk) {
        return new CoreLog(CORE, CoreGroup.META, CoreSettings.DEFAULT, disk, new SeededRandom(42));
    }

    static ClusterIdRecord record(final String text) {
        final ClusterIdRecord record = new ClusterIdRecord();
        record.clusterId = text;
        return record;
    }

    private static String read(final SimulatedDisk disk, final Path path, final int bytesMax) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(bytesMax);
        disk.open(path, false).read(bytes, 0);
        return HexFormat.of().formatHex(bytes.array(), 0, bytes.position());
    }

    private static String golden(final String name) throws IOException {
        try (InputStream in = LogFormatTest.class.getResourceAsStream("/core-log/" + name)) {
            assertNotNull(in, name);
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }

    /** For logs that are expected to be empty. */
    static final class NothingThere {
        static final LogReplay REPLAY = new LogReplay() {
            @Override
            public void onSnapshotPiece(final long snapshotIndex, final List<Message> records) {
                throw new AssertionError("a snapshot at " + snapshotIndex);
            }

            @Override
            public void onEntry(final long index, final List<Message> records) {
                throw new AssertionError("an entry " + index);
            }
        };

        private NothingThere() {}
    }
}
