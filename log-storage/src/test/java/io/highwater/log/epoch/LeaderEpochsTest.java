package io.highwater.log.epoch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.log.epoch.LeaderEpochs.EpochStart;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LeaderEpochsTest {
    private int changes;
    private final LeaderEpochs epochs = new LeaderEpochs(List.of(), () -> 100, () -> changes++);

    @Test
    void answersWithTheLargestKnownEpochAtOrBelow() {
        epochs.assign(2, 10);
        epochs.assign(5, 40);
        epochs.assign(6, 70);
        assertEquals(new EpochEnd(6, 100), epochs.endOffsetFor(6));
        assertEquals(new EpochEnd(5, 70), epochs.endOffsetFor(5));
        assertEquals(new EpochEnd(2, 40), epochs.endOffsetFor(4));
        assertEquals(new EpochEnd(2, 40), epochs.endOffsetFor(2));
        assertEquals(new EpochEnd(1, 10), epochs.endOffsetFor(1));
        assertEquals(EpochEnd.UNKNOWN, epochs.endOffsetFor(7));
        assertEquals(EpochEnd.UNKNOWN, epochs.endOffsetFor(-1));
        assertEquals(2, epochs.epochAt(39));
        assertEquals(5, epochs.epochAt(40));
        assertEquals(-1, epochs.epochAt(9));
    }

    @Test
    void knowsNothingAtFirst() {
        assertEquals(-1, epochs.latest());
        assertEquals(EpochEnd.UNKNOWN, epochs.endOffsetFor(0));
    }

    @Test
    void epochsOnlyRise() {
        epochs.assign(5, 40);
        epochs.assign(5, 50);
        epochs.assign(3, 60);
        assertEquals(List.of(new EpochStart(5, 40)), epochs.starts());
        assertEquals(1, changes);
    }

    @Test
    void anEpochWithoutARecordIsReplaced() {
        epochs.assign(5, 40);
        epochs.assign(6, 40);
        assertEquals(List.of(new EpochStart(6, 40)), epochs.starts());
    }

    @Test
    void aCutForgetsWhatBeganBeyondIt() {
        epochs.assign(1, 0);
        epochs.assign(2, 50);
        epochs.truncateTo(50);
        assertEquals(List.of(new EpochStart(1, 0)), epochs.starts());
    }

    @Test
    void aRaisedStartKeepsTheEpochInForce() {
        epochs.assign(1, 0);
        epochs.assign(2, 50);
        epochs.assign(3, 80);
        epochs.trimTo(60);
        assertEquals(List.of(new EpochStart(2, 60), new EpochStart(3, 80)), epochs.starts());
        epochs.trimTo(80);
        assertEquals(List.of(new EpochStart(3, 80)), epochs.starts());
        epochs.trimTo(100);
        assertEquals(List.of(new EpochStart(3, 100)), epochs.starts());
    }
}
