package io.highwater.protocol.codec;

import io.highwater.port.FileBacked;
import io.highwater.port.FileRange;
import io.highwater.port.Retained;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;

/**
 * Pieces of memory that are written as one, in place: all of them are direct, so a transport hands their addresses to the
 * system. (One piece on the heap, an empty one too, and it copies them all.) When the buffer is released it gives back what
 * its pieces lie in.
 *
 * <p>Confined to one thread at a time; released on any.
 */
public final class GatheredBuffer extends CompositeByteBuf {
    private final Retained lifetime;

    /** For at most {@code piecesMax} pieces: beyond that bound a composite copies itself into one. */
    GatheredBuffer(final ByteBufAllocator allocator, final int piecesMax, final Retained lifetime) {
        super(allocator, true, piecesMax);
        this.lifetime = lifetime;
    }

    /** Where the component is in a file, to be released by the caller; null when it is in none that is open. */
    public FileRange fileRangeOrNull(final int component) {
        if (!(lifetime instanceof FileBacked file)) {
            return null;
        }
        return file.rangeOrNull(internalComponent(component).nioBuffer());
    }

    @Override
    protected void deallocate() {
        super.deallocate();
        lifetime.release();
    }
}
