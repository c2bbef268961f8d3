package io.highwater.broker.network;

import io.highwater.port.Retained;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;

/**
 * Makes frames of answers: length prefix, header, body. Records stay where they are in memory: the frame is then made of
 * several pieces, the last of which, empty, gives the memory back when the frame is released.
 *
 * <p>Stateless, safe for any thread.
 */
final class ResponseEncoder {
    /** Length prefix and correlation id. */
    private static final int PREFIX_AND_HEADER_BYTES = Integer.BYTES + Integer.BYTES;

    /** Room for everything but records; grows when that is not enough. */
    private static final int HEAD_BYTES_GUESS = 512;

    private ResponseEncoder() {}

    static ByteBuf encode(
            final ByteBufAllocator allocator,
            final Route route,
            final short version,
            final int correlationId,
            final Message response,
            final Retained lifetime) {
        final MessageCodec<Message> codec = route.responseCodec();
        final boolean flexibleHeader = route.hasFlexibleResponseHeader(version);
        final int bodyBytes = codec.size(response, version);
        final int frameBytes = PREFIX_AND_HEADER_BYTES + (flexibleHeader ? 1 : 0) + bodyBytes;
        if (lifetime == Retained.NONE) {
            final ByteBuf frame = allocator.directBuffer(frameBytes);
            write(new MessageWriter(frame), frameBytes, correlationId, flexibleHeader, codec, response, version);
            return frame;
        }
        final MessageWriter out = MessageWriter.gathering(allocator, Math.min(frameBytes, HEAD_BYTES_GUESS));
        write(out, frameBytes, correlationId, flexibleHeader, codec, response, version);
        final ByteBuf frame = out.finish();
        if (frame instanceof CompositeByteBuf pieces) {
            return pieces.addComponent(true, new LastPiece(allocator, lifetime));
        }
        // All records were small enough to be copied.
        lifetime.release();
        return frame;
    }

    private static void write(
            final MessageWriter out,
            final int frameBytes,
            final int correlationId,
            final boolean flexibleHeader,
            final MessageCodec<Message> codec,
            final Message response,
            final short version) {
        out.writeInt32(frameBytes - Integer.BYTES);
        out.writeInt32(correlationId);
        if (flexibleHeader) {
            out.writeUvarint(0);
        }
        codec.write(response, out, version);
    }

    /** No bytes, but a moment: it is released with the frame, and releases what the frame's other pieces lie in. */
    private static final class LastPiece extends UnpooledHeapByteBuf {
        private final Retained lifetime;

        LastPiece(final ByteBufAllocator allocator, final Retained lifetime) {
            super(allocator, 0, 0);
            this.lifetime = lifetime;
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            lifetime.release();
        }
    }
}
