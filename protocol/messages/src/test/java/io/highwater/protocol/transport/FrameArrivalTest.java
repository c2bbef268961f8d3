package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Looks every 7,500 ms, as a server's links are looked at, at a link whose bytes the test brings. */
class FrameArrivalTest implements FrameAssembler.Sink, FrameAccount.Owner {
    private static final TransportOptions OPTIONS = TransportOptions.server(1);
    private static final long LOOK_MS = LinkActivity.lookIntervalMs(OPTIONS);
    private static final int FRAME_BYTES_MAX = 100 << 20;

    private final SimulatedScheduler scheduler = new SimulatedScheduler(5, new Trace());
    private final FrameBudget budget = new FrameBudget(200 << 20, 1_000, scheduler.clock());
    private final FrameAssembler assembler = new FrameAssembler(
            UnpooledByteBufAllocator.DEFAULT,
            budget.open(new FrameLimits(FRAME_BYTES_MAX, FRAME_BYTES_MAX), scheduler.newShard("shard"), this),
            this);
    private FrameArrival arrival = new FrameArrival(OPTIONS, assembler, 0);
    private long nowMs;
    private long received;
    private int frames;

    @Test
    void aLinkThatBringsNothingHasTheTimeoutAndNotMore() {
        assertNull(lookUntil(29_999));
        assertEquals("nothing came for 30000 ms after it was opened", lookUntil(30_000));
        assertFalse(arrival.isHalf());
    }

    @Test
    void theFirstFrameCountsFromTheBeginOfTheLink() {
        assertNull(lookUntil(28_000));
        bring(Unpooled.buffer().writeInt(100).writeZero(50));
        assertEquals("a frame that had begun brought 54 bytes in 30000 ms", lookUntil(30_000));
        assertTrue(arrival.isHalf());
    }

    @Test
    void aSingleByteOfALengthIsABegunFrame() {
        bringFrame(10);
        assertNull(lookUntil(60_000));
        bring(Unpooled.buffer().writeByte(0));
        assertNull(lookUntil(89_000));
        assertNotNull(lookUntil(105_000));
        assertTrue(arrival.isHalf());
    }

    @Test
    void aFrameThatBringsAByteASecondEndsItsLinkWithinOneAndAHalfTimeouts() {
        bringFrame(10);
        bring(Unpooled.buffer().writeInt(1_000));
        long endedMs = 0;
        while (endedMs == 0 && nowMs < 600_000) {
            bring(Unpooled.buffer().writeByte(1));
            endedMs = lookUntil(nowMs + 1_000) == null ? 0 : nowMs;
        }
        assertTrue(endedMs >= 30_000 && endedMs <= 45_000, "after " + endedMs + " ms");
    }

    /** 100 MiB at 4,000 bytes a second take seven hours. */
    @Test
    void aLargeFrameOverASlowLinkArrives() {
        bring(Unpooled.buffer().writeInt(FRAME_BYTES_MAX));
        while (frames == 0) {
            final int left = (int) (FRAME_BYTES_MAX + Integer.BYTES - received);
            bring(Unpooled.buffer().writeZero(Math.min(left, (int) LOOK_MS * 4)));
            assertNull(lookUntil(nowMs + LOOK_MS));
        }
        assertTrue(nowMs > TimeUnit.HOURS.toMillis(7));
    }

    /** What it brought before buys it no time: it would hold its memory for hours. */
    @Test
    void aFrameOfWhichMuchHasComeMayNotStopEither() {
        bring(Unpooled.buffer().writeInt(FRAME_BYTES_MAX).writeZero(50 << 20));
        assertNull(lookUntil(30_000));
        assertNotNull(lookUntil(45_000));
    }

    @Test
    void aHalfFrameAtEachLookIsNoFaultWhileFramesEnd() {
        bring(Unpooled.buffer().writeInt(100).writeZero(50));
        for (int i = 0; i < 50; i++) {
            assertNull(lookUntil(nowMs + LOOK_MS));
            bring(Unpooled.buffer().writeZero(50).writeInt(100).writeZero(50));
        }
    }

    @Test
    void aFrameIsNotOlderThanTheLookThatFirstSawIt() {
        bringFrame(10);
        assertNull(lookUntil(600_000));
        // Between two looks, and nearer to the next.
        nowMs += 7_000;
        bring(Unpooled.buffer().writeInt(100).writeZero(50));
        final long begunMs = nowMs;
        assertNull(lookUntil(begunMs + 29_999));
    }

    @Test
    void timePassesOnlyWhileTheLinkIsRead() {
        bringFrame(10);
        bring(Unpooled.buffer().writeInt(100).writeZero(50));
        assertNull(lookUntil(20_000));
        assembler.pause();
        assertNull(lookUntil(600_000));
        assembler.resume();
        assertNull(lookUntil(629_999));
        assertNotNull(lookUntil(645_000));
    }

    @Test
    void withoutATimeoutThereIsNone() {
        arrival = new FrameArrival(OPTIONS.withReceiveTimeout(0), assembler, 0);
        bring(Unpooled.buffer().writeInt(100).writeZero(50));
        assertNull(lookUntil(TimeUnit.DAYS.toMillis(1)));
    }

    @Test
    void theLongestTimeoutIsOne() {
        arrival = new FrameArrival(OPTIONS.withReceiveTimeout(Long.MAX_VALUE), assembler, 0);
        bring(Unpooled.buffer().writeInt(100).writeZero(50));
        assertNull(lookUntil(TimeUnit.DAYS.toMillis(1)));
    }

    private void bringFrame(final int bytes) {
        bring(Unpooled.buffer().writeInt(bytes).writeZero(bytes));
    }

    private void bring(final ByteBuf bytes) {
        received += bytes.readableBytes();
        assembler.received(bytes);
    }

    /** Lets time pass up to then, with a look each interval and one at the end; the first verdict ends it. */
    private String lookUntil(final long untilMs) {
        String verdict = null;
        while (verdict == null && nowMs < untilMs) {
            nowMs = Math.min(untilMs, nowMs - nowMs % LOOK_MS + LOOK_MS);
            verdict = arrival.look(TimeUnit.MILLISECONDS.toNanos(nowMs), received);
        }
        return verdict;
    }

    @Override
    public void onFrame(final ByteBuf frame) {
        frames++;
        frame.release();
    }

    @Override
    public void onBroken(final String reason) {
        throw new AssertionError(reason);
    }

    @Override
    public void onOverrun(final String reason) {
        throw new AssertionError(reason);
    }

    @Override
    public void onMemory() {}

    @Override
    public void onCut(final String reason) {}
}
