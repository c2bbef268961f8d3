package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.datajournal.DataFrame;
import io.highwater.log.datajournal.Journaled.Staging;
import io.highwater.log.datajournal.TestFrames;
import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.journal.Journal;
import io.highwater.log.journal.JournalEntry;
import io.highwater.log.journal.PartitionId;
import io.highwater.log.producer.ProducerStates;
import io.highwater.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the flusher's side of a log claims to be durable. */
final class LogForceTest {
    private static final Path DIRECTORY = Path.of("/data/orders-0");

    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);

    private static final int BEHIND_BYTES_MAX = 30_000;

    private final SimulatedDisk disk = new SimulatedDisk(4);
    private final AtomicLong dirtyBytes = new AtomicLong();
    private int told;
    private final ForceListener listener = new ForceListener() {
        @Override
        public void postForced() {
            told++;
        }

        @Override
        public void postOffline(final IOException cause) {
            throw new AssertionError(cause);
        }
    };
    private Journal journal;
    private Segment segment;
    private LogForce force;

    @BeforeEach
    void open() throws IOException {
        disk.createDirectories(DIRECTORY);
        journal = Journal.open(disk, Path.of("/data"), true);
        journal.append(new JournalEntry.PartitionAdded(ID, "orders"));
        segment = Segment.create(disk, DIRECTORY, 0, 4096);
        force = new LogForce(disk, DIRECTORY, ID, dirtyBytes, listener, -1, BEHIND_BYTES_MAX);
        force.begin(segment, 0, 1);
    }

    private void append(final String value) throws IOException {
        final ByteBuffer batch = LogFixture.batch(value, 1, 1000);
        batch.putLong(0, segment.nextOffset());
        segment.append(batch);
        force.publishEnd(segment, segment.nextOffset(), segment.sizeBytes());
    }

    /** Linux says of a second force that all is well, whatever the first one lost. */
    @Test
    void aForceAfterAFailedOneFailsToo() throws IOException {
        append("a");
        disk.fail(DiskOperation.FORCE, "orders-0", 1);
        assertThrows(IOException.class, force::force);
        assertThrows(IOException.class, force::force);
        assertThrows(IOException.class, () -> force.noteRecoveryPoint(journal));
        assertThrows(IOException.class, () -> force.lowerTo(journal, 0, 0));
        assertEquals(0, force.forcedOffset());
    }

    @Test
    void aStateOfTheProducersIsKeptUntilTheJournalHasIt() throws IOException {
        assertTrue(force.wantsProducers());
        append("a");
        force.force();
        append("b");
        force.offerProducers(2, new ProducerStates(1000).snapshot());
        force.noteRecoveryPoint(journal);
        // Beyond the forced end: too early for the journal.
        assertFalse(force.wantsProducers());
        force.force();
        force.noteRecoveryPoint(journal);
        assertTrue(force.wantsProducers());
        assertEquals(2, force.notedProducers().offset());
    }

    /** Whoever asks for a force goes the way that staging would send it. */
    @Test
    void moreThanAPieceIsToBeForcedInTheFiles() throws Exception {
        final DataFrame frame = TestFrames.begun();
        append("a".repeat(10_000));
        assertFalse(force.isTooMuchForFrames(segment.sizeBytes()));
        assertEquals(Staging.DONE, force.stage(frame, 0));
        append("b".repeat(10_000));
        assertFalse(force.isTooMuchForFrames(segment.sizeBytes()));
        append("c".repeat(10_000));
        assertTrue(force.isTooMuchForFrames(segment.sizeBytes()));
        assertEquals(Staging.OWN_FORCE, force.stage(frame, 0));
        force.force();
        assertFalse(force.isTooMuchForFrames(segment.sizeBytes()));
        append("d".repeat(10_000));
        assertFalse(force.isTooMuchForFrames(segment.sizeBytes()));
    }

    @Test
    void itIsFarBehindWhenOnlyFramesHaveMuchOfIt() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertFalse(force.isFarBehindInFiles());
            append("a".repeat(10_000));
            assertEquals(Staging.DONE, force.stage(TestFrames.begun(), 0));
            force.onJournaled(0);
        }
        assertTrue(force.isFarBehindInFiles());
        force.force();
        assertFalse(force.isFarBehindInFiles());
        // What no frame has is for whoever asks for a force.
        append("b".repeat(60_000));
        assertFalse(force.isFarBehindInFiles());
    }

    /** Who asks again while a group gathers is in it twice. */
    @Test
    void aLogThatIsInAGroupTwiceIsToldOfBothPieces() throws Exception {
        final DataFrame frame = TestFrames.begun();
        append("a");
        assertEquals(Staging.DONE, force.stage(frame, 0));
        assertEquals(Staging.DONE, force.stage(frame, 0));
        assertEquals(0, force.forcedOffset());
        force.onJournaled(0);
        assertEquals(1, force.forcedOffset());
        assertEquals(1, told);
        append("b");
        force.stage(frame, 0);
        append("c");
        force.stage(frame, 0);
        append("d".repeat(70_000));
        assertEquals(Staging.OWN_FORCE, force.stage(frame, 0));
        force.onJournaled(0);
        assertEquals(3, force.forcedOffset());
    }

    /** Else a checkpoint would give the frame's space away, and a crash would take what was acknowledged. */
    @Test
    void aFrameThatIsFilledDuringAForceIsNotInTheFiles() throws Exception {
        final DataFrame frame = TestFrames.begun();
        append("a");
        final boolean[] done = new boolean[1];
        disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.FORCE && !done[0]) {
                done[0] = true;
                try {
                    append("b");
                    force.stage(frame, 0);
                } catch (final IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
        force.force();
        force.onJournaled(0);
        assertEquals(2, force.forcedOffset());
        assertEquals(1, force.filesOffset());
        assertFalse(force.isInFiles(frame.sequence()));
        force.force();
        assertTrue(force.isInFiles(frame.sequence()));
    }

    /** The force may take the frame's earlier piece to the files, and the frame for void, between two pieces. */
    @Test
    void aFrameThatAForceMadeVoidTakesNoSecondPiece() throws Exception {
        final DataFrame frame = TestFrames.begun();
        append("a");
        assertEquals(Staging.DONE, force.stage(frame, 0));
        force.force();
        append("b");
        assertEquals(Staging.NO_ROOM, force.stage(frame, 0));
    }

    /** Aim: the forced end may lie at the start of a segment that goes; its place is then the end of the one before. */
    @Test
    void aCutAtTheForcedEndTellsItsNewPlace() throws IOException {
        append("a");
        force.force();
        force.lowerTo(journal, 1, 12_345);
        journal.close();
        final Journal next = Journal.open(disk, Path.of("/data"), true);
        assertEquals(12_345, next.recovered().partitions().get(ID).recoveryPosition());
    }
}
