package io.highwater.protocol.transport;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A handler that keeps what it was told. Written on the link's shard, read by the test. */
final class RecordedLink implements LinkHandler {
    volatile Link link;
    volatile String closedReason;
    volatile int closedCalls;
    volatile boolean pausesAtOpen;
    volatile int writabilityChanges;
    volatile int readCompletes;

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
        frames.add(bytes);
        if (keepsFrames) {
            kept.add(frame);
        } else {
            frame.release();
        }
    }

    @Override
    public void onReadComplete(final Link from) {
        readCompletes++;
    }

    @Override
    public void onWritabilityChanged(final Link from) {
        writabilityChanges++;
    }

    @Override
    public void onClosed(final Link from, final String reason) {
        closedCalls++;
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
