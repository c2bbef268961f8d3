package io.highwater.log.segment;

import java.io.IOException;
import java.nio.ByteBuffer;

/** How batches get into a segment's file. Confined to the log's shard. */
interface SegmentWriter {
    /**
     * Stores all remaining bytes at the position. When it throws, any part of them may be in the file.
     */
    void write(ByteBuffer batch, long position) throws IOException;

    /** Bytes that the file has by now, the stretch ahead of the writer included; reads may map as much. */
    long fileBytes();

    /** The file was cut to this size. */
    void onTruncated(long fileBytes);
}
