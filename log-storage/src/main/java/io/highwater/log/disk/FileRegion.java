package io.highwater.log.disk;

import io.highwater.port.FileBacked;
import io.highwater.port.FileRange;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.BufferUtil;
import org.agrona.IoUtil;

/**
 * A mapping with a count of shares. The count only leaves zero downwards from one: {@link #tryRetain} never raises it
 * from zero, so the thread that takes the last share is alone with the memory when it unmaps. It unmaps there and then,
 * so that the owner may cut the file as soon as the region is gone.
 *
 * <p>Safe for any thread because the count is atomic and everything else is final.
 */
final class FileRegion implements MappedRegion, FileBacked {
    private final AtomicInteger shares = new AtomicInteger(1);
    private final FileDiskFile file;
    private final MappedByteBuffer buffer;
    /** Of the first byte. */
    private final long address;

    private final long position;

    FileRegion(final FileDiskFile file, final MappedByteBuffer buffer, final long position) {
        this.file = file;
        this.buffer = buffer;
        this.address = BufferUtil.address(buffer);
        this.position = position;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long lengthBytes() {
        return buffer.capacity();
    }

    @Override
    public ByteBuffer slice(final long offsetInRegion, final int bytes) {
        if (shares.get() <= 0) {
            throw new IllegalStateException("slice of an unmapped region");
        }
        if (offsetInRegion < 0 || bytes < 0 || offsetInRegion + bytes > buffer.capacity()) {
            throw new IndexOutOfBoundsException(
                    "slice " + offsetInRegion + " + " + bytes + " of a region of " + buffer.capacity() + " bytes");
        }
        return buffer.slice((int) offsetInRegion, bytes);
    }

    @Override
    public FileRange rangeOrNull(final ByteBuffer piece) {
        final long from = BufferUtil.address(piece) + piece.position() - address;
        if (from < 0 || from + piece.remaining() > buffer.capacity()) {
            return null;
        }
        return file.rangeOrNull(position + from);
    }

    @Override
    public void retain() {
        if (!tryRetain()) {
            throw new IllegalStateException("retain of an unmapped region");
        }
    }

    @Override
    public boolean tryRetain() {
        int seen = shares.get();
        while (seen > 0) {
            final int witness = shares.compareAndExchange(seen, seen + 1);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return false;
    }

    @Override
    public void release() {
        final int left = shares.decrementAndGet();
        if (left == 0) {
            IoUtil.unmap(buffer);
            file.onUnmapped(this);
        } else if (left < 0) {
            throw new IllegalStateException("release of an unmapped region");
        }
    }

    /** First byte of the file after the region. */
    long endPosition() {
        return position + buffer.capacity();
    }
}
