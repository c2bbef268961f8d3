package io.highwater.protocol.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SeededRandom;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameAssemblerTest implements FrameAssembler.Sink, FrameAccount.Owner {
    private static final int FRAME_BYTES_MAX = 100_000;

    private final SimulatedScheduler scheduler = new SimulatedScheduler(5, new Trace());
    private final Shard shard = scheduler.newShard("shard");
    private final FrameBudget budget = new FrameBudget(200_000, 1_000, scheduler.clock());
    private final FrameAccount account = budget.open(new FrameLimits(FRAME_BYTES_MAX, FRAME_BYTES_MAX), shard, this);
    private FrameAssembler assembler = new FrameAssembler(UnpooledByteBufAllocator.DEFAULT, account, this);
    private final ArrayDeque<ByteBuf> frames = new ArrayDeque<>();
    private String broken;
    private String overrun;
    private boolean pausesAtEachFrame;

    @Test
    void keepsABigFramesSliceOfItsChunkAndCopiesASmallOne() {
        final ByteBuf chunk = Unpooled.directBuffer(2_000, 2_000);
        chunk.writeInt(1_000).writeZero(1_000).writeInt(10).writeZero(10);
        chunk.retain();
        assembler.received(chunk);
        assertEquals(2, frames.size());
        // Our share, and the first frame's.
        assertEquals(2, chunk.refCnt());
        releaseAll();
        assertEquals(1, chunk.refCnt());
        chunk.release();
        assertEquals(0, budget.bytesInFlight());
    }

    @Test
    void readsTheRestOfAHalfFrameStraightIntoIt() {
        assembler.received(Unpooled.directBuffer().writeInt(50_000).writeZero(100));
        final ByteBuf target = assembler.target();
        assertNotNull(target);
        assertEquals(50_000 - 100, target.writableBytes());
        assertEquals(50_000, budget.bytesInFlight());
        target.retain();
        target.writeZero(50_000 - 100);
        assembler.received(target);
        assertEquals(target.memoryAddress(), frames.element().memoryAddress());
        assertNull(assembler.target());
        assertEquals(1, target.refCnt());
        releaseAll();
        assertEquals(0, budget.bytesInFlight());
    }

    /** What is announced is reserved at once, but memory is taken for what comes. */
    @Test
    void growsTheBufferOfALargeFrameWithWhatArrives() {
        final int bytes = 5 * 1024 * 1024;
        final FrameBudget wide = new FrameBudget(64L * 1024 * 1024, 1_000, scheduler.clock());
        final FrameAccount own = wide.open(new FrameLimits(bytes, bytes), shard, this);
        assembler = new FrameAssembler(UnpooledByteBufAllocator.DEFAULT, own, this);
        assembler.received(Unpooled.directBuffer().writeInt(bytes).writeZero(100));
        assertEquals(bytes, wide.bytesInFlight());
        assertEquals(FrameBudget.NORMAL_FRAME_BYTES, assembler.target().capacity());
        int sent = 100;
        while (assembler.target() != null) {
            final ByteBuf target = assembler.target().retain();
            final int now = Math.min(target.writableBytes(), 70_001);
            for (int i = 0; i < now; i++) {
                target.writeByte(sent++ % 251);
            }
            assembler.received(target);
        }
        assertEquals(bytes, sent);
        final ByteBuf frame = frames.element();
        assertEquals(bytes, frame.readableBytes());
        for (int i = 100; i < bytes; i++) {
            assertEquals((byte) (i % 251), frame.getByte(i));
        }
        releaseAll();
        assertEquals(0, wide.bytesInFlight());
        // Half of one, and gone.
        assembler.received(Unpooled.directBuffer().writeInt(bytes).writeZero(100));
        assembler.close();
        assertEquals(0, wide.bytesInFlight());
    }

    /** A transport that looks for the end of a stream delivers all that comes before it, asked or not. */
    @Test
    void holdsWhatComesWhileItIsPausedAndDeliversItLater() {
        pausesAtEachFrame = true;
        final ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 100; i++) {
            stream.writeInt(700);
            for (int at = 0; at < 700; at++) {
                stream.writeByte(i);
            }
        }
        int next = 0;
        while (stream.isReadable()) {
            final int bytes = Math.min(1 + next++ % 90, stream.readableBytes());
            assembler.received(Unpooled.directBuffer(bytes).writeBytes(stream, bytes));
            if (next % 40 == 0) {
                // A frame that is still in use must not move when the buffer that it lies in grows.
                assembler.resume();
            }
        }
        stream.release();
        for (int i = 0; frames.size() < 100; i++) {
            assertTrue(i < 100, "no frame comes");
            assembler.resume();
        }
        int i = 0;
        for (final ByteBuf frame : frames) {
            assertEquals(700, frame.readableBytes());
            for (int at = 0; at < 700; at++) {
                assertEquals(i, frame.getByte(at));
            }
            i++;
        }
        releaseAll();
        assertNull(overrun);
        assertEquals(0, budget.bytesInFlight());
    }

    @Test
    void holdsLittleOfWhatComesWhileItWaitsForMemory() {
        final FrameAccount other = budget.open(new FrameLimits(FRAME_BYTES_MAX, FRAME_BYTES_MAX), shard, this);
        final FrameAssembler full = new FrameAssembler(UnpooledByteBufAllocator.DEFAULT, other, this);
        full.received(Unpooled.directBuffer().writeInt(FRAME_BYTES_MAX).writeZero(100));
        final FrameAccount third = budget.open(new FrameLimits(FRAME_BYTES_MAX, FRAME_BYTES_MAX), shard, this);
        new FrameAssembler(UnpooledByteBufAllocator.DEFAULT, third, this)
                .received(Unpooled.directBuffer().writeInt(FRAME_BYTES_MAX).writeZero(100));
        assembler.received(Unpooled.directBuffer().writeInt(90_000));
        assertTrue(assembler.isBlocked());
        int held = 0;
        while (overrun == null) {
            assertTrue(held <= 65_536, held + " bytes are held");
            assembler.received(Unpooled.directBuffer(4_096).writeZero(4_096));
            held += 4_096;
        }
        assertTrue(held > 60_000, "closed at " + held);
        assertEquals(0, frames.size());
    }

    @Test
    void allocatesNothingForALengthThatIsNotAllowed() {
        assembler.received(Unpooled.directBuffer().writeInt(FRAME_BYTES_MAX + 1).writeZero(9));
        assertNotNull(broken);
        assertEquals(0, budget.bytesInFlight());
        assembler.received(Unpooled.directBuffer().writeInt(1).writeZero(1));
        assertEquals(0, frames.size());
    }

    @Test
    void findsTheSameFramesHoweverTheStreamIsCut() {
        for (int seed = 0; seed < 60; seed++) {
            final SeededRandom random = new SeededRandom(seed);
            pausesAtEachFrame = seed % 3 == 0;
            final List<Integer> sizes = new ArrayList<>();
            final ByteBuf stream = Unpooled.buffer();
            for (int i = 0; i < 30; i++) {
                final int size = random.nextInt(2) == 0 ? random.nextInt(40) : random.nextInt(30_000);
                sizes.add(size);
                stream.writeInt(size);
                for (int b = 0; b < size; b++) {
                    stream.writeByte(size + b);
                }
            }
            final List<Integer> found = new ArrayList<>();
            while (stream.isReadable()) {
                feed(stream, random);
                drain(found, random);
            }
            while (found.size() < sizes.size()) {
                drain(found, random);
                scheduler.runFor(1);
            }
            assertEquals(sizes, found, "seed " + seed);
            assertEquals(0, budget.bytesInFlight(), "seed " + seed);
            assertNull(broken);
        }
    }

    @Test
    void givesEverythingBackWhereverItIsClosed() {
        for (int seed = 0; seed < 60; seed++) {
            final SeededRandom random = new SeededRandom(seed);
            final FrameAccount own = budget.open(account.limits(), shard, this);
            assembler = new FrameAssembler(UnpooledByteBufAllocator.DEFAULT, own, this);
            final ByteBuf stream = Unpooled.buffer();
            for (int i = 0; i < 8; i++) {
                final int size = random.nextInt(60_000);
                stream.writeInt(size).writeZero(size);
            }
            stream.writerIndex(random.nextInt(stream.writerIndex()));
            while (stream.isReadable()) {
                feed(stream, random);
            }
            assembler.close();
            releaseAll();
            scheduler.runFor(2);
            assertEquals(0, budget.bytesInFlight(), "seed " + seed);
            assertEquals(0, budget.waitingLinks(), "seed " + seed);
        }
    }

    /** As a transport does: into the target when there is one, else as a chunk. */
    private void feed(final ByteBuf stream, final SeededRandom random) {
        final ByteBuf target = assembler.target();
        final int most = Math.min(stream.readableBytes(), 1 + random.nextInt(20_000));
        if (target != null) {
            target.retain();
            target.writeBytes(stream, Math.min(most, target.writableBytes()));
            assembler.received(target);
        } else {
            assembler.received(Unpooled.directBuffer(most, most).writeBytes(stream, most));
        }
    }

    private void drain(final List<Integer> found, final SeededRandom random) {
        for (int keep = random.nextInt(3); frames.size() > keep || (keep > 0 && random.nextInt(4) == 0); ) {
            final ByteBuf frame = frames.poll();
            if (frame == null) {
                break;
            }
            found.add(frame.readableBytes());
            for (int b = 0; b < frame.readableBytes(); b++) {
                assertEquals((byte) (frame.readableBytes() + b), frame.getByte(frame.readerIndex() + b));
            }
            frame.release();
        }
        if (random.nextInt(2) == 0) {
            assembler.resume();
        }
        scheduler.runFor(1);
    }

    private void releaseAll() {
        while (!frames.isEmpty()) {
            assertTrue(frames.remove().release());
        }
    }

    @Override
    public void onFrame(final ByteBuf frame) {
        frames.add(frame);
        if (pausesAtEachFrame) {
            assembler.pause();
        }
    }

    @Override
    public void onBroken(final String reason) {
        broken = reason;
        assembler.close();
    }

    @Override
    public void onOverrun(final String reason) {
        overrun = reason;
    }

    @Override
    public void onMemory() {
        assembler.pump();
    }

    @Override
    public void onCut(final String reason) {
        throw new AssertionError(reason);
    }
}
