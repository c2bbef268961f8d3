package io.highwater.protocol.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Says what each read of one link goes into. The rest of a half-arrived frame goes straight into that frame's buffer.
 * Else a chunk: small after a big frame (the next one will be big too, and what comes with its prefix has to be copied),
 * growing while reads fill it, and just the length prefix when memory is short, so that links in the queue for memory
 * hold none.
 *
 * <p>Confined to the link's shard.
 */
final class ReadSizing extends DefaultMaxMessagesRecvByteBufAllocator {
    private static final int CHUNK_BYTES_MIN = 2 * 1024;
    private static final int CHUNK_BYTES_MAX = 64 * 1024;
    private static final int GROWTH = 4;

    /** Reads of a link in one round of its loop: the others' turn comes after 16 chunks. */
    private static final int READS_MAX = 16;

    private int chunkBytes = CHUNK_BYTES_MIN;

    /** Whether the last read was of a chunk, and of its size. */
    private boolean readChunk;

    private long receivedBytes;

    private final FrameAssembler assembler;
    private final FrameAccount account;

    ReadSizing(final FrameAssembler assembler, final FrameAccount account) {
        super(READS_MAX);
        this.assembler = assembler;
        this.account = account;
    }

    /** All the bytes that the link has received. */
    long receivedBytes() {
        return receivedBytes;
    }

    @Override
    @SuppressWarnings("deprecation") // The return type is, and is what the channel asks for.
    public Handle newHandle() {
        return new LinkReads();
    }

    private final class LinkReads extends MaxMessageHandle {
        @Override
        public int guess() {
            return chunkBytes;
        }

        @Override
        public ByteBuf allocate(final ByteBufAllocator allocator) {
            final ByteBuf target = assembler.target();
            if (target != null) {
                readChunk = false;
                if (target.capacity() >= CHUNK_BYTES_MAX) {
                    chunkBytes = CHUNK_BYTES_MIN;
                }
                return target.retain();
            }
            // A link that is blocked is read to find its end only: byte by byte, that would take for ever.
            if (account.isMemoryShort() && !assembler.isBlocked()) {
                readChunk = false;
                final int bytes = Math.max(1, assembler.prefixBytesMissing());
                return allocator.directBuffer(bytes, bytes);
            }
            readChunk = true;
            return allocator.directBuffer(chunkBytes, chunkBytes);
        }

        @Override
        public void lastBytesRead(final int bytes) {
            super.lastBytesRead(bytes);
            receivedBytes += Math.max(0, bytes);
            if (readChunk && bytes == chunkBytes) {
                chunkBytes = Math.min(CHUNK_BYTES_MAX, chunkBytes * GROWTH);
            }
        }
    }
}
