package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.PartitionState;
import io.highwater.log.segment.Segments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a recovery makes of a manifest that is not exactly the log, and whether the journal is told. */
final class LogRecoveryTest {
    private static final Path DATA = Path.of("/data");
    private static final LogConfig CONFIG = LogConfig.DEFAULT.withSegmentBytes(2_000);

    private final SimulatedDisk disk = new SimulatedDisk(1);
    /** As the journal has it after a clean stop. */
    private PartitionState noted;

    /** The segment before the last. */
    private JournalEntry.Segment sealed;

    private JournalEntry.Segment active;

    @BeforeEach
    void makeALogOfThreeSegments() throws Exception {
        final LogFixture fixture = new LogFixture(disk, DATA, CONFIG).open();
        for (int i = 0; i < 3; i++) {
            fixture.append(LogFixture.batch("a".repeat(700), 2, 1000));
            fixture.settle();
        }
        fixture.directory.close();
        disk.kill();
        noted = stateOnDisk();
        sealed = noted.segments().get(1);
        active = noted.segments().get(2);
    }

    private PartitionState stateOnDisk() throws IOException {
        final Journal journal = Journal.open(disk, DATA, false);
        final PartitionState state =
                journal.recovered().partitions().values().iterator().next();
        journal.close();
        return state;
    }

    /** The log as it would be opened if the journal said so. */
    private LogRecovery recovered(final long point, final long position, final List<JournalEntry.Segment> manifest)
            throws IOException {
        final PartitionState state = new PartitionState(
                noted.id(),
                noted.topic(),
                noted.logStart(),
                point,
                position,
                noted.replayFrom(),
                noted.epochs(),
                noted.producerOffset(),
                noted.producers(),
                manifest);
        final LogRecovery recovery =
                new LogRecovery(disk, DATA.resolve(LogFixture.KEY.directoryName()), state, CONFIG, 1_000_000);
        recovery.run(true);
        return recovery;
    }

    /** With this manifest, and otherwise all as it is. */
    private LogRecovery recovered(final JournalEntry.Segment... manifest) throws IOException {
        return recovered(noted.recoveryPoint(), noted.recoveryPosition(), List.of(manifest));
    }

    private static JournalEntry.Segment sized(final JournalEntry.Segment segment, final long bytes) {
        return new JournalEntry.Segment(segment.baseOffset(), bytes, segment.maxTimestamp());
    }

    private List<Long> sizes(final LogRecovery recovery) {
        final List<Long> sizes = new ArrayList<>();
        final Segments segments = recovery.segments();
        for (int place = 0; place < segments.count() - 1; place++) {
            sizes.add((long) segments.get(place).sizeBytes());
        }
        return sizes;
    }

    @Test
    void anExactManifestIsLeftAsItIs() throws IOException {
        final LogRecovery recovery = recovered(noted.segments().toArray(JournalEntry.Segment[]::new));
        assertFalse(recovery.hasChanged());
        assertEquals(List.of(noted.segments().get(0).sizeBytes(), sealed.sizeBytes()), sizes(recovery));
    }

    /** Else nobody would miss its file. */
    @Test
    void aSegmentThatTheManifestLacksIsNoted() throws IOException {
        assertTrue(recovered(noted.segments().get(0), sealed).hasChanged());
    }

    @Test
    void anActiveSegmentThatTheManifestCallsSealedIsNoted() throws IOException {
        assertTrue(
                recovered(noted.segments().get(0), sealed, sized(active, 1_000)).hasChanged());
    }

    @Test
    void whereTheRecoveryPointEndsASegmentItsSizeInTheManifestIsNotAsked() throws IOException {
        for (final long wrong : new long[] {sealed.sizeBytes() - 100, sealed.sizeBytes() + 100}) {
            final List<JournalEntry.Segment> manifest = List.of(noted.segments().get(0), sized(sealed, wrong), active);
            final LogRecovery recovery = recovered(active.baseOffset(), sealed.sizeBytes(), manifest);
            assertTrue(recovery.hasChanged());
            assertEquals(sealed.sizeBytes(), sizes(recovery).get(1));
        }
    }
}
