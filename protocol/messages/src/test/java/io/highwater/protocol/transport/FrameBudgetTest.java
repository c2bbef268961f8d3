package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameBudgetTest {
    private static final int BYTES = 1_600_000;
    private static final int GENERAL = 1_500_000;
    private static final int PATIENCE_MS = 500;

    private final SimulatedScheduler scheduler = new SimulatedScheduler(3, new Trace());
    private final Shard shard = scheduler.newShard("shard");
    private final FrameBudget budget = new FrameBudget(BYTES, PATIENCE_MS, scheduler.clock());

    @Test
    void keepsASixteenthForSmallFrames() {
        assertEquals(GENERAL, budget.frameBytesMax());
        final End big = new End(BYTES);
        assertTrue(big.reserve(GENERAL));
        assertFalse(new End(BYTES).reserve(FrameBudget.SMALL_FRAME_BYTES + 1));
        final End small = new End(BYTES);
        for (int i = 0; i < 100_000 / FrameBudget.SMALL_FRAME_BYTES; i++) {
            assertTrue(small.reserve(FrameBudget.SMALL_FRAME_BYTES));
        }
        assertFalse(small.reserve(FrameBudget.SMALL_FRAME_BYTES));
        small.releaseOne();
        scheduler.runFor(1);
        assertEquals(1, small.memoryCalls);
        assertTrue(small.reserve(FrameBudget.SMALL_FRAME_BYTES));
    }

    /** A hundred links that announce what only one of them can have do not hold up what clients send by default. */
    @Test
    void letsFramesOfTheUsualSizePassWhileLargeOnesWait() {
        final int mib = 1024 * 1024;
        final FrameBudget wide = new FrameBudget(128 * mib, PATIENCE_MS, scheduler.clock());
        assertEquals((128 - 1 - 8) * mib, wide.frameBytesMax());
        assertTrue(new End(wide, 128 * mib).reserve(100 * mib));
        final End large = new End(wide, 128 * mib);
        assertFalse(large.reserve(100 * mib));
        final End normal = new End(wide, 128 * mib);
        for (int i = 0; i < 7; i++) {
            assertTrue(normal.reserve(FrameBudget.NORMAL_FRAME_BYTES));
        }
        // The reserve is used up; the rest of the general pool is for the one that asked first.
        assertFalse(normal.reserve(FrameBudget.NORMAL_FRAME_BYTES));
        assertTrue(new End(wide, 128 * mib).reserve(FrameBudget.SMALL_FRAME_BYTES));
        normal.releaseOne();
        scheduler.runFor(1);
        assertTrue(normal.reserve(FrameBudget.NORMAL_FRAME_BYTES));
        large.account.close();
        for (int i = 0; i < 10; i++) {
            assertTrue(normal.reserve(FrameBudget.NORMAL_FRAME_BYTES));
        }
    }

    @Test
    void servesInTheOrderOfAskingEvenWhenALaterOneWouldFit() {
        final End holder = new End(BYTES);
        assertTrue(holder.reserve(1_400_000));
        final End first = new End(BYTES);
        final End second = new End(BYTES);
        assertFalse(first.reserve(1_000_000));
        assertFalse(second.reserve(50_000));
        assertEquals(2, budget.waitingLinks());
        holder.releaseOne();
        scheduler.runFor(1);
        assertEquals(1, first.memoryCalls);
        assertEquals(1, second.memoryCalls);
        assertTrue(first.reserve(1_000_000));
        assertTrue(second.reserve(50_000));
        assertEquals(1_050_000, budget.bytesInFlight());
    }

    @Test
    void holdsALinkToItsShareButLetsASingleFrameExceedIt() {
        final End link = new End(100_000);
        assertTrue(link.reserve(300_000));
        assertFalse(link.reserve(10));
        link.releaseOne();
        scheduler.runFor(1);
        assertEquals(1, link.memoryCalls);
        assertTrue(link.reserve(60_000));
        assertTrue(link.reserve(40_000));
        assertFalse(link.reserve(1));
        assertEquals(0, budget.waitingLinks());
    }

    @Test
    void takesBackWhatAClosedLinkWasGrantedOrWaitedFor() {
        final End holder = new End(BYTES);
        assertTrue(holder.reserve(GENERAL));
        final End first = new End(BYTES);
        final End second = new End(BYTES);
        assertFalse(first.reserve(1_000_000));
        assertFalse(second.reserve(1_000_000));
        first.account.close();
        assertEquals(1, budget.waitingLinks());
        holder.releaseOne();
        // Granted, but closed before it heard of it.
        second.account.close();
        scheduler.runFor(1);
        assertEquals(0, second.memoryCalls);
        assertEquals(0, budget.bytesInFlight());
    }

    @Test
    void cutsTheOldestHalfFramesBeyondPatienceWhileSomebodyWaits() {
        final List<End> halves = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            final End half = new End(BYTES);
            assertTrue(half.reserve(500_000));
            half.account.halfFrameBegun(500_000);
            halves.add(half);
            scheduler.runFor(10);
        }
        scheduler.runFor(10 * PATIENCE_MS);
        assertTrue(halves.stream().allMatch(half -> half.cut == null), "nobody waits");
        final End waiter = new End(BYTES);
        assertFalse(waiter.reserve(900_000));
        scheduler.runFor(PATIENCE_MS + 1);
        assertTrue(halves.get(0).cut.contains("kept others waiting"), halves.get(0).cut);
        assertTrue(halves.get(1).cut != null);
        assertEquals(null, halves.get(2).cut);
        assertEquals(1, waiter.memoryCalls);
    }

    @Test
    void doesNotCutAHalfFrameThatHasBecomeWhole() {
        final End half = new End(BYTES);
        assertTrue(half.reserve(GENERAL));
        half.account.halfFrameBegun(GENERAL);
        assertFalse(new End(BYTES).reserve(900_000));
        scheduler.runFor(PATIENCE_MS - 10);
        half.account.halfFrameEnded();
        scheduler.runFor(10 * PATIENCE_MS);
        assertEquals(null, half.cut);
    }

    @Test
    void refusesAFrameThatCouldNeverBeReserved() {
        budget.requireFits(new FrameLimits(GENERAL, 1));
        assertThrows(IllegalArgumentException.class, () -> budget.requireFits(new FrameLimits(GENERAL + 1, 1)));
    }

    /** One link's account, and what it was told. */
    private final class End implements FrameAccount.Owner {
        int memoryCalls;
        String cut;
        final FrameAccount account;
        private final List<Integer> held = new ArrayList<>();
        private final List<Integer> pools = new ArrayList<>();

        End(final long connectionBytesMax) {
            this(budget, connectionBytesMax);
        }

        End(final FrameBudget of, final long connectionBytesMax) {
            account = of.open(new FrameLimits(Math.toIntExact(of.frameBytesMax()), connectionBytesMax), shard, this);
        }

        boolean reserve(final int bytes) {
            final boolean granted = account.reserve(bytes);
            if (granted) {
                held.add(bytes);
                pools.add(account.takeGrant());
            }
            return granted;
        }

        void releaseOne() {
            account.release(held.remove(0), pools.remove(0));
        }

        @Override
        public void onMemory() {
            memoryCalls++;
        }

        @Override
        public void onCut(final String reason) {
            cut = reason;
            account.close();
            releaseOne();
        }
    }
}
