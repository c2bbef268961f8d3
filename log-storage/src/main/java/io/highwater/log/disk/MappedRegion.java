package io.highwater.log.disk;

import io.highwater.port.Retained;
import java.nio.ByteBuffer;

/**
 * A range of a file seen as memory. Unmapped when the last share is released, never before: a reader that retained it
 * can't touch unmapped memory.
 *
 * <p>Safe for any thread.
 */
public interface MappedRegion extends Retained {
    /** Position in the file of the region's first byte. */
    long position();

    /** Bytes mapped. */
    long lengthBytes();

    /**
     * A big-endian, read-only view of a part of the region, position 0. The caller must hold a share for as long as it
     * uses the view.
     */
    ByteBuffer slice(long offsetInRegion, int bytes);

    /**
     * Retains unless the last share is gone.
     *
     * @return false when the region is unmapped already.
     */
    boolean tryRetain();
}
