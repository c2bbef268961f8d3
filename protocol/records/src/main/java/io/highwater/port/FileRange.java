package io.highwater.port;

import java.nio.channels.FileChannel;

/**
 * Bytes of an open file from a position on. The channel stays open while a share in the {@link FileBacked} memory that
 * named it is held, and is not the holder's to close.
 *
 * @param channel readable
 * @param position in bytes, from the file's beginning
 */
public record FileRange(FileChannel channel, long position) {}
