package io.highwater.log.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One open file. Positioned reads, writes and {@link #force()} are safe for any thread; changing the size and closing
 * are its owner's alone.
 */
public interface DiskFile extends Closeable {
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
