package io.highwater.producer;

import io.highwater.records.LogRecord;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A record to be produced. Its buffers must not change until the record is acknowledged.
 *
 * @param topic where to
 * @param partition which partition, or {@link #ANY_PARTITION}: by the key's hash, without a key whichever fills a batch
 * @param key may be null
 * @param value may be null
 * @param headers may be empty
 * @param timestamp milliseconds since the epoch, or {@link #NOW}
 */
public record ProducerRecord(
        String topic, int partition, ByteBuffer key, ByteBuffer value, List<LogRecord.Header> headers, long timestamp) {
    /** Let the producer choose. */
    public static final int ANY_PARTITION = -1;

    /** The time of the call. */
    public static final long NOW = -1;

    /** Keeps an unchangeable copy of the headers. */
    public ProducerRecord {
        headers = List.copyOf(headers);
    }

    /** A record of now, without headers, for the partition of its key. */
    public ProducerRecord(final String topic, final ByteBuffer key, final ByteBuffer value) {
        this(topic, ANY_PARTITION, key, value, List.of(), NOW);
    }
}
