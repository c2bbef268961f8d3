package io.highwater.broker.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.core.CoreWorld.Answer;
import io.highwater.broker.core.CoreWorld.Seen;
import io.highwater.broker.message.OffsetCommittedRecord;
import io.highwater.broker.metadata.Metadata;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.PartitionRegistration;
import io.highwater.log.disk.DiskOperation;
import io.highwater.port.ProcessKilled;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class OneVoterCoreTest {
    private static final CoreSettings SMALL = new CoreSettings(1000, 64 * 1024, 1024 * 1024, 4096, 8192);
    private final CoreWorld world = new CoreWorld(11, SMALL);

    @Test
    void answersWithWhatIsVisibleByThen() throws IOException {
        world.start();
        world.form();
        final Answer answer = world.settle(CoreGroup.META, Metadata.request(Metadata.topic("t", 3, 1)));
        assertNull(answer.failure);
        final MetadataImage image = world.metadata();
        assertTrue(image.version() >= answer.index);
        assertEquals(
                ((CreateTopicsResponse) answer.response).topics.get(0).topicId,
                image.topicOrNull("t").id());
    }

    @Test
    void decidesOnWhatEarlierCommandsDecidedThoughItIsNotDurableYet() throws IOException {
        world.start();
        world.form();
        final Answer first = world.propose(CoreGroup.META, Metadata.request(Metadata.topic("t", 1, 1)));
        final Answer second = world.propose(CoreGroup.META, Metadata.request(Metadata.topic("t", 1, 1)));
        world.scheduler.runUntil(second::isDone, 1000);
        assertEquals(0, ((CreateTopicsResponse) first.response).topics.get(0).errorCode);
        assertEquals(36, ((CreateTopicsResponse) second.response).topics.get(0).errorCode);
        assertEquals(first.index, second.index, "an answer that says what is there waits until it is durable");
    }

    @Test
    void gathersProposalsWhileTheDiskWorks() throws IOException {
        world.start();
        final int[] forces = new int[1];
        world.disk.beforeEach((operation, path) -> forces[0] += operation == DiskOperation.FORCE ? 1 : 0);
        final List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            answers.add(world.propose(CoreGroup.GROUPS, CoreWorld.offset("g" + i, i)));
        }
        world.scheduler.runUntil(answers.get(29)::isDone, 1000);
        assertTrue(forces[0] <= 2, "forces: " + forces[0]);
        for (int i = 1; i < 30; i++) {
            assertEquals(answers.get(i - 1).index + 1, answers.get(i).index);
        }
    }

    @Test
    void tellsWatchersEveryEntryOnceAndInOrder() throws IOException {
        world.start();
        final Seen<KeyedRecords> early = world.see(CoreGroup.GROUPS);
        final List<Seen<KeyedRecords>> late = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            world.propose(CoreGroup.GROUPS, CoreWorld.offset("g" + i % 3, i));
            final Seen<KeyedRecords> watcher = new Seen<>();
            world.core.watch(CoreGroup.GROUPS, i, watcher);
            late.add(watcher);
            world.scheduler.runFor(1);
        }
        world.scheduler.runFor(1000);
        final List<Long> all = early.indexes;
        assertEquals(51, all.size());
        for (int i = 1; i < all.size(); i++) {
            assertEquals(all.get(i - 1) + 1, all.get(i));
        }
        for (final Seen<KeyedRecords> watcher : late) {
            final int from = all.size() - watcher.indexes.size();
            assertEquals(all.subList(from, all.size()), watcher.indexes);
            assertEquals(early.image, watcher.image);
        }
        assertEquals(3, early.image.latest().size());
    }

    @Test
    void answersTimedOutAndMayStillApply() throws IOException {
        final ArrayDeque<Runnable> disk = new ArrayDeque<>();
        world.start(disk::add);
        final Answer answer = world.propose(CoreGroup.GROUPS, CoreWorld.offset("g", 7), 100);
        final Answer tooLate = world.propose(CoreGroup.GROUPS, CoreWorld.offset("g", 8), 0);
        world.scheduler.runFor(200);
        assertEquals(CoreFailure.TIMED_OUT, answer.failure);
        assertEquals(CoreFailure.TIMED_OUT, tooLate.failure);
        disk.remove().run();
        world.scheduler.runFor(10);
        assertEquals(1, answer.count);
        final OffsetCommittedRecord record = (OffsetCommittedRecord)
                world.see(CoreGroup.GROUPS).image.latest().get("g");
        assertEquals(7, record.offset);
    }

    @Test
    void refusesMoreThanItsBounds() throws IOException {
        final ArrayDeque<Runnable> disk = new ArrayDeque<>();
        world.start(disk::add);
        Answer last = null;
        for (int i = 0; i <= SMALL.pendingProposalsMax(); i++) {
            last = world.propose(CoreGroup.GROUPS, CoreWorld.offset("g", i));
        }
        final List<Message> many = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            many.addAll(CoreWorld.offset("g" + i, i).records());
        }
        world.scheduler.runUntil(last::isDone, 1000);
        assertEquals(CoreFailure.OVERLOADED, last.failure);
        while (!disk.isEmpty()) {
            disk.remove().run();
            world.scheduler.runFor(10);
        }
        assertEquals(CoreFailure.TOO_LARGE, world.settle(CoreGroup.GROUPS, new AppendRecords(many)).failure);
        final Answer after = world.propose(CoreGroup.GROUPS, CoreWorld.offset("after", 1));
        world.scheduler.runFor(1);
        while (!disk.isEmpty()) {
            disk.remove().run();
            world.scheduler.runFor(1);
        }
        assertNull(after.failure);
        assertNotNull(after.response);
    }

    @Test
    void goesOnAfterACommandThatCanNotBeDecided() throws IOException {
        world.start();
        final Answer bad = world.settle(CoreGroup.GROUPS, Metadata.formation("not for this group"));
        final Answer good = world.settle(CoreGroup.GROUPS, CoreWorld.offset("g", 1));
        assertEquals(CoreFailure.INTERNAL, bad.failure);
        assertNull(good.failure);
    }

    @Test
    void stopsForGoodWhenAForceFails() throws IOException {
        world.start();
        world.form();
        world.disk.fail(DiskOperation.FORCE, "groups", 1);
        final Answer failed = world.settle(CoreGroup.GROUPS, CoreWorld.offset("g", 1));
        final Answer later = world.settle(CoreGroup.META, Metadata.request(Metadata.topic("t", 1, 1)));
        assertEquals(CoreFailure.STOPPED, failed.failure);
        assertEquals(CoreFailure.STOPPED, later.failure);
        assertFalse(world.core.isLeader(CoreGroup.META));
        assertEquals(1, world.fatal.size());
        assertTrue(world.fatal.get(0).startsWith("groups"), world.fatal.get(0));
        final boolean[] stopped = new boolean[1];
        world.core.stop(() -> stopped[0] = true);
        world.scheduler.runFor(100);
        assertTrue(stopped[0]);
    }

    @Test
    void answersWhatItTookBeforeItStops() throws IOException {
        world.start();
        final List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            answers.add(world.propose(CoreGroup.GROUPS, CoreWorld.offset("g" + i, i)));
        }
        world.scheduler.runUntil(() -> world.scheduler.executed() > 3, 10);
        final boolean[] stopped = new boolean[1];
        world.core.stop(() -> stopped[0] = true);
        final Answer late = world.propose(CoreGroup.GROUPS, CoreWorld.offset("late", 1));
        world.scheduler.runUntil(() -> stopped[0] && late.isDone(), 1000);
        assertTrue(stopped[0]);
        answers.forEach(answer -> assertNull(answer.failure));
        assertEquals(CoreFailure.STOPPED, late.failure);
        world.start();
        assertEquals(5, world.see(CoreGroup.GROUPS).image.latest().size());
    }

    @Test
    void readsAnIndexThatHoldsEverythingAcknowledged() throws IOException {
        world.start();
        final Answer answer = world.settle(CoreGroup.GROUPS, CoreWorld.offset("g", 1));
        final long[] index = new long[1];
        world.core.readIndex(CoreGroup.GROUPS, Long.MAX_VALUE, new Core.ReadCompletion() {
            @Override
            public void onIndex(final long read) {
                index[0] = read;
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                throw new AssertionError(failure);
            }
        });
        world.scheduler.runFor(1);
        assertEquals(answer.index, index[0]);
    }

    @Test
    void raisesLeaderEpochsAtEachStart() throws IOException {
        int last = -1;
        for (int life = 0; life < 4; life++) {
            world.start();
            world.form();
            world.settle(CoreGroup.META, Metadata.request(Metadata.topic("t", 1, 1)));
            final MetadataImage image = world.metadata();
            final PartitionRegistration partition =
                    image.topicOrNull("t").partitionOrNull(0);
            assertTrue(partition.leaderEpoch(image) > last);
            last = partition.leaderEpoch(image);
            world.crash();
        }
    }

    @Test
    void keepsLogAndRestartShortThroughSnapshots() throws IOException {
        world.start();
        for (int i = 0; i < 2000; i++) {
            world.propose(CoreGroup.GROUPS, CoreWorld.offset("g" + i % 20, i));
            world.scheduler.runFor(1);
        }
        world.scheduler.runFor(1000);
        final Path groups = Path.of("/data/core/groups");
        final List<String> names = world.disk.list(groups);
        assertTrue(names.size() <= 8, names.toString());
        assertTrue(names.get(names.size() - 1).endsWith(".snapshot") || names.toString().contains(".snapshot"));
        final KeyedRecords before = world.see(CoreGroup.GROUPS).image;
        world.crash();
        world.start();
        final KeyedRecords after = world.see(CoreGroup.GROUPS).image;
        assertEquals(before.latest(), after.latest());
        assertTrue(after.version() > before.version());
    }

    /** Power fails at any operation of the disk, again and again: what was acknowledged is there, nothing else is. */
    @Test
    void keepsWhatItAcknowledgedWhenPowerFails() throws IOException {
        int snapshots = 0;
        for (int seed = 1; seed <= 60; seed++) {
            snapshots += livesAndDies(seed);
        }
        assertTrue(snapshots > 60, "snapshots: " + snapshots);
    }

    @Test
    void doesTheSameFromTheSameSeed() throws IOException {
        final CoreWorld one = new CoreWorld(5, SMALL);
        final CoreWorld two = new CoreWorld(5, SMALL);
        final CoreWorld other = new CoreWorld(6, SMALL);
        for (final CoreWorld each : List.of(one, two, other)) {
            each.start();
            each.form();
            for (int i = 0; i < 20; i++) {
                each.settle(CoreGroup.META, Metadata.request(Metadata.topic("t" + i, 2, 1)));
            }
        }
        assertEquals(one.trace.hash(), two.trace.hash());
        assertEquals(one.metadata(), two.metadata());
        assertNotEquals(one.trace.hash(), other.trace.hash());
    }

    private static int livesAndDies(final int seed) throws IOException {
        final SeededRandom random = new SeededRandom(seed);
        final CoreWorld world = new CoreWorld(seed, SMALL);
        final TreeSet<String> askedTopics = new TreeSet<>();
        final Map<String, Answer> topics = new HashMap<>();
        final Map<String, TreeMap<Long, Answer>> offsets = new HashMap<>();
        int snapshots = 0;
        long next = 0;
        for (int life = 0; life < 8; life++) {
            final int[] left = {random.nextInt(life % 2 == 0 ? 400 : 40)};
            try {
                world.disk.beforeEach((operation, path) -> {
                    if (left[0]-- == 0) {
                        world.crash();
                    }
                });
                world.start();
                world.disk.beforeEach((operation, path) -> {
                    if (left[0]-- == 0) {
                        world.crash();
                    }
                });
                world.form();
                while (world.process.isAlive()) {
                    if (random.nextInt(4) == 0) {
                        final String name = "t" + next++;
                        askedTopics.add(name);
                        topics.put(name, world.propose(CoreGroup.META, Metadata.request(Metadata.topic(name, 2, 1))));
                    } else {
                        final String group = "g" + random.nextInt(3);
                        final long offset = next++;
                        offsets.computeIfAbsent(group, key -> new TreeMap<>())
                                .put(offset, world.propose(CoreGroup.GROUPS, CoreWorld.offset(group, offset)));
                    }
                    if (random.nextInt(3) == 0) {
                        world.scheduler.runFor(random.nextInt(5));
                    }
                }
            } catch (final ProcessKilled e) {
                assertFalse(world.process.isAlive());
            }
            world.disk.beforeEach((operation, path) -> {});
            world.start();
            snapshots += world.disk.list(Path.of("/data/core/groups")).toString().contains("snapshot") ? 1 : 0;
            check(world, seed, askedTopics, topics, offsets);
            world.crash();
        }
        assertTrue(world.fatal.isEmpty(), world.fatal.toString());
        return snapshots;
    }

    private static void check(
            final CoreWorld world,
            final int seed,
            final TreeSet<String> askedTopics,
            final Map<String, Answer> topics,
            final Map<String, TreeMap<Long, Answer>> offsets) {
        final MetadataImage image = world.metadata();
        topics.forEach((name, answer) -> {
            if (answer.response != null
                    && ((CreateTopicsResponse) answer.response).topics.get(0).errorCode == 0) {
                assertNotNull(image.topicOrNull(name), "seed " + seed + ": topic " + name + " is lost");
            }
        });
        image.topicIds().forEach((name, id) -> assertTrue(askedTopics.contains(name), "seed " + seed + ": " + name));
        final KeyedRecords groups = world.see(CoreGroup.GROUPS).image;
        offsets.forEach((group, asked) -> {
            final OffsetCommittedRecord kept =
                    (OffsetCommittedRecord) groups.latest().get(group);
            final long offset = kept == null ? -1 : kept.offset;
            asked.descendingMap().entrySet().stream()
                    .filter(entry -> entry.getValue().response != null)
                    .findFirst()
                    .ifPresent(acknowledged -> assertTrue(
                            offset >= acknowledged.getKey(),
                            "seed " + seed + ": " + group + " is at " + offset + ", acknowledged "
                                    + acknowledged.getKey()));
            assertTrue(kept == null || asked.containsKey(offset), "seed " + seed + ": " + group + " at " + offset);
        });
    }
}
