package io.highwater.broker.api;

import java.io.IOException;

/** The data directory and the file system it is on. Safe for any thread; the two sizes may block. */
public interface DirectorySpace {
    /** The directory's absolute path. */
    String path();

    /** Bytes of the file system. */
    long totalBytes() throws IOException;

    /** Bytes that can still be written. */
    long usableBytes() throws IOException;
}
