package io.highwater.log.disk;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A mapping: memory of its own that every write to the file goes through to. When the last share is gone it is filled
 * with a poison, so that whoever reads a view too late sees bytes that fit no format, and never the file's.
 */
final class SimulatedRegion implements MappedRegion {
    static final byte POISON = (byte) 0xDB;

    private final ByteBuffer memory;
    private final int position;
    private final Consumer<SimulatedRegion> onUnmapped;
    private int shares = 1;

    SimulatedRegion(
            final byte[] file, final int position, final int bytes, final Consumer<SimulatedRegion> onUnmapped) {
        // Off the heap, like a real mapping: code that works on one only must fail here too.
        this.memory = ByteBuffer.allocateDirect(bytes).put(0, file, position, bytes);
        this.position = position;
        this.onUnmapped = onUnmapped;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long lengthBytes() {
        return memory.capacity();
    }

    @Override
    public ByteBuffer slice(final long offsetInRegion, final int length) {
        if (shares <= 0) {
            throw new IllegalStateException("slice of an unmapped region");
        }
        if (offsetInRegion < 0 || length < 0 || offsetInRegion + length > memory.capacity()) {
            throw new IndexOutOfBoundsException(
                    "slice " + offsetInRegion + " + " + length + " of a region of " + memory.capacity() + " bytes");
        }
        return memory.slice((int) offsetInRegion, length).asReadOnlyBuffer();
    }

    @Override
    public void retain() {
        if (!tryRetain()) {
            throw new IllegalStateException("retain of an unmapped region");
        }
    }

    @Override
    public boolean tryRetain() {
        if (shares <= 0) {
            return false;
        }
        shares++;
        return true;
    }

    @Override
    public void release() {
        if (shares <= 0) {
            throw new IllegalStateException("release of an unmapped region");
        }
        shares--;
        if (shares == 0) {
            for (int i = 0; i < memory.capacity(); i++) {
                memory.put(i, POISON);
            }
            onUnmapped.accept(this);
        }
    }

    void onWritten(final byte[] file, final int from, final int length) {
        final int first = Math.max(from, position);
        final int end = Math.min(from + length, position + memory.capacity());
        if (first < end) {
            memory.put(first - position, file, first, end - first);
        }
    }

    void requireBelow(final int size) {
        if (position + memory.capacity() > size) {
            throw new IllegalStateException(
                    "cut at " + size + " under a mapping that ends at " + (position + memory.capacity()));
        }
    }
}
