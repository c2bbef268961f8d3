package io.highwater.protocol.transport;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A handler that keeps what it was told. Written on the link's shard, read by the test. */
final class RecordedLink implements LinkHandler {
    volatile Link link;
    volatile String closedReason;
    volatile String refusedReason;
    final AtomicInteger closedCalls = new AtomicInteger();
    volatile boolean pausesAtOpen;
    final AtomicInteger writabilityChanges = new AtomicInteger();
    final AtomicInteger readCompletes = new AtomicInteger();

    /** Frames are kept until taken when true, else their contents are copied and they are released at once. */
    volatile boolean keepsFrames;

    final ConcurrentLinkedQueue<ByteBuf> kept = new ConcurrentLinkedQueue<>();
    final List<byte[]> frames = new CopyOnWriteArrayList<>();

    @Override
    public void onOpen(final Link opened) {
        if (pausesAtOpen) {
            opened.pauseReading();
        }
        link = opened;
    }

    @Override
    public void onFrame(final Link from, final ByteBuf frame) {
        final byte[] bytes = new byte[frame.readableBytes()];
        frame.getBytes(frame.readerIndex(), bytes);
        // Before it is told, so that who waits for the frame finds it among those kept.
        if (keepsFrames) {
            kept.add(frame);
        } else {
            frame.release();
        }
        frames.add(bytes);
    }

    @Override
    public void onReadComplete(final Link from) {
        readCompletes.incrementAndGet();
    }

    @Override
    public void onWritabilityChanged(final Link from) {
        writabilityChanges.incrementAndGet();
    }

    @Override
    public void onRefused(final Link from, final String reason) {
        refusedReason = reason;
    }

    @Override
    public void onClosed(final Link from, final String reason) {
        closedCalls.incrementAndGet();
        closedReason = reason;
    }

    boolean isOpen() {
        return link != null;
    }

    boolean isClosed() {
        return closedReason != null;
    }

    void releaseKept() {
        for (ByteBuf frame = kept.poll(); frame != null; frame = kept.poll()) {
            frame.release();
        }
    }
}
