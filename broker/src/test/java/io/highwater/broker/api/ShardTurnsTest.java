package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** In what order and for how long a shard works for several connections. Time passes only where a part says so. */
final class ShardTurnsTest {
    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(ShardAgenda.SLICE_MS);
    private static final long PART_NS = SLICE_NS / 2 + 1;
    private static final long PIECE_NS = 200_000;
    private static final int CONNECTIONS = 8;

    private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
    private final Shard shard = scheduler.newShard("shard");
    private final List<String> events = new ArrayList<>();

    /** Pieces done of each part that stops half-way. */
    private final Map<String, Integer> pieces = new LinkedHashMap<>();

    /** What parts keep between turns, in bytes. */
    private long kept;

    private long nowNs;

    private final ShardAgendas agendas = new ShardAgendas(new Clock() {
        @Override
        public long wallMs() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long monotonicNs() {
            return nowNs;
        }
    });

    private final List<ShardTurns> connections = new ArrayList<>();

    ShardTurnsTest() {
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(new ShardTurns(agendas));
        }
    }

    @Test
    void othersHaveATurnAfterASliceAndTheOrderOfAConnectionStays() {
        final ShardTurns costly = connections.get(0);
        shard.execute(() -> {
            costly.run(shard, parts("a", 5));
            connections.get(1).run(shard, parts("b", 1));
            costly.run(shard, parts("c", 1));
        });
        scheduler.runFor(10);
        assertEquals(List.of("a0", "a1", "b0", "a2", "a3", "a4", "c0"), events);
    }

    @Test
    void whatAPartAsksForComesAfterTheOthers() {
        final ShardTurns turns = connections.get(0);
        shard.execute(() -> turns.run(
                shard,
                List.of(
                        turn -> {
                            turns.run(shard, parts("later", 1));
                            return events.add("first");
                        },
                        turn -> events.add("second"))));
        scheduler.runFor(10);
        assertEquals(List.of("first", "second", "later0"), events);
    }

    @Test
    void aPartThatIsNotDoneGoesOnBeforeWhatItsConnectionAskedForAfterIt() {
        shard.execute(() -> {
            connections.get(0).run(shard, List.of(lasting("long", 60, 1), turn -> events.add("same request")));
            connections.get(0).run(shard, List.of(turn -> events.add("next request")));
            connections.get(1).run(shard, List.of(turn -> events.add("other connection")));
        });
        scheduler.runFor(10);
        assertEquals(List.of("other connection", "long", "same request", "next request"), events);
    }

    /** Aim: however many send costly work, a round of the event loop is little more than one slice, and all get on alike. */
    @Test
    void allThatWaitsSharesOneSliceOfEachRound() {
        shard.execute(() -> {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.get(i).run(shard, List.of(lasting("part " + i, 400, 1)));
            }
        });
        long before = nowNs;
        assertTrue(scheduler.runNext());
        final long burstNs = nowNs - before;
        assertTrue(
                burstNs <= SLICE_NS + CONNECTIONS * (ShardAgenda.CROWDED_NS + PIECE_NS), "the burst took " + burstNs);
        int rounds = 0;
        while (events.isEmpty()) {
            before = nowNs;
            assertTrue(scheduler.runNext());
            assertTrue(nowNs - before <= SLICE_NS + PIECE_NS, "a round took " + (nowNs - before));
            rounds++;
            // The first one had a slice of its own before.
            final int least = pieces.values().stream().reduce(Integer.MAX_VALUE, Math::min);
            final int most = pieces.values().stream().skip(1).reduce(0, Math::max);
            assertTrue(most - least <= 2 * ShardAgenda.TURN_NS / PIECE_NS, "uneven: " + pieces);
        }
        assertTrue(rounds > 100, rounds + " rounds");
        scheduler.runFor(10);
        assertEquals(CONNECTIONS, events.size());
    }

    @Test
    void aBurstSharesASliceEvenWhenNothingIsLeftOverOfEachRequest() {
        shard.execute(() -> {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.get(i).run(shard, List.of(lasting("part " + i, 20, 1)));
            }
        });
        assertTrue(scheduler.runNext());
        assertTrue(nowNs <= SLICE_NS + CONNECTIONS * (ShardAgenda.CROWDED_NS + PIECE_NS), "the burst took " + nowNs);
        scheduler.runFor(10);
        assertEquals(CONNECTIONS, events.size());
        // A quiet shard gives a whole slice again.
        shard.execute(() -> connections.get(0).run(shard, List.of(lasting("late", 20, 1))));
        assertTrue(scheduler.runNext());
        assertEquals("late", events.get(CONNECTIONS));
    }

    @Test
    void littleWorkGoesBeforeAllThatWaits() {
        shard.execute(() -> connections.get(0).run(shard, List.of(lasting("long", 400, 1))));
        assertTrue(scheduler.runNext());
        for (int round = 1; round <= 5; round++) {
            final int done = 2 * round;
            // By the timer, as the slices: their order is drawn.
            shard.schedule(
                    () -> {
                        connections.get(1).run(shard, List.of(turn -> events.add("a"), turn -> events.add("b")));
                        assertEquals(done, events.size());
                    },
                    0);
            while (events.size() < done) {
                assertTrue(scheduler.runNext());
            }
        }
        scheduler.runFor(10);
        assertEquals(11, events.size());
        assertEquals("long", events.get(10));
    }

    /** Aim: memory that is kept is bounded, and whoever waits for it gets it in the order of asking. */
    @Test
    void partsThatMayNotKeepMemoryBeginAnewWhenOthersAreDone() {
        final long third = ShardAgenda.KEPT_BYTES_MAX / 3;
        final long[] keptMax = new long[1];
        shard.execute(() -> {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.get(i).run(shard, List.of(lasting("part " + i, 100, third)));
            }
            keptMax[0] = kept;
        });
        while (scheduler.runNext()) {
            keptMax[0] = Math.max(keptMax[0], kept);
        }
        assertEquals(3 * third, keptMax[0]);
        assertEquals(0, kept);
        assertEquals(CONNECTIONS, events.size());
        assertEquals(
                List.of("part 3", "part 4", "part 5"),
                events.subList(3, 6).stream().sorted().toList());
    }

    /** Aim: whoever wants little does not wait behind those that want much. */
    @Test
    void aPartThatKeepsLittleDoesNotWaitForTheMemoryOfOthers() {
        final long much = ShardAgenda.KEPT_BYTES_MAX;
        shard.execute(() -> {
            for (int i = 0; i < CONNECTIONS - 1; i++) {
                connections.get(i).run(shard, List.of(lasting("much " + i, 100, much)));
            }
            connections.get(CONNECTIONS - 1).run(shard, List.of(lasting("little", 100, ShardAgenda.SMALL_BYTES)));
        });
        scheduler.runFor(1_000);
        assertEquals(CONNECTIONS, events.size());
        assertTrue(events.indexOf("little") <= 1, events.toString());
    }

    @Test
    void aPartThatTakesMoreThanAllMemoryKeepsItAlone() {
        final long huge = ShardAgenda.KEPT_BYTES_MAX + 1;
        final long[] keptMax = new long[1];
        shard.execute(() -> {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.get(i).run(shard, List.of(lasting("part " + i, 100, huge)));
            }
        });
        while (scheduler.runNext()) {
            keptMax[0] = Math.max(keptMax[0], kept);
        }
        assertEquals(huge, keptMax[0]);
        assertEquals(CONNECTIONS, events.size());
    }

    @Test
    void aFaultDoesNotHoldUpWhatFollows() {
        final ShardTurns turns = connections.get(0);
        shard.execute(() -> assertThrows(
                IllegalStateException.class,
                () -> turns.run(
                        shard,
                        List.of(
                                turn -> {
                                    throw new IllegalStateException("planted");
                                },
                                turn -> events.add("next")))));
        scheduler.runFor(10);
        assertEquals(List.of("next"), events);
    }

    @Test
    void aFaultHalfWayGivesTheMemoryToTheNext() {
        final long huge = ShardAgenda.KEPT_BYTES_MAX;
        shard.execute(() -> {
            connections.get(0).run(shard, List.of(faulty(huge), turn -> events.add("next")));
            connections.get(1).run(shard, List.of(lasting("other", 100, huge)));
        });
        assertThrows(IllegalStateException.class, () -> scheduler.runFor(10));
        scheduler.runFor(10);
        assertEquals(List.of("next", "other"), events);
    }

    private List<ShardPart> parts(final String name, final int count) {
        final List<ShardPart> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final String event = name + i;
            parts.add(turn -> {
                nowNs += PART_NS;
                return events.add(event);
            });
        }
        return parts;
    }

    /** Works piece by piece, and forgets what it did when it may not keep it. */
    private ShardPart lasting(final String name, final int pieceCount, final long bytes) {
        pieces.put(name, 0);
        return turn -> {
            final boolean isKept = pieces.get(name) > 0;
            do {
                nowNs += PIECE_NS;
                if (pieces.merge(name, 1, Integer::sum) == pieceCount) {
                    kept -= isKept ? bytes : 0;
                    return events.add(name);
                }
            } while (!turn.isOver());
            if (turn.mayKeep(bytes)) {
                kept += isKept ? 0 : bytes;
            } else {
                pieces.put(name, 0);
            }
            return false;
        };
    }

    private ShardPart faulty(final long bytes) {
        return turn -> {
            if (pieces.merge("faulty", 1, Integer::sum) == 3) {
                throw new IllegalStateException("planted");
            }
            nowNs += SLICE_NS;
            assertTrue(turn.isOver());
            assertTrue(turn.mayKeep(bytes));
            return false;
        };
    }
}
