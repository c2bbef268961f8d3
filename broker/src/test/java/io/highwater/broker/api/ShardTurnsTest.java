package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ShardTurnsTest {
    private static final long PART_NS = TimeUnit.MILLISECONDS.toNanos(ShardTurns.SLICE_MS) / 2 + 1;

    private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
    private final Shard shard = scheduler.newShard("shard");
    private final List<String> events = new ArrayList<>();
    private long nowNs;

    private final Clock clock = new Clock() {
        @Override
        public long wallMs() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long monotonicNs() {
            return nowNs;
        }
    };

    @Test
    void othersHaveATurnAfterASliceAndTheOrderOfAConnectionStays() {
        final ShardTurns costly = new ShardTurns(clock);
        final ShardTurns other = new ShardTurns(clock);
        shard.execute(() -> {
            costly.run(shard, parts("a", 5));
            other.run(shard, parts("b", 1));
            costly.run(shard, parts("c", 1));
        });
        scheduler.runFor(10);
        assertEquals(List.of("a0", "a1", "b0", "a2", "a3", "a4", "c0"), events);
    }

    @Test
    void whatAPartAsksForComesAfterTheOthers() {
        final ShardTurns turns = new ShardTurns(clock);
        shard.execute(() -> turns.run(
                shard,
                List.of(
                        () -> {
                            turns.run(shard, parts("later", 1));
                            events.add("first");
                        },
                        () -> events.add("second"))));
        scheduler.runFor(10);
        assertEquals(List.of("first", "second", "later0"), events);
    }

    @Test
    void aFaultDoesNotHoldUpWhatFollows() {
        final ShardTurns turns = new ShardTurns(clock);
        shard.execute(() -> assertThrows(
                IllegalStateException.class,
                () -> turns.run(
                        shard,
                        List.of(
                                () -> {
                                    throw new IllegalStateException("planted");
                                },
                                () -> events.add("next")))));
        scheduler.runFor(10);
        assertEquals(List.of("next"), events);
    }

    private List<Runnable> parts(final String name, final int count) {
        final List<Runnable> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final String event = name + i;
            parts.add(() -> {
                nowNs += PART_NS;
                events.add(event);
            });
        }
        return parts;
    }
}
