package io.highwater.broker.network;

import io.highwater.port.Retained;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Makes frames of answers: length prefix, header, body. Records stay where they are in memory: the frame is then made of
 * several pieces, and gives the memory back when it is released.
 *
 * <p>Stateless, safe for any thread.
 */
final class ResponseEncoder {
    /** Length prefix and correlation id. */
    private static final int PREFIX_AND_HEADER_BYTES = Integer.BYTES + Integer.BYTES;

    /** Room for everything but records; grows when that is not enough. */
    private static final int HEAD_BYTES_GUESS = 512;

    private ResponseEncoder() {}

    /**
     * Takes over {@code lifetime}: it is given back with the frame, or here when the answer can't be written.
     *
     * @throws IllegalArgumentException when a field does not fit its type
     */
    static ByteBuf encode(
            final ByteBufAllocator allocator,
            final Route route,
            final short version,
            final int correlationId,
            final Message response,
            final Retained lifetime) {
        MessageWriter out = null;
        boolean isWritten = false;
        try {
            final MessageCodec<Message> codec = route.responseCodec();
            final boolean flexibleHeader = route.hasFlexibleResponseHeader(version);
            final int bodyBytes = codec.size(response, version);
            final int frameBytes = PREFIX_AND_HEADER_BYTES + (flexibleHeader ? 1 : 0) + bodyBytes;
            out = lifetime == Retained.NONE
                    ? new MessageWriter(allocator.directBuffer(frameBytes))
                    : MessageWriter.gathering(allocator, Math.min(frameBytes, HEAD_BYTES_GUESS));
            write(out, frameBytes, correlationId, flexibleHeader, codec, response, version);
            isWritten = true;
        } finally {
            if (!isWritten) {
                if (out != null) {
                    out.discard();
                }
                lifetime.release();
            }
        }
        return out.finish(lifetime);
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
}
