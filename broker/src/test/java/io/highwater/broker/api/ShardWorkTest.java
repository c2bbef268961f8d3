package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShardWorkTest {
    private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
    private final List<String> events = new ArrayList<>();

    /** Aim: a fault on one shard neither loses the answer nor the other parts. */
    @Test
    void aPartThatMeetsAFaultAnswersForItselfAndTheRestGoesOn() {
        final Shard one = scheduler.newShard("one");
        final Shard other = scheduler.newShard("other");
        final ShardWork work = new ShardWork();
        work.add(
                one,
                () -> {
                    throw new IllegalStateException("planted");
                },
                () -> events.add("faulty part"));
        work.add(one, () -> events.add("next part"), () -> events.add("wrong"));
        work.add(other, turn -> events.add("other shard"));
        work.run(new ShardTurns(new ShardAgendas(scheduler.clock())), () -> events.add("done"));
        scheduler.runFor(10);
        assertEquals("done", events.get(3));
        assertEquals(
                List.of("faulty part", "next part", "other shard"),
                events.subList(0, 3).stream().sorted().toList());
    }
}
