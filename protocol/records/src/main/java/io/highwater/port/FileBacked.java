package io.highwater.port;

import java.nio.ByteBuffer;

/**
 * The lifetime of memory that is a file's, so that a transport may have the operating system send the file's pages instead
 * of copying them (sendfile(2)). What the memory shows and what the file holds there are the same for as long as a share is
 * held.
 *
 * <p>Safe for any thread.
 */
public interface FileBacked extends Retained {
    /**
     * Where the remaining bytes of a direct buffer are in a file that is open; the caller releases {@link FileRange#open()}.
     *
     * @return null when they are not, or not as a whole, in memory of this lifetime, and when the file has been closed:
     *     memory outlives the handle that it came by
     */
    FileRange rangeOrNull(ByteBuffer piece);
}
