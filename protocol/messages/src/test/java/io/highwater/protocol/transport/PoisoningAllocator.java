package io.highwater.protocol.transport;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.nio.ByteBuffer;

/**
 * Overwrites direct memory when it is given back, so that whoever still reads it finds nonsense at once, and whoever
 * still writes it harms nobody: the memory itself is left to the garbage collector, as a killed process releases nothing.
 */
final class PoisoningAllocator extends AbstractByteBufAllocator {
    /** No length, no magic, no CRC; yet nothing that a look at one field would refuse before it is stored. */
    static final byte POISON = (byte) 0xA5;

    PoisoningAllocator() {
        super(true);
    }

    @Override
    protected ByteBuf newHeapBuffer(final int initialCapacity, final int maxCapacity) {
        return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(final int initialCapacity, final int maxCapacity) {
        return new PoisonedBuf(this, ByteBuffer.allocateDirect(initialCapacity), maxCapacity);
    }

    @Override
    public CompositeByteBuf compositeDirectBuffer(final int maxNumComponents) {
        return new CompositeByteBuf(this, true, maxNumComponents);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    /** What it grows into later is Netty's and not poisoned; frames that are read never grow. */
    private static final class PoisonedBuf extends UnpooledDirectByteBuf {
        private final ByteBuffer memory;

        PoisonedBuf(final PoisoningAllocator allocator, final ByteBuffer memory, final int maxCapacity) {
            super(allocator, memory, maxCapacity);
            this.memory = memory;
            clear();
        }

        @Override
        protected void deallocate() {
            for (int i = 0; i < memory.capacity(); i++) {
                memory.put(i, POISON);
            }
            super.deallocate();
        }
    }
}
