package io.highwater.port;

import java.nio.channels.FileChannel;

/**
 * Bytes of an open file from a position on. Whoever got it releases {@code open} exactly once, after the last use of the
 * channel; until then the channel stays open. It is not the holder's to close.
 *
 * @param channel readable
 * @param position in bytes, from the file's beginning
 * @param open the share in the open file
 */
public record FileRange(FileChannel channel, long position, Retained open) {}
