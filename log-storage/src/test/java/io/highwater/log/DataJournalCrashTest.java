package io.highwater.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.log.disk.SimulatedDisk;
import io.highwater.port.ProcessKilled;
import io.highwater.port.SeededRandom;
import io.highwater.records.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Several logs that share the data journal, in a directory that loses power or its process before any operation of the
 * disk, with groups, checkpoints and shards at work in any order, a group during the force of another, and logs that are
 * opened late. Afterwards each log is a prefix of what was appended to
 * it, with all that was said to be stable, and nothing of what was cut.
 */
final class DataJournalCrashTest {
    private static final int SEEDS = 250;
    private static final int LOGS = 4;
    private static final int LIVES = 5;
    private static final LogConfig CONFIG = LogConfig.DEFAULT.withSegmentBytes(6000);

    /** What one log must be, from the outside. */
    private static final class Model {
        final List<byte[]> batches = new ArrayList<>();
        final List<Long> bases = new ArrayList<>();
        /** Of the topic that has the name now. */
        UUID topicId;

        long end;
        long stable;

        void cutTo(final long offset) {
            while (!bases.isEmpty() && bases.get(bases.size() - 1) >= offset) {
                bases.remove(bases.size() - 1);
                batches.remove(batches.size() - 1);
            }
            end = offset;
        }

        void clear(final SeededRandom random) {
            batches.clear();
            bases.clear();
            end = 0;
            stable = 0;
            topicId = random.nextUuid();
        }
    }

    private final List<Model> models = new ArrayList<>();
    private final List<PartitionLog> logs = new ArrayList<>();
    private SimulatedDisk disk;
    private SeededRandom random;
    private LogFixture fixture;
    private byte fill;
    private int writtenBack;
    private int checkpoints;
    private int cuts;
    private int deletions;
    private int unstableLost;
    private int overlaps;
    private boolean isOverlapping;
    private boolean isBetweenFrames;
    private int betweenFrames;
    /** What was taken from the flushes that wait. */
    private Runnable running;

    private String where;

    @Test
    void whatWasStableSurvivesAnyCrashOfAnyLog() throws Exception {
        for (int seed = 1; seed <= SEEDS; seed++) {
            run(seed);
        }
        final String seen = writtenBack + " openings wrote frames back, " + checkpoints + " lives had a checkpoint, "
                + cuts + " cuts, " + deletions + " deletions, " + unstableLost + " crashes lost what was not stable, "
                + overlaps + " groups during another's force, " + betweenFrames + " tasks between frames";
        assertTrue(
                writtenBack > SEEDS / 2
                        && checkpoints > SEEDS / 4
                        && cuts > SEEDS / 4
                        && deletions > SEEDS / 4
                        && unstableLost > SEEDS / 10
                        && overlaps > SEEDS
                        && betweenFrames > SEEDS / 10,
                seen);
    }

    private void run(final int seed) throws Exception {
        random = new SeededRandom(seed);
        disk = new SimulatedDisk(seed);
        if (seed % 4 == 0) {
            disk.refuseWriteThrough();
        }
        models.clear();
        for (int i = 0; i < LOGS; i++) {
            models.add(new Model());
            models.get(i).clear(random);
        }
        long nowMs = 1_000_000;
        for (int life = 0; life < LIVES; life++) {
            final String at = "seed " + seed + ", life " + life;
            final boolean powerLoss = random.nextInt(2) == 0;
            final boolean[] died = new boolean[1];
            final long[] left = {random.nextInt(3) == 0 ? random.nextInt(60) : random.nextInt(900)};
            disk.beforeEach((operation, path) -> {
                if (--left[0] == 0) {
                    died[0] = true;
                    if (powerLoss) {
                        disk.crash();
                    } else {
                        disk.kill();
                    }
                } else if (isForce(operation) && path.toString().contains("data-journal")) {
                    duringForce();
                } else if (operation == DiskOperation.WRITE && path.toString().contains("data-journal")) {
                    betweenFrames();
                }
            });
            fixture = new LogFixture(disk, Path.of("/data"), CONFIG);
            fixture.nowMs = nowMs;
            logs.clear();
            isOverlapping = true;
            isBetweenFrames = false;
            try {
                open();
                isOverlapping = false;
                where = at;
                live(died);
            } catch (final IOException | ProcessKilled e) {
                assertTrue(died[0], at + ": " + e);
            }
            for (final PartitionLog log : logs) {
                if (log != null) {
                    noteStable(log, log.stableEnd());
                }
            }
            nowMs = fixture.nowMs;
            disk.beforeEach((operation, path) -> {});
            if (!died[0] && random.nextInt(4) == 0) {
                fixture.settle();
                fixture.directory.close();
            } else if (!died[0] && random.nextInt(2) == 0) {
                disk.crash();
            } else if (!died[0]) {
                disk.kill();
            }
        }
        fixture = new LogFixture(disk, Path.of("/data"), CONFIG);
        logs.clear();
        open();
        where = "seed " + seed + ", in the end";
        for (int i = 0; i < LOGS; i++) {
            log(i);
        }
        fixture.settle();
        fixture.directory.close();
    }

    private void open() throws Exception {
        fixture.start();
        if (fixture.directory.hasWrittenBack()) {
            writtenBack++;
        }
        for (int i = 0; i < LOGS; i++) {
            logs.add(null);
        }
    }

    private PartitionLog log(final int index) throws Exception {
        if (logs.get(index) == null) {
            logs.set(index, openLog(index));
            verify(index);
        }
        return logs.get(index);
    }

    private PartitionLog openLog(final int index) throws Exception {
        final TopicPartitionKey key = new TopicPartitionKey("t", index, models.get(index).topicId);
        final boolean wasOverlapping = isOverlapping;
        // The first write to the data journal is a trial that opens with the last log.
        isOverlapping = true;
        final PartitionLog log = fixture.directory.openPartition(key, CONFIG, fixture.shard);
        isOverlapping = wasOverlapping;
        log.onStableEnd(new StableEndListener() {
            @Override
            public void onStableEnd(final PartitionLog source, final long stableEnd) {
                noteStable(source, stableEnd);
            }

            @Override
            public void onOffline(final PartitionLog source, final LogOfflineException reason) {
                // The directory's failure ends the life.
            }
        });
        return log;
    }

    /** A log that was deleted may still be told of its last force. */
    private void noteStable(final PartitionLog log, final long stableEnd) {
        final Model model = models.get(log.key().partition());
        if (log.key().topicId().equals(model.topicId)) {
            model.stable = Math.max(model.stable, stableEnd);
        }
    }

    private void live(final boolean[] died) throws Exception {
        final long checkpointsBefore = fixture.directory.dataJournalCheckpoints();
        for (int step = 0; step < 200 && !died[0] && fixture.directory.failure() == null; step++) {
            final int index = random.nextInt(LOGS);
            switch (random.nextInt(14)) {
                case 0 -> fixture.nowMs += 2_500;
                case 1, 2, 3, 4 -> runOneOf(fixture.flushes);
                case 5, 6 -> fixture.shard.runAll();
                case 7 -> fixture.directory.noteProgress();
                case 8 -> cut(index);
                case 9 -> {
                    if (random.nextInt(6) == 0) {
                        recreate(index);
                    }
                }
                default -> append(index);
            }
        }
        if (fixture.directory.dataJournalCheckpoints() > checkpointsBefore) {
            checkpoints++;
        }
    }

    /** Groups, their helpers and checkpoints may overtake each other. */
    private void runOneOf(final LogFixture.Steps steps) {
        for (int skip = steps.waiting.isEmpty() ? 0 : random.nextInt(steps.waiting.size()); skip > 0; skip--) {
            steps.waiting.add(steps.waiting.remove());
        }
        final Runnable task = steps.waiting.poll();
        if (task != null) {
            running = task;
            task.run();
        }
    }

    private void cut(final int index) throws Exception {
        final Model model = models.get(index);
        final PartitionLog log = log(index);
        if (random.nextInt(4) != 0 || model.end <= model.stable) {
            return;
        }
        log.truncateTo(model.stable + random.nextInt((int) (model.end - model.stable)));
        model.cutTo(log.endOffset());
        cuts++;
    }

    private void recreate(final int index) throws Exception {
        final PartitionLog former = log(index);
        final UUID formerId = models.get(index).topicId;
        // Whatever a crash leaves of it, nobody asks for it any more.
        models.get(index).clear(random);
        fixture.directory.deletePartition(new TopicPartitionKey("t", index, formerId));
        assertTrue(former.offlineReason() != null);
        logs.set(index, openLog(index));
        deletions++;
    }

    /**
     * While a group waits for the device others append, and the next group begins. Now and then it fills a file, and the
     * checkpoint of the one before is done meanwhile.
     */
    private void duringForce() {
        if (isOverlapping || random.nextInt(2) == 0) {
            return;
        }
        isOverlapping = true;
        try {
            if (random.nextInt(6) == 0) {
                // More than a file has room for, and the file of the group under way is old.
                fixture.nowMs += 5_100;
                for (int appends = 20 + random.nextInt(16); appends > 0; appends--) {
                    append(appends % LOGS);
                }
            }
            append(random.nextInt(LOGS));
            // One checkpoint does not run in the middle of another.
            if (isLane(running) && random.nextInt(2) == 0) {
                runAll(task -> !isLane(task));
            }
            if (runAll(DataJournalCrashTest::isLane) > 0) {
                overlaps++;
            }
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        } finally {
            isOverlapping = false;
        }
    }

    /** A group of several frames may find that a checkpoint has made the other file ready meanwhile. No group comes then. */
    private void betweenFrames() {
        if (isLane(running) && !isBetweenFrames && random.nextInt(2) == 0) {
            final boolean wasOverlapping = isOverlapping;
            isBetweenFrames = true;
            isOverlapping = true;
            betweenFrames += runAll(task -> !isLane(task));
            isOverlapping = wasOverlapping;
            isBetweenFrames = false;
        }
    }

    private int runAll(final Predicate<Runnable> which) {
        final List<Runnable> found =
                fixture.flushes.waiting.stream().filter(which).toList();
        fixture.flushes.waiting.removeAll(found);
        found.forEach(Runnable::run);
        return found.size();
    }

    private static boolean isLane(final Runnable task) {
        return task != null && task.getClass().getName().endsWith("Flusher$Lane");
    }

    private void append(final int index) throws Exception {
        final Model model = models.get(index);
        final PartitionLog log = log(index);
        final int records = 1 + random.nextInt(4);
        final ByteBuffer batch = LogFixture.batch(
                String.valueOf((char) ('a' + fill++ % 26)).repeat(1 + random.nextInt(300)), records, 1000);
        final long base = log.endOffset();
        // Even a failed append may have reached the file whole.
        RecordBatch.setBaseOffset(batch, 0, base);
        RecordBatch.setPartitionLeaderEpoch(batch, 0, 3);
        final byte[] bytes = new byte[batch.remaining()];
        batch.duplicate().get(bytes);
        model.bases.add(base);
        model.batches.add(bytes);
        model.end = base + records;
        log.append(batch, 3, -1);
    }

    /** A log is a prefix of its model, at least up to what was stable; the model forgets the rest. */
    private void verify(final int index) throws Exception {
        final String at = where + ", log " + index;
        final Model model = models.get(index);
        final PartitionLog log = logs.get(index);
        assertTrue(log.endOffset() >= model.stable, at + ": ends at " + log.endOffset() + ", stable " + model.stable);
        assertTrue(log.endOffset() <= model.end, at + ": ends at " + log.endOffset() + " of " + model.end);
        assertEquals(log.endOffset(), log.stableEnd(), at);
        if (log.endOffset() < model.end) {
            unstableLost++;
        }
        model.cutTo(log.endOffset());
        final ByteBuffer all = ByteBuffer.wrap(LogFixture.readAll(log, 2000));
        int position = 0;
        for (int i = 0; i < model.batches.size(); i++) {
            final byte[] expected = model.batches.get(i);
            assertTrue(all.limit() >= position + expected.length, at + ": bytes are missing");
            assertEquals(
                    ByteBuffer.wrap(expected),
                    all.slice(position, expected.length),
                    at + ": batch " + model.bases.get(i));
            position += expected.length;
        }
        assertEquals(all.limit(), position, at + ": more bytes than batches");
        model.stable = log.endOffset();
    }

    private static boolean isForce(final DiskOperation operation) {
        return operation == DiskOperation.FORCE || operation == DiskOperation.WRITE_THROUGH;
    }
}
