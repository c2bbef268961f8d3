package io.highwater.records;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Record batch, format v2. Big-endian. The unit of produce, storage, replication and fetch: a log stores these bytes as the
 * producer sent them, base offset and leader epoch filled in; with log append time three more fields, and the max timestamp
 * where the producer had it wrong.
 *
 * <pre>
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |                      Base offset (int64)                      |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *   8 |           Batch length (int32): bytes from 12 on              |
 *     +---------------------------------------------------------------+
 *  12 |            Partition leader epoch (int32, -1 none)            |
 *     +---------------+-----------------------------------------------+
 *  16 |   Magic = 2   |    CRC-32C (uint32) of bytes 21 to the end    |
 *     +---------------+-------------------------------+---------------+
 *  20 |      ...      |      Attributes (int16)       |      ...      |
 *     +---------------+-------------------------------+---------------+
 *  23    Last offset delta (int32)
 *  27    Base timestamp (int64, ms; delete horizon when bit 6)
 *  35    Max timestamp (int64, ms)
 *  43    Producer id (int64, -1 none)
 *  51    Producer epoch (int16, -1 none)
 *  53    Base sequence (int32, -1 none)
 *  57    Record count (int32)
 *  61    Records, plain or as one compressed stream
 *
 * Attributes: bits 0-2 codec, 3 timestamp type (1 = log append time), 4 transactional, 5 control, 6 delete horizon set.
 *
 * Record: varint length of what follows | int8 attributes (0) | varlong timestamp delta | varint offset delta
 *         | varint key length (-1 null), key | varint value length (-1 null), value
 *         | varint header count, then for each: varint key length, key, varint value length (-1 null), value
 * </pre>
 *
 * <p>The CRC leaves out base offset and leader epoch so that a broker can assign both without touching the payload or
 * recomputing the sum. It leaves out length and magic because one must trust them to find the sum at all.
 *
 * <p>A batch is written once and never replaced. A torn one shows as a length beyond the end of the log or as a wrong CRC;
 * recovery cuts the log before it.
 *
 * <p>A flyweight: static, no allocation, absolute positions, big-endian whatever the buffer's order. Nothing is checked
 * here: {@link BatchValidation} comes first. Safe for any thread as long as the buffer is the caller's alone; the CRC moves
 * the buffer's position and limit and puts them back.
 */
public final class RecordBatch {
    /** Where {@link #baseOffset} is. */
    public static final int BASE_OFFSET = 0;

    /** Where the batch length is. */
    public static final int LENGTH = BASE_OFFSET + Long.BYTES;

    /** Base offset and length: what precedes the bytes that the length counts. */
    public static final int LOG_OVERHEAD = LENGTH + Integer.BYTES;

    /** Where {@link #partitionLeaderEpoch} is. */
    public static final int PARTITION_LEADER_EPOCH = LOG_OVERHEAD;

    /** Where {@link #magic} is. */
    public static final int MAGIC = PARTITION_LEADER_EPOCH + Integer.BYTES;

    /** Where {@link #crc} is. */
    public static final int CRC = MAGIC + Byte.BYTES;

    /** Where {@link #attributes} is; the CRC covers all bytes from here on. */
    public static final int ATTRIBUTES = CRC + Integer.BYTES;

    /** Where {@link #lastOffsetDelta} is. */
    public static final int LAST_OFFSET_DELTA = ATTRIBUTES + Short.BYTES;

    /** Where {@link #baseTimestamp} is. */
    public static final int BASE_TIMESTAMP = LAST_OFFSET_DELTA + Integer.BYTES;

    /** Where {@link #maxTimestamp} is. */
    public static final int MAX_TIMESTAMP = BASE_TIMESTAMP + Long.BYTES;

    /** Where {@link #producerId} is. */
    public static final int PRODUCER_ID = MAX_TIMESTAMP + Long.BYTES;

    /** Where {@link #producerEpoch} is. */
    public static final int PRODUCER_EPOCH = PRODUCER_ID + Long.BYTES;

    /** Where {@link #baseSequence} is. */
    public static final int BASE_SEQUENCE = PRODUCER_EPOCH + Short.BYTES;

    /** Where {@link #recordCount} is. */
    public static final int RECORD_COUNT = BASE_SEQUENCE + Integer.BYTES;

    /** The whole header: where the records begin. */
    public static final int HEADER_BYTES = RECORD_COUNT + Integer.BYTES;

    /** The only format that is stored or served. */
    public static final byte CURRENT_MAGIC = 2;

    /** Producer id of a batch that belongs to no idempotent producer. */
    public static final long NO_PRODUCER_ID = -1;

    /** Producer epoch of such a batch. */
    public static final short NO_PRODUCER_EPOCH = -1;

    /** Base sequence of such a batch. */
    public static final int NO_SEQUENCE = -1;

    /** Leader epoch of a batch that no broker has seen yet. */
    public static final int NO_LEADER_EPOCH = -1;

    /** Timestamp of a record that has none. */
    public static final long NO_TIMESTAMP = -1;

    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME_BIT = 0x08;
    static final int TRANSACTIONAL_BIT = 0x10;
    static final int CONTROL_BIT = 0x20;
    static final int DELETE_HORIZON_BIT = 0x40;

    /** One per thread, since the sum of a batch must not cost an allocation. */
    private static final ThreadLocal<CRC32C> CHECKSUM = ThreadLocal.withInitial(CRC32C::new);

    private RecordBatch() {}

    /** Bytes of the whole batch, header included, by its length field; negative when that field overflows. */
    public static int sizeInBytes(final ByteBuffer buffer, final int position) {
        return LOG_OVERHEAD + getInt(buffer, position + LENGTH);
    }

    /** Offset of the batch; the first record may have been compacted away. */
    public static long baseOffset(final ByteBuffer buffer, final int position) {
        return getLong(buffer, position + BASE_OFFSET);
    }

    /** Offset of the last record that the batch had when it was produced. */
    public static long lastOffset(final ByteBuffer buffer, final int position) {
        return baseOffset(buffer, position) + lastOffsetDelta(buffer, position);
    }

    /** {@link #lastOffset} less {@link #baseOffset}. */
    public static int lastOffsetDelta(final ByteBuffer buffer, final int position) {
        return getInt(buffer, position + LAST_OFFSET_DELTA);
    }

    /** Epoch of the leader that appended the batch. */
    public static int partitionLeaderEpoch(final ByteBuffer buffer, final int position) {
        return getInt(buffer, position + PARTITION_LEADER_EPOCH);
    }

    /** Format version. */
    public static byte magic(final ByteBuffer buffer, final int position) {
        return buffer.get(position + MAGIC);
    }

    /** The sum as stored, as a signed int; compare it with {@link #computeCrc}. */
    public static int crc(final ByteBuffer buffer, final int position) {
        return getInt(buffer, position + CRC);
    }

    /** All attribute bits. */
    public static short attributes(final ByteBuffer buffer, final int position) {
        return getShort(buffer, position + ATTRIBUTES);
    }

    /** Codec of the records, null when the bits name none. */
    public static Compression codec(final ByteBuffer buffer, final int position) {
        return Compression.forId(attributes(buffer, position) & CODEC_MASK);
    }

    /** Whose clock the timestamps are of. */
    public static TimestampType timestampType(final ByteBuffer buffer, final int position) {
        return (attributes(buffer, position) & LOG_APPEND_TIME_BIT) == 0
                ? TimestampType.CREATE_TIME
                : TimestampType.LOG_APPEND_TIME;
    }

    /** True for a batch that is part of a transaction, markers included. */
    public static boolean isTransactional(final ByteBuffer buffer, final int position) {
        return (attributes(buffer, position) & TRANSACTIONAL_BIT) != 0;
    }

    /** True for a batch that a broker wrote for itself and other brokers, such as a transaction marker. */
    public static boolean isControl(final ByteBuffer buffer, final int position) {
        return (attributes(buffer, position) & CONTROL_BIT) != 0;
    }

    /** True when {@link #baseTimestamp} is the time after which a cleaner may drop tombstones of this batch. */
    public static boolean hasDeleteHorizon(final ByteBuffer buffer, final int position) {
        return (attributes(buffer, position) & DELETE_HORIZON_BIT) != 0;
    }

    /** What the records' timestamp deltas are relative to. */
    public static long baseTimestamp(final ByteBuffer buffer, final int position) {
        return getLong(buffer, position + BASE_TIMESTAMP);
    }

    /** The largest timestamp of the records, or the time of append. */
    public static long maxTimestamp(final ByteBuffer buffer, final int position) {
        return getLong(buffer, position + MAX_TIMESTAMP);
    }

    /** {@link #NO_PRODUCER_ID} or the idempotent producer. */
    public static long producerId(final ByteBuffer buffer, final int position) {
        return getLong(buffer, position + PRODUCER_ID);
    }

    /** Generation of the producer. */
    public static short producerEpoch(final ByteBuffer buffer, final int position) {
        return getShort(buffer, position + PRODUCER_EPOCH);
    }

    /** Sequence number of the first record, {@link #NO_SEQUENCE} when not idempotent. */
    public static int baseSequence(final ByteBuffer buffer, final int position) {
        return getInt(buffer, position + BASE_SEQUENCE);
    }

    /** Sequence number of the last record; after 2^31 - 1 comes 0. */
    public static int lastSequence(final ByteBuffer buffer, final int position) {
        final int base = baseSequence(buffer, position);
        return base == NO_SEQUENCE ? NO_SEQUENCE : incrementSequence(base, lastOffsetDelta(buffer, position));
    }

    /** The sequence number {@code increment} places after {@code sequence}; after 2^31 - 1 comes 0. */
    public static int incrementSequence(final int sequence, final int increment) {
        // 2^31 sequence numbers are all the non-negative ints, so wrapping is dropping the sign bit.
        return (sequence + increment) & Integer.MAX_VALUE;
    }

    /** How many records the batch holds now. */
    public static int recordCount(final ByteBuffer buffer, final int position) {
        return getInt(buffer, position + RECORD_COUNT);
    }

    /** The broker's decision; not covered by the CRC. */
    public static void setBaseOffset(final ByteBuffer buffer, final int position, final long offset) {
        putLong(buffer, position + BASE_OFFSET, offset);
    }

    /** The broker's decision; not covered by the CRC. */
    public static void setPartitionLeaderEpoch(final ByteBuffer buffer, final int position, final int epoch) {
        putInt(buffer, position + PARTITION_LEADER_EPOCH, epoch);
    }

    /** Makes the batch one of log append time: sets the type bit and the max timestamp, and renews the CRC. */
    public static void setLogAppendTime(final ByteBuffer buffer, final int position, final long timestampMs) {
        putShort(buffer, position + ATTRIBUTES, (short) (attributes(buffer, position) | LOG_APPEND_TIME_BIT));
        putLong(buffer, position + MAX_TIMESTAMP, timestampMs);
        putInt(buffer, position + CRC, computeCrc(buffer, position));
    }

    /** Says the records' largest timestamp, and renews the CRC. */
    public static void setMaxTimestamp(final ByteBuffer buffer, final int position, final long timestampMs) {
        putLong(buffer, position + MAX_TIMESTAMP, timestampMs);
        putInt(buffer, position + CRC, computeCrc(buffer, position));
    }

    /** The sum of the batch's bytes as they are, by its length field. */
    public static int computeCrc(final ByteBuffer buffer, final int position) {
        final CRC32C checksum = CHECKSUM.get();
        checksum.reset();
        final int oldPosition = buffer.position();
        final int oldLimit = buffer.limit();
        try {
            buffer.limit(position + sizeInBytes(buffer, position));
            buffer.position(position + ATTRIBUTES);
            checksum.update(buffer);
        } finally {
            buffer.limit(oldLimit);
            buffer.position(oldPosition);
        }
        return (int) checksum.getValue();
    }

    static void putCrc(final ByteBuffer buffer, final int position, final int crc) {
        putInt(buffer, position + CRC, crc);
    }

    static long getLong(final ByteBuffer buffer, final int at) {
        final long value = buffer.getLong(at);
        return buffer.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value);
    }

    static int getInt(final ByteBuffer buffer, final int at) {
        final int value = buffer.getInt(at);
        return buffer.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
    }

    static short getShort(final ByteBuffer buffer, final int at) {
        final short value = buffer.getShort(at);
        return buffer.order() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
    }

    static void putLong(final ByteBuffer buffer, final int at, final long value) {
        buffer.putLong(at, buffer.order() == ByteOrder.BIG_ENDIAN ? value : Long.reverseBytes(value));
    }

    static void putInt(final ByteBuffer buffer, final int at, final int value) {
        buffer.putInt(at, buffer.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value));
    }

    static void putShort(final ByteBuffer buffer, final int at, final short value) {
        buffer.putShort(at, buffer.order() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value));
    }
}
