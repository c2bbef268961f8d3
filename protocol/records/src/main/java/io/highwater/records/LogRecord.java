package io.highwater.records;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One record, with memory of its own. Safe for any thread as long as nobody moves or writes its buffers.
 *
 * @param offset its place in the log
 * @param timestamp milliseconds since the epoch, -1 for none
 * @param key position to limit, null when there is none
 * @param value position to limit, null for a tombstone
 * @param headers in the order of the producer, duplicates kept
 */
public record LogRecord(long offset, long timestamp, ByteBuffer key, ByteBuffer value, List<Header> headers) {
    /** Keeps an unchangeable copy of the list. */
    public LogRecord {
        headers = List.copyOf(headers);
    }

    /**
     * A name with a value.
     *
     * @param key never null
     * @param value position to limit, may be null
     */
    public record Header(String key, ByteBuffer value) {
        /** Refuses a null key: the format has no place for it. */
        public Header {
            if (key == null) {
                throw new IllegalArgumentException("a header needs a key");
            }
        }

        /** A header with a text, in UTF-8. */
        public static Header of(final String key, final String value) {
            return new Header(key, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
