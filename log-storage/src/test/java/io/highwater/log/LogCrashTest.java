package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.log.producer.SequenceCheck;
import io.highwater.port.ProcessKilled;
import io.highwater.port.SeededRandom;
import io.highwater.records.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Power loss and process death before any operation of the disk, whatever the log was doing. Afterwards the log is a
 * prefix of what was appended, holds all that was said to be stable, knows its producers, and goes on.
 */
final class LogCrashTest {
    private static final int SEEDS = 300;
    private static final LogConfig CONFIG =
            LogConfig.DEFAULT.withSegmentBytes(3000).withIndexIntervalBytes(300);
    private static final long PRODUCER = 77;

    /** What the log must be, from the outside. */
    private static final class Model {
        /** Bytes of each batch that may be in the log, in order. */
        final List<byte[]> batches = new ArrayList<>();

        final List<Long> bases = new ArrayList<>();
        long end;
        /** What was told to be stable. */
        long stable;

        void cutTo(final long offset) {
            while (!bases.isEmpty() && bases.get(bases.size() - 1) >= offset) {
                bases.remove(bases.size() - 1);
                batches.remove(batches.size() - 1);
            }
            end = offset;
        }
    }

    @Test
    void whatWasStableSurvivesAnyCrashAndNothingElseAppears() throws Exception {
        int cuts = 0;
        for (int seed = 1; seed <= SEEDS; seed++) {
            cuts += run(seed);
        }
        assertTrue(cuts > SEEDS / 10, "only " + cuts + " crashes lost unstable batches: they were too tame");
    }

    private static int run(final int seed) throws Exception {
        final SeededRandom random = new SeededRandom(seed);
        final SimulatedDisk disk = new SimulatedDisk(seed);
        final Model model = new Model();
        LogFixture fixture = new LogFixture(disk, Path.of("/data"), CONFIG);
        int cuts = 0;
        for (int life = 0; life < 6; life++) {
            final String at = "seed " + seed + ", life " + life;
            final boolean powerLoss = random.nextInt(2) == 0;
            final boolean[] died = new boolean[1];
            final long[] left = {random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt(600)};
            disk.beforeEach((operation, path) -> {
                if (--left[0] == 0) {
                    died[0] = true;
                    if (powerLoss) {
                        disk.crash();
                    } else {
                        disk.kill();
                    }
                }
            });
            try {
                fixture.open();
                verify(fixture, model, at);
                live(fixture, model, random, died);
            } catch (final IOException | ProcessKilled e) {
                assertTrue(died[0], at + ": " + e);
            }
            if (fixture.log != null) {
                model.stable = Math.max(model.stable, fixture.log.stableEnd());
            }
            disk.beforeEach((operation, path) -> {});
            if (!died[0]) {
                disk.crash();
            }
            final long endBefore = model.end;
            fixture = new LogFixture(disk, Path.of("/data"), CONFIG);
            fixture.nowMs = 1_000_000 + life * 60_000L;
            fixture.open();
            verify(fixture, model, at + ", after it");
            if (model.end < endBefore) {
                cuts++;
            }
            if (random.nextInt(2) == 0) {
                fixture.settle();
                fixture.directory.close();
            } else {
                disk.kill();
            }
            final long now = fixture.nowMs;
            fixture = new LogFixture(disk, Path.of("/data"), CONFIG);
            fixture.nowMs = now;
        }
        return cuts;
    }

    private static void live(
            final LogFixture fixture, final Model model, final SeededRandom random, final boolean[] died)
            throws Exception {
        for (int step = 0; step < 60 && !died[0]; step++) {
            switch (random.nextInt(12)) {
                case 0 -> fixture.nowMs += 700;
                case 1, 2, 3 -> {
                    fixture.settle();
                    model.stable = Math.max(model.stable, fixture.log.stableEnd());
                }
                case 4 -> {
                    if (random.nextInt(5) == 0 && model.end > model.stable) {
                        final long to = model.stable + random.nextInt((int) (model.end - model.stable));
                        fixture.log.truncateTo(to);
                        model.cutTo(fixture.log.endOffset());
                    }
                }
                default -> append(fixture, model, random);
            }
            if (fixture.directory.failure() != null) {
                return;
            }
        }
    }

    private static void append(final LogFixture fixture, final Model model, final SeededRandom random)
            throws LogStorageException {
        final int records = 1 + random.nextInt(5);
        final ByteBuffer batch = LogFixture.idempotent(PRODUCER, 0, (int) fixture.log.endOffset(), records);
        final long base = fixture.log.endOffset();
        // Even a failed append may have reached the file whole.
        RecordBatch.setBaseOffset(batch, 0, base);
        RecordBatch.setPartitionLeaderEpoch(batch, 0, 3);
        final byte[] bytes = new byte[batch.remaining()];
        batch.duplicate().get(bytes);
        model.bases.add(base);
        model.batches.add(bytes);
        model.end = base + records;
        fixture.log.append(batch, 3, -1);
    }

    /** The log is a prefix of the model, at least up to what was stable; the model forgets the rest. */
    private static void verify(final LogFixture fixture, final Model model, final String at) throws Exception {
        final PartitionLog log = fixture.log;
        assertTrue(log.endOffset() >= model.stable, at + ": ends at " + log.endOffset() + ", stable " + model.stable);
        assertTrue(log.endOffset() <= model.end, at + ": ends at " + log.endOffset() + " of " + model.end);
        assertEquals(log.endOffset(), log.stableEnd(), at);
        final ByteBuffer all = ByteBuffer.wrap(LogFixture.readAll(log, 1000));
        int position = 0;
        for (int i = 0; i < model.bases.size() && model.bases.get(i) < log.endOffset(); i++) {
            final byte[] expected = model.batches.get(i);
            final byte[] actual = new byte[expected.length];
            assertTrue(all.limit() >= position + expected.length, at + ": bytes are missing");
            all.get(position, actual);
            assertEquals(ByteBuffer.wrap(expected), ByteBuffer.wrap(actual), at + ": batch " + model.bases.get(i));
            position += expected.length;
        }
        assertEquals(all.limit(), position, at + ": more bytes than batches");
        model.cutTo(log.endOffset());
        model.stable = log.endOffset();
        if (model.end > 0) {
            final int last = model.bases.size() - 1;
            for (int i = Math.max(0, last - 4); i <= last; i++) {
                final int first = model.bases.get(i).intValue();
                final int next = (int) (i == last ? model.end : model.bases.get(i + 1));
                assertEquals(
                        SequenceCheck.DUPLICATE,
                        log.producers().check(PRODUCER, (short) 0, first, next - 1),
                        at + ": producer's batch at " + first + " of " + model.end);
            }
            assertEquals(
                    SequenceCheck.NEW,
                    log.producers().check(PRODUCER, (short) 0, (int) model.end, (int) model.end),
                    at);
            assertEquals(3, log.epochs().latest(), at);
        }
    }

    @Test
    void aFailedForceIsTheEndOfTheDirectory() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(5);
        final LogFixture fixture = new LogFixture(disk, Path.of("/data"), CONFIG).open();
        fixture.append(LogFixture.batch("a", 1, 1));
        disk.fail(DiskOperation.FORCE, ".log", 1);
        fixture.settle();
        assertEquals(1, fixture.offline.size());
        assertEquals(0, fixture.log.stableEnd());
        assertTrue(fixture.told.isEmpty());
        assertTrue(fixture.directory.failure() != null);
        org.junit.jupiter.api.Assertions.assertThrows(
                LogOfflineException.class, () -> fixture.append(LogFixture.batch("b", 1, 1)));
        org.junit.jupiter.api.Assertions.assertThrows(
                LogOfflineException.class, () -> fixture.log.read(0, 100, 1, true));
        fixture.log.requestFlush();
        assertEquals(0, fixture.flushes.runAll());
        fixture.directory.close();
        final LogFixture next = fixture.reopen();
        assertFalse(next.directory.wasCleanlyStopped());
        next.directory.close();
    }

    /** After the failed force the page cache holds, as if clean, what the device has not. */
    @Test
    void whatWasFoundAfterAFailedForceSurvivesAPowerCut() throws Exception {
        for (int seed = 1; seed <= 100; seed++) {
            final SimulatedDisk disk = new SimulatedDisk(seed);
            final LogFixture fixture = new LogFixture(disk, Path.of("/data"), CONFIG).open();
            fixture.append(LogFixture.batch("a", 5, 1000));
            fixture.settle();
            for (int i = 0; i < 8; i++) {
                fixture.append(LogFixture.batch("b".repeat(150), 5, 2000));
            }
            disk.fail(DiskOperation.FORCE, ".log", 1);
            fixture.settle();
            assertTrue(fixture.directory.failure() != null);
            disk.kill();
            final LogFixture next = fixture.reopen();
            final long stable = next.log.stableEnd();
            assertEquals(45, stable, "the cache still has everything");
            next.settle();
            disk.crash();
            final LogFixture last = next.reopen();
            assertEquals(stable, last.log.endOffset(), "seed " + seed);
            last.readAll(1000);
        }
    }

    @Test
    void aFullDiskRefusesAppendsAndHeals() throws Exception {
        final SimulatedDisk disk = new SimulatedDisk(6);
        final LogFixture fixture = new LogFixture(disk, Path.of("/data"), CONFIG).open();
        fixture.append(LogFixture.batch("a", 2, 1));
        disk.fail(DiskOperation.WRITE, ".log", 1);
        org.junit.jupiter.api.Assertions.assertThrows(
                LogStorageException.class, () -> fixture.append(LogFixture.batch("lost", 9, 1)));
        assertEquals(2, fixture.log.endOffset());
        assertEquals(2, fixture.append(LogFixture.batch("b", 1, 1)));
        fixture.settle();
        assertEquals(3, fixture.log.stableEnd());
        disk.kill();
        final LogFixture next = fixture.reopen();
        assertEquals(3, next.log.endOffset());
        next.directory.close();
    }
}
