package io.highwater.log.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One open file. Positioned reads, writes and {@link #force()} are safe for any thread; changing the size and closing
 * are its owner's alone.
 */
public interface DiskFile extends Closeable {
    /** The unit of {@link #writeThrough}. */
    int BLOCK_BYTES = 4096;

    /** Bytes in the file, preallocated ones included. */
    long sizeBytes() throws IOException;

    /** Writes all remaining bytes of the source at the position, extending the file if needed. */
    void write(ByteBuffer source, long position) throws IOException;

    /**
     * Reads until the target is full or the file ends.
     *
     * @return the bytes read, 0 at the end of the file.
     */
    int read(ByteBuffer target, long position) throws IOException;

    /** Makes everything written before this call durable (fdatasync). After a failure the file is suspect for good. */
    void force() throws IOException;

    /**
     * Whether {@link #writeThrough} works here, which is tried with zeros in the file's first block: nothing in it may be
     * needed. False where the file system has no such writes.
     */
    boolean tryWriteThrough() throws IOException;

    /**
     * Writes all remaining bytes of the source past the page cache: they are durable when this returns, and nothing else is for
     * that. Only once {@link #tryWriteThrough()} has said yes.
     *
     * @param source off the heap; its address and size are multiples of {@link #BLOCK_BYTES}
     * @param position a multiple of it, too; the range must have been allocated and forced
     * @throws IOException nobody knows what the device holds in the range
     */
    void writeThrough(ByteBuffer source, long position) throws IOException;

    /** Asks for a range to be written back soon: a hint without durability that returns at once and may do nothing. */
    void startWriteBack(long position, long bytes) throws IOException;

    /**
     * Makes space real up to {@code sizeBytes}: the new range is zeros and a later write into it can't fail for space. Does
     * nothing when the file is that long; when it fails the file keeps its size.
     */
    void allocate(long sizeBytes) throws IOException;

    /**
     * Cuts the file; nothing happens when it is shorter already.
     *
     * @throws IllegalStateException when a live region of this file covers the cut: its readers would be killed.
     */
    void truncate(long sizeBytes) throws IOException;

    /**
     * Maps a range that lies within the file, read-only for the caller; later writes show in it. The region is born with
     * one share and outlives the closing of the file.
     *
     * @param bytes 1 to 2^31 - 1.
     * @throws IllegalArgumentException when the range does not lie within the file.
     */
    MappedRegion map(long position, long bytes) throws IOException;
}
