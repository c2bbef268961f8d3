package io.highwater.protocol.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Cuts a stream of bytes into frames. A frame on the wire, big-endian:
 *
 * <pre>
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |           Length of what follows (int32, not negative)        |
 *     +---------------------------------------------------------------+
 *   4 |                           Frame ...
 * </pre>
 *
 * <p>The length is checked and reserved before anything is allocated. A frame that lies in one received chunk becomes a
 * slice of it when it fills a good part of that chunk (so that a small frame never pins a big chunk), else a copy. A
 * frame that does not gets a buffer of its own, and the transport reads the rest straight into it ({@link #target}): of its
 * size, unless that is large. Then the buffer grows with what arrives, as 100 MiB are soon announced, but not soon made.
 *
 * <p>Confined to the link's shard. Knows neither sockets nor time.
 */
final class FrameAssembler {
    /** Where frames go. */
    interface Sink {
        /** Ownership passes. */
        void onFrame(ByteBuf frame);

        /** The stream is not one of frames, or has to end; nothing more is delivered. */
        void onBroken(String reason);

        /** The peer has ended its side, and what it had sent before is too much to be held; nothing more is delivered. */
        void onOverrun(String reason);
    }

    /** A transport that reads on while the link is blocked, to find the end of the stream, finds no more than a socket holds. */
    private static final int READ_ON_BYTES_MAX = 8 << 20;

    /** The same while memory is short. */
    private static final int READ_ON_BYTES_SHORT = 64 << 10;

    /** A slice may pin a chunk of at most so many times its size. */
    private static final int PINNED_FACTOR_MAX = 4;

    private static final int LENGTH_BYTES = Integer.BYTES;

    /** Nothing has been seen of the next frame's body; its prefix may have arrived in part. */
    private static final int IN_PREFIX = 0;
    /** The length is known and waits for memory. */
    private static final int IN_RESERVATION = 1;
    /** The frame has its buffer and is being filled. */
    private static final int IN_BODY = 2;

    private static final int BROKEN = 3;

    private int state = IN_PREFIX;
    private int prefix;
    private int prefixBytes;

    /** Frames that are over: delivered. */
    private long framesEnded;

    /** Received and not yet looked at; null when there is nothing. */
    private ByteBuf input;

    /** The {@link #input} when it was joined of several chunks, else null. */
    private ByteBuf joined;

    /** The memory of the frame being filled, while in its body; the account has the grant for all of it. */
    private ByteBuf half;

    private boolean paused;

    /** True while frames are being delivered: the sink may pause, resume or close from inside. */
    private boolean pumping;

    private final ByteBufAllocator allocator;
    private final FrameAccount account;
    private final int maxFrameBytes;
    private final Sink sink;

    FrameAssembler(final ByteBufAllocator allocator, final FrameAccount account, final Sink sink) {
        this.allocator = allocator;
        this.account = account;
        this.maxFrameBytes = account.limits().maxFrameBytes();
        this.sink = sink;
    }

    /** The buffer that the next bytes of the stream go into; null when they are to come as a chunk. */
    ByteBuf target() {
        return state == IN_BODY && input == null && half.isWritable() ? half : null;
    }

    /** How many bytes would complete what has to be known before the next reservation. */
    int prefixBytesMissing() {
        return LENGTH_BYTES - prefixBytes;
    }

    /** Frames delivered so far. */
    long framesEnded() {
        return framesEnded;
    }

    /** True when a part of a frame has arrived, be it of its length, and there is room for the rest. */
    boolean isHalfArrived() {
        return state == IN_BODY || state == IN_PREFIX && prefixBytes > 0;
    }

    /** True when nothing can be done with more bytes now. */
    boolean isBlocked() {
        return paused || state == IN_RESERVATION || state == BROKEN;
    }

    /** True inside a call of the sink. */
    boolean isPumping() {
        return pumping;
    }

    /** Takes bytes of the stream, and with them the ownership of their buffer; {@link #target} itself is one too. */
    @SuppressWarnings("ReferenceEquality") // The very buffer that was handed out, not one of the same content.
    void received(final ByteBuf chunk) {
        if (chunk == half || state == BROKEN) {
            // Of a target, this is the share that the reader took; the other one is ours.
            chunk.release();
        } else if (input == null) {
            input = chunk;
        } else if (input.readableBytes() + chunk.readableBytes()
                > (account.isMemoryShort() ? READ_ON_BYTES_SHORT : READ_ON_BYTES_MAX)) {
            chunk.release();
            close();
            sink.onOverrun("the peer has ended, and there is no memory for all that it had sent before");
        } else {
            // Only when a transport had to read on while blocked, as at the end of a stream.
            input = join(input, chunk);
        }
        pump();
    }

    /** Delivers no frame until {@link #resume}. */
    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        pump();
    }

    /** Delivers what can be delivered. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            boolean going = true;
            while (going && !paused) {
                going = step();
            }
        } finally {
            pumping = false;
        }
        if (input != null && (state == BROKEN || !input.isReadable())) {
            dropInput();
        }
    }

    /** Gives up everything that has not been delivered. */
    void close() {
        state = BROKEN;
        if (half != null) {
            half.release();
            half = null;
        }
        if (!pumping) {
            dropInput();
        }
        account.close();
    }

    private boolean step() {
        return switch (state) {
            case IN_PREFIX -> readPrefix();
            case IN_RESERVATION -> reserve();
            case IN_BODY -> readBody();
            default -> false;
        };
    }

    private boolean readPrefix() {
        if (input == null) {
            return false;
        }
        while (prefixBytes < LENGTH_BYTES && input.isReadable()) {
            prefix = (prefix << Byte.SIZE) | (input.readByte() & 0xFF);
            prefixBytes++;
        }
        if (prefixBytes < LENGTH_BYTES) {
            return false;
        }
        if (prefix < 0 || prefix > maxFrameBytes) {
            state = BROKEN;
            sink.onBroken("a frame of " + prefix + " bytes, at most " + maxFrameBytes + " are allowed");
            return false;
        }
        state = IN_RESERVATION;
        return true;
    }

    private boolean reserve() {
        if (!account.reserve(prefix)) {
            return false;
        }
        final int arrived = input == null ? 0 : input.readableBytes();
        if (arrived >= prefix) {
            final ByteBuf frame = wholeFrame();
            beginPrefix();
            sink.onFrame(frame);
            return true;
        }
        half = memory(Math.min(prefix, Math.max(arrived, FrameBudget.NORMAL_FRAME_BYTES)));
        state = IN_BODY;
        account.halfFrameBegun(prefix);
        return true;
    }

    private ByteBuf wholeFrame() {
        final int length = prefix;
        final ByteBuf frame;
        if (length == 0) {
            frame = new FrameBuf(Unpooled.EMPTY_BUFFER, 0, 0, account);
        } else if ((long) length * PINNED_FACTOR_MAX >= input.capacity()) {
            frame = new FrameBuf(input.retain(), input.readerIndex(), length, account);
            input.skipBytes(length);
            frame.writerIndex(length);
        } else {
            frame = new FrameBuf(allocator.directBuffer(length, length), 0, length, account);
            frame.writeBytes(input, length);
        }
        return frame;
    }

    private boolean readBody() {
        if (input != null && input.isReadable()) {
            half.writeBytes(input, Math.min(input.readableBytes(), half.writableBytes()));
        }
        if (half.isWritable()) {
            return false;
        }
        if (half.capacity() < prefix) {
            grow();
            return true;
        }
        final ByteBuf frame = new FrameBuf(half, 0, prefix, account);
        frame.writerIndex(prefix);
        half = null;
        account.halfFrameEnded();
        beginPrefix();
        sink.onFrame(frame);
        return true;
    }

    private void grow() {
        final ByteBuf larger = memory((int) Math.min(prefix, 2L * half.capacity()));
        larger.writeBytes(half);
        half.release();
        half = larger;
    }

    private ByteBuf memory(final int bytes) {
        return allocator.directBuffer(bytes, bytes);
    }

    private void beginPrefix() {
        framesEnded++;
        state = IN_PREFIX;
        prefix = 0;
        prefixBytes = 0;
    }

    private void dropInput() {
        if (input != null) {
            input.release();
            input = null;
            joined = null;
        }
    }

    /** Grows by doubling: what a socket holds comes in many chunks. A buffer that frames are slices of stays as it is. */
    @SuppressWarnings("ReferenceEquality") // The very buffer that was made here.
    private ByteBuf join(final ByteBuf first, final ByteBuf second) {
        final ByteBuf both;
        if (first == joined && first.refCnt() == 1) {
            both = first;
        } else {
            both = allocator.directBuffer(2 * (first.readableBytes() + second.readableBytes()));
            both.writeBytes(first);
            first.release();
        }
        both.writeBytes(second);
        second.release();
        joined = both;
        return both;
    }
}
