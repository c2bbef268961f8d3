package io.highwater.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random inputs, good and nonsensical, from a few clients against one group; after each the properties that must always
 * hold are checked. At the end time passes: nobody may be left waiting. A failure names the seed.
 */
class ClassicGroupPropertyTest {
    private static final int SEEDS = 400;
    private static final int STEPS = 250;

    @Test
    void noSequenceOfInputsBreaksTheRules() {
        final Map<GroupState, Integer> entered = new EnumMap<>(GroupState.class);
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                new World(seed, entered).run();
            } catch (final AssertionError | IllegalStateException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        // The test is worth nothing unless rebalances were completed, interrupted and emptied.
        for (final GroupState state : GroupState.values()) {
            assertTrue(state == GroupState.DEAD || entered.getOrDefault(state, 0) > SEEDS, state + " in " + entered);
        }
    }

    private static final class World {
        private static final String[] PROTOCOLS = {"range", "sticky", "other"};

        private final SeededRandom random;
        private final Map<GroupState, Integer> entered;
        private final GroupConfig config;
        private ClassicGroup group;
        private GroupStateRecord durable;
        private long nowMs = 1;
        private long lastHandle;
        private int lastGeneration;
        private final Set<Long> openJoins = new LinkedHashSet<>();
        private final Set<Long> openSyncs = new LinkedHashSet<>();
        private final List<GroupEffect.Persist> held = new ArrayList<>();
        /** Ids that clients may use, dead ones and made-up ones included. */
        private final List<String> ids = new ArrayList<>(List.of("made-up"));
        /** The protocol named in answers, by generation. */
        private final Map<Integer, String> protocolOf = new LinkedHashMap<>();

        World(final long seed, final Map<GroupState, Integer> entered) {
            this.random = new SeededRandom(seed);
            this.entered = entered;
            this.config = GroupConfig.DEFAULT
                    .withInitialRebalanceDelayMs(random.nextInt(2) * 3_000)
                    .withMaxSize(random.nextInt(3) == 0 ? 2 : 100);
            this.group = new ClassicGroup("g", config);
            this.durable = new GroupStateRecord();
            durable.groupId = "g";
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                step();
                perform();
                check();
            }
            while (!held.isEmpty()) {
                settle(true);
                perform();
            }
            // Everybody falls silent: sessions end, and nobody waits any more.
            for (int i = 0; i < 100 && group.nextDeadlineMs() != Long.MAX_VALUE; i++) {
                pass(group.nextDeadlineMs() - nowMs);
                while (!held.isEmpty()) {
                    settle(true);
                    perform();
                }
            }
            assertEquals(GroupState.EMPTY, group.state());
            assertEquals(Set.of(), openJoins, "joins without answer");
            assertEquals(Set.of(), openSyncs, "syncs without answer");
            assertTrue(group.isIdle());
        }

        private void step() {
            switch (random.nextInt(13)) {
                case 0, 1, 2, 3 -> join();
                case 4, 5, 6 -> sync();
                case 7 -> assertKnown(group.heartbeat(who(), generation(), nowMs));
                case 8 -> {
                    if (random.nextInt(3) == 0) {
                        group.leave(List.of(who(), who()), nowMs);
                    }
                }
                case 9 -> assertKnown(group.checkCommit(who(), generation(), nowMs));
                case 10 -> pass(random.nextInt(random.nextInt(4) == 0 ? 30_000 : 2_000));
                case 11 -> {
                    if (random.nextInt(3) == 0) {
                        goodRound();
                    }
                }
                default -> {
                    if (!held.isEmpty()) {
                        settle(random.nextInt(5) != 0);
                    } else if (random.nextInt(40) == 0) {
                        restart();
                    }
                }
            }
        }

        private void join() {
            final boolean isStatic = random.nextInt(3) == 0;
            final String instance = isStatic ? "s" + random.nextInt(3) : null;
            final String id = random.nextInt(3) == 0 ? "" : id();
            final String fresh = "m" + (lastHandle + 1);
            final List<MemberProtocol> protocols = new ArrayList<>();
            final int first = random.nextInt(3);
            protocols.add(new MemberProtocol(PROTOCOLS[first], new byte[] {(byte) random.nextInt(2)}));
            if (random.nextInt(4) != 0) {
                protocols.add(new MemberProtocol(PROTOCOLS[(first + 1) % 3], new byte[] {1}));
            }
            final int version = random.nextInt(10);
            openJoins.add(++lastHandle);
            group.join(
                    new JoinRequest(
                            lastHandle,
                            id,
                            fresh,
                            instance,
                            "c",
                            "/h",
                            6_000 + random.nextInt(10_000),
                            random.nextInt(20_000),
                            random.nextInt(20) == 0 ? "connect" : "consumer",
                            protocols,
                            version >= 4,
                            version >= 9),
                    nowMs);
        }

        /** Everybody does what a good client does; what was done before may still spoil it. */
        private void goodRound() {
            for (final String id : group.memberIds()) {
                openJoins.add(++lastHandle);
                group.join(
                        new JoinRequest(
                                lastHandle,
                                id,
                                "unused",
                                null,
                                "c",
                                "/h",
                                10_000,
                                10_000,
                                "consumer",
                                List.of(
                                        new MemberProtocol("range", new byte[1]),
                                        new MemberProtocol("sticky", new byte[1]),
                                        new MemberProtocol("other", new byte[1])),
                                true,
                                true),
                        nowMs);
            }
            perform();
            for (final String id : group.memberIds()) {
                openSyncs.add(++lastHandle);
                group.sync(new SyncRequest(lastHandle, id, null, group.generation(), null, null, Map.of()), nowMs);
            }
            perform();
            while (!held.isEmpty()) {
                settle(true);
                perform();
            }
        }

        private void sync() {
            final Map<String, byte[]> assignments = new LinkedHashMap<>();
            for (final String id : group.memberIds()) {
                if (random.nextInt(5) != 0) {
                    assignments.put(id, GroupScript.bytes(group.generation() + "/" + id));
                }
            }
            openSyncs.add(++lastHandle);
            final MemberIdentity who = who();
            group.sync(
                    new SyncRequest(
                            lastHandle, who.memberId(), who.instanceIdOrNull(), generation(), null, null, assignments),
                    nowMs);
        }

        private void pass(final long ms) {
            final long until = nowMs + ms;
            while (group.nextDeadlineMs() <= until) {
                nowMs = Math.max(nowMs, group.nextDeadlineMs());
                group.onTime(nowMs);
                assertTrue(group.nextDeadlineMs() > nowMs || group.nextDeadlineMs() == Long.MAX_VALUE, "spins");
                perform();
                check();
            }
            nowMs = until;
        }

        /** A new coordinator takes over: those who waited are cut off, the rest is as the last record says. */
        private void restart() {
            openJoins.clear();
            openSyncs.clear();
            group = ClassicGroup.restore(durable, config, nowMs);
            lastGeneration = durable.generation;
            protocolOf.keySet().removeIf(generation -> generation > durable.generation);
            assertEquals(durable.members.stream().map(member -> member.memberId).toList(), group.memberIds());
        }

        private void settle(final boolean isDurable) {
            final GroupEffect.Persist oldest = held.remove(0);
            if (isDurable) {
                durable = oldest.record();
                group.onPersisted(oldest.token(), nowMs);
            } else {
                group.onPersistFailed(oldest.token(), ErrorCode.COORDINATOR_NOT_AVAILABLE, nowMs);
            }
        }

        private void perform() {
            for (final GroupEffect effect : group.drain()) {
                if (effect instanceof GroupEffect.JoinReply reply) {
                    assertTrue(openJoins.remove(reply.handle()), "join answered twice");
                    onJoined(reply.answer());
                } else if (effect instanceof GroupEffect.SyncReply reply) {
                    assertTrue(openSyncs.remove(reply.handle()), "sync answered twice");
                    onSynced(reply.answer());
                } else if (effect instanceof GroupEffect.Persist persist) {
                    held.add(persist);
                } else if (effect instanceof GroupEffect.Moved moved) {
                    entered.merge(moved.to(), 1, Integer::sum);
                }
            }
        }

        private void onJoined(final JoinAnswer answer) {
            if (answer.error() == ErrorCode.MEMBER_ID_REQUIRED) {
                ids.add(answer.memberId());
            }
            if (answer.error() != ErrorCode.NONE) {
                assertEquals(-1, answer.generation());
                assertTrue(answer.members().isEmpty());
                return;
            }
            ids.add(answer.memberId());
            assertEquals(
                    protocolOf.computeIfAbsent(answer.generation(), generation -> answer.protocolNameOrNull()),
                    answer.protocolNameOrNull(),
                    "one generation speaks one protocol");
            if (!answer.members().isEmpty()) {
                assertEquals(answer.memberId(), answer.leader(), "only the leader learns of the others");
            }
        }

        private void onSynced(final SyncAnswer answer) {
            if (answer.error() == ErrorCode.NONE) {
                final String assignment = GroupScript.string(answer.assignment());
                assertTrue(
                        assignment.isEmpty() || Integer.parseInt(assignment.split("/", -1)[0]) <= group.generation(),
                        assignment);
                // The move to Stable comes with the answers of the same input.
                assertEquals(GroupState.STABLE, group.state(), "assignments only when they hold");
            }
        }

        private void check() {
            assertTrue(group.generation() >= lastGeneration, "the generation fell");
            lastGeneration = group.generation();
            final List<String> members = group.memberIds();
            assertEquals(members.size(), new HashSet<>(members).size());
            if (group.state() == GroupState.EMPTY) {
                assertTrue(members.isEmpty(), "empty with members " + members);
                assertTrue(openJoins.isEmpty(), "a join waits in an empty group");
            }
            if (group.state() != GroupState.PREPARING_REBALANCE && group.state() != GroupState.EMPTY) {
                assertFalse(members.isEmpty(), "no members in " + group.state());
            }
            if (group.state() != GroupState.COMPLETING_REBALANCE) {
                assertTrue(openSyncs.isEmpty(), "a sync waits in " + group.state());
            }
            if (group.state() == GroupState.COMPLETING_REBALANCE) {
                assertTrue(openJoins.isEmpty(), "a join waits while assignments are made");
            }
            for (final GroupEffect.Persist persist : held) {
                assertTrue(persist.record().generation <= group.generation());
            }
        }

        private static void assertKnown(final ErrorCode error) {
            assertTrue(
                    Set.of(
                                    ErrorCode.NONE,
                                    ErrorCode.UNKNOWN_MEMBER_ID,
                                    ErrorCode.ILLEGAL_GENERATION,
                                    ErrorCode.FENCED_INSTANCE_ID,
                                    ErrorCode.REBALANCE_IN_PROGRESS)
                            .contains(error),
                    error.name());
        }

        private MemberIdentity who() {
            return new MemberIdentity(
                    random.nextInt(20) == 0 ? "" : id(), random.nextInt(4) == 0 ? "s" + random.nextInt(3) : null);
        }

        /** Mostly one that is a member. */
        private String id() {
            final List<String> members = group.memberIds();
            return !members.isEmpty() && random.nextInt(5) != 0
                    ? members.get(random.nextInt(members.size()))
                    : ids.get(random.nextInt(ids.size()));
        }

        private int generation() {
            return random.nextInt(8) == 0 ? random.nextInt(4) - 1 : group.generation();
        }
    }
}
