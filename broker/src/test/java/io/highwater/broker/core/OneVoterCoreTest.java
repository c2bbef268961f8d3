package io.highwater.broker.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.log.disk.DiskOperation;
import io.highwater.port.ProcessKilled;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OneVoterCoreTest {
    @Test
    void acknowledgedProposalsSurvivePowerLossAtAnyPoint() throws IOException {
        for (int seed = 0; seed < 60; seed++) {
            final CoreWorld world = new CoreWorld(seed, CoreWorld.SMALL);
            final SeededRandom random = new SeededRandom(seed);
            final List<CoreWorld.Answer> answers = new ArrayList<>();
            for (int life = 0; life < 4; life++) {
                world.start();
                requireAcknowledged(seed, answers, world.image());
                for (int i = random.nextInt(60); i > 0; i--) {
                    answers.add(world.put("key" + answers.size(), answers.size()));
                    if (random.nextInt(3) == 0) {
                        world.scheduler.runFor(random.nextInt(3));
                    }
                }
                for (int i = random.nextInt(60); i > 0; i--) {
                    world.scheduler.runNext();
                }
                world.crash();
            }
            world.start();
            requireAcknowledged(seed, answers, world.image());
            assertTrue(world.fatal.isEmpty());
        }
    }

    /**
     * The process is killed right before each of the forces of a directory that a core does while it grows; the next one
     * finds the names in the cache, acknowledges an entry, and the power goes.
     */
    @Test
    void namesThatAKilledProcessDidNotForceAreForcedBeforeTheyAreUsed() throws IOException {
        int killed = 0;
        for (int nth = 1; nth <= 14; nth++) {
            for (int seed = 1; seed <= 8; seed++) {
                final CoreWorld world = new CoreWorld(seed, CoreWorld.SMALL);
                if (!liveUntilDirectoryForce(world, nth)) {
                    continue;
                }
                killed++;
                world.restart();
                final CoreWorld.Answer answer = world.put("precious", 42);
                world.idle();
                assertTrue(answer.index > 0);
                world.crash();
                world.start();
                assertEquals(42, CoreWorld.value(world.image(), "precious"), "seed " + seed + ", force " + nth);
            }
        }
        assertTrue(killed >= 70, killed + " lives");
    }

    /** True when it came as far as the force, in which it was killed. */
    private static boolean liveUntilDirectoryForce(final CoreWorld world, final int nth) throws IOException {
        final int[] left = {nth};
        world.disk.beforeEach((operation, path) -> {
            if (operation == DiskOperation.FORCE_DIRECTORY && --left[0] == 0) {
                world.disk.kill();
            }
        });
        try {
            world.start();
            for (int i = 0; i < 60; i++) {
                world.put("key" + i, i);
                world.idle();
            }
            return false;
        } catch (final ProcessKilled e) {
            return true;
        } finally {
            world.disk.beforeEach((operation, path) -> {});
        }
    }

    private static void requireAcknowledged(
            final int seed, final List<CoreWorld.Answer> answers, final KeyedRecords image) {
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).index >= 0) {
                assertEquals(i, CoreWorld.value(image, "key" + i), "seed " + seed + ", proposal " + i);
            }
        }
    }

    @Test
    void manyProposalsShareFewForces() throws IOException {
        final CoreWorld world = new CoreWorld(1, CoreSettings.DEFAULT);
        world.start();
        final int[] forces = {0};
        world.disk.beforeEach((operation, path) -> forces[0] += operation == DiskOperation.FORCE ? 1 : 0);
        final List<CoreWorld.Answer> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(world.put("key", i));
        }
        world.idle();
        for (int i = 0; i < answers.size(); i++) {
            assertEquals(i + 1, answers.get(i).index);
            assertEquals(1, answers.get(i).times);
        }
        assertTrue(forces[0] <= 10, forces[0] + " forces");
    }

    @Test
    void watchersSeeEveryEntryOnceInOrder() throws IOException {
        final CoreWorld world = new CoreWorld(2, CoreWorld.SMALL);
        world.start();
        final CoreWorld.Seen first = world.watch(0);
        for (int i = 0; i < 20; i++) {
            world.put("key", i);
        }
        world.idle();
        final CoreWorld.Seen behind = world.watch(0);
        final CoreWorld.Seen upToDate = world.watch(20);
        world.put("key", 20);
        world.idle();

        assertEquals(List.of(0L), first.images);
        assertEquals(21, first.indexes.size());
        for (int i = 0; i < 21; i++) {
            assertEquals(i + 1, first.indexes.get(i));
        }
        assertEquals(List.of(20L), behind.images);
        assertEquals(List.of(21L), behind.indexes);
        assertEquals(List.of(), upToDate.images);
        assertEquals(List.of(21L), upToDate.indexes);
        assertEquals(20, CoreWorld.value(upToDate.image, "key"));
    }

    /** Views are kept by watchers: whoever is answered finds there what was done. */
    @Test
    void anAnswerComesAfterTheWatchersHaveSeen() throws IOException {
        final CoreWorld world = new CoreWorld(4, CoreWorld.SMALL);
        world.start();
        final CoreWorld.Seen seen = world.watch(0);
        final List<Integer> found = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            final int value = i;
            world.core.propose(
                    CoreGroup.GROUPS,
                    new AppendRecords(List.of(CoreWorld.record("key", value))),
                    Long.MAX_VALUE,
                    new Core.Completion() {
                        @Override
                        public void onApplied(final long index, final Message response) {
                            found.add(CoreWorld.value(seen.image, "key") - value);
                        }

                        @Override
                        public void onFailed(final CoreFailure failure) {
                            throw new AssertionError(failure);
                        }
                    });
        }
        world.idle();
        assertEquals(List.of(0, 0, 0, 0, 0), found);
    }

    @Test
    void aCommandThatChangesNothingIsAnsweredWhenWhatItSawIsDurable() throws IOException {
        final CoreWorld world = new CoreWorld(3, CoreWorld.SMALL);
        world.start();
        final CoreWorld.Answer put = world.put("key", 1);
        final CoreWorld.Answer nothing = world.propose(List.of(), 60_000);
        final List<Long> read = new ArrayList<>();
        world.core.readIndex(CoreGroup.GROUPS, Long.MAX_VALUE / 2, new Core.ReadCompletion() {
            @Override
            public void onIndex(final long index) {
                assertEquals(1, put.index);
                read.add(index);
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                read.add(-1L);
            }
        });
        assertTrue(world.scheduler.runUntil(() -> !read.isEmpty(), 1_000));
        assertEquals(List.of(1L), read);
        assertEquals(1, nothing.index);
    }

    @Test
    void aProposalIsToldWhenItsTimeIsOverAndMayStillBeApplied() throws IOException {
        final CoreWorld world = new CoreWorld(4, CoreWorld.SMALL);
        world.start();
        final CoreWorld.Answer late = world.propose(List.of(CoreWorld.record("late", 7)), 0);
        world.idle();
        assertEquals(CoreFailure.TIMED_OUT, late.failure);

        boolean timedOut = false;
        for (int i = 0; i < 200 && !timedOut; i++) {
            final CoreWorld.Answer answer = world.propose(List.of(CoreWorld.record("key", i)), 1);
            world.idle();
            assertEquals(1, answer.times);
            assertEquals(i, CoreWorld.value(world.image(), "key"));
            timedOut = answer.failure == CoreFailure.TIMED_OUT;
        }
        assertTrue(timedOut);
    }

    @Test
    void tooLargeAndTooManyAreRefused() throws IOException {
        final CoreWorld world = new CoreWorld(5, CoreWorld.SMALL);
        world.start();
        final CoreWorld.Answer large = world.put("k".repeat(5_000), 1);
        world.idle();
        assertEquals(CoreFailure.TOO_LARGE, large.failure);
        final List<CoreWorld.Answer> answers = new ArrayList<>();
        for (int i = 0; i < 1_001; i++) {
            answers.add(world.put("key", i));
        }
        world.idle();
        assertEquals(CoreFailure.OVERLOADED, answers.get(1_000).failure);
        assertEquals(1_000, answers.get(999).index);
    }

    @Test
    void aFailedForceEndsTheCoreForGood() throws IOException {
        final CoreWorld world = new CoreWorld(6, CoreWorld.SMALL);
        world.start();
        final CoreWorld.Answer good = world.put("key", 1);
        world.idle();
        world.disk.fail(DiskOperation.FORCE, "groups", 1);
        final CoreWorld.Answer bad = world.put("key", 2);
        world.idle();
        final CoreWorld.Answer after = world.put("key", 3);
        final long operations = world.disk.operations();
        world.idle();

        assertEquals(1, good.index);
        assertEquals(CoreFailure.STOPPED, bad.failure);
        assertEquals(CoreFailure.STOPPED, after.failure);
        assertEquals(operations, world.disk.operations());
        assertEquals(1, world.fatal.size());
        assertFalse(world.core.isLeader(CoreGroup.GROUPS));
        assertFalse(world.core.isLeader(CoreGroup.META));

        final boolean[] stopped = {false};
        world.core.stop(() -> stopped[0] = true);
        world.idle();
        assertTrue(stopped[0]);
        world.crash();
        world.start();
        assertTrue(CoreWorld.value(world.image(), "key") <= 2);
    }

    @Test
    void aStopWritesWhatWasDecided() throws IOException {
        final CoreWorld world = new CoreWorld(7, CoreWorld.SMALL);
        world.start();
        final List<CoreWorld.Answer> answers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            answers.add(world.put("key", i));
        }
        final boolean[] stopped = {false};
        world.core.stop(() -> stopped[0] = true);
        final CoreWorld.Answer late = world.put("key", 99);
        world.idle();
        assertTrue(stopped[0]);
        assertEquals(30, answers.get(29).index);
        assertEquals(CoreFailure.STOPPED, late.failure);
        world.crash();
        world.start();
        assertEquals(29, CoreWorld.value(world.image(), "key"));
    }

    @Test
    void snapshotsShortenTheLog() throws IOException {
        final CoreWorld world = new CoreWorld(8, CoreWorld.SMALL);
        world.start();
        for (int i = 0; i < 1_000; i++) {
            final List<Message> records =
                    List.of(CoreWorld.record("key" + i % 10, i), CoreWorld.record("gone" + i, i % 2 - 1));
            world.propose(records, 60_000);
            if (i % 3 == 0) {
                world.scheduler.runFor(2);
            }
        }
        final KeyedRecords before = world.image();
        assertTrue(CoreFiles.list(world.disk, CoreWorld.LOG, CoreFiles.LOG).firstKey() > 1);
        assertEquals(
                1, CoreFiles.list(world.disk, CoreWorld.LOG, CoreFiles.SNAPSHOT).size());

        world.restart();
        final KeyedRecords after = world.image();
        assertEquals(before.version(), after.version());
        assertEquals(before.latest(), after.latest());
        final CoreWorld.Answer next = world.put("key", 1);
        world.idle();
        assertEquals(1_001, next.index);
    }
}
