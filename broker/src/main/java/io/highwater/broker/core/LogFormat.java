package io.highwater.broker.core;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a core log. Big-endian. A segment holds the entries from its base index on; a snapshot holds the state at
 * its base index, cut into pieces that are framed as entries 1, 2, 3 and so on, the last of them without records.
 *
 * <pre>
 * File header. Written and forced under a temporary name before the file has its own, and never changed: a bad one is
 * never a torn one.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |   Magic  'H' 'W' 'C' 'L' (segment), 'H' 'W' 'C' 'S' (snapshot)|
 *     +-------------------------------+-------------------------------+
 *   4 |        Version (uint16)       |    Group (uint16, 1 or 2)     |
 *     +-------------------------------+-------------------------------+
 *   8 |       Salt (int64, drawn at random for each file)             |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  16 |       Base index (int64): of a segment's first entry,         |
 *     |       of the last entry in a snapshot                         |
 *     +---------------------------------------------------------------+
 *  24 |       Base term (int64): of the entry before a segment,       |
 *     |       of the last entry in a snapshot                         |
 *     +---------------------------------------------------------------+
 *  32 |            CRC-32C of bytes 0 to 31, inclusive                |
 *     +---------------------------------------------------------------+
 *  36 |            Reserved (must be 0)                               |
 *     +---------------------------------------------------------------+
 *
 * Entry. A length of 0 ends the entries of a segment: behind them its space is zeros, allocated ahead.
 *
 *     +---------------------------------------------------------------+
 *   0 |    Length (int32): bytes of the whole entry, at least 33      |
 *     +---------------------------------------------------------------+
 *   4 |    CRC-32C of the salt, bytes 0 to 3, and 8 to the end        |
 *     +---------------------------------------------------------------+
 *   8 |    Index (int64): one more than the entry before              |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  16 |    Term (int64): never falls                                  |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  24 |    Forced (int64): the last index that was durable when this  |
 *     |    entry was written                                          |
 *     +---------------------------------------------------------------+
 *  32 |    Records: count (uvarint), then for each: type (uint16),    |
 *     |    version (uint16), size (uvarint), the message              |
 *     +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Entries of one force may be torn in any way: a bad one can have good ones behind it. {@code Forced} tells that from
 * rot: when a good entry says that the bad one's index was durable before, acknowledged bytes are lost, and the log is
 * refused. Otherwise everything from the bad entry on was never acknowledged, and is cut: zeroed and forced before the
 * next append. The salt keeps the content of records, which clients choose, from passing for an entry, and the bytes of
 * one file from passing for those of another.
 *
 * <p>Static functions over the caller's buffers: safe for any thread that owns its buffer.
 */
final class LogFormat {
    static final int SEGMENT_MAGIC = 0x4857434C;
    static final int SNAPSHOT_MAGIC = 0x48574353;
    static final int VERSION = 1;

    static final int MAGIC_POSITION = 0;
    static final int VERSION_POSITION = MAGIC_POSITION + Integer.BYTES;
    static final int GROUP_POSITION = VERSION_POSITION + Short.BYTES;
    static final int SALT_POSITION = GROUP_POSITION + Short.BYTES;
    static final int BASE_INDEX_POSITION = SALT_POSITION + Long.BYTES;
    static final int BASE_TERM_POSITION = BASE_INDEX_POSITION + Long.BYTES;
    static final int HEADER_CRC_POSITION = BASE_TERM_POSITION + Long.BYTES;
    static final int RESERVED_POSITION = HEADER_CRC_POSITION + Integer.BYTES;
    static final int HEADER_BYTES = RESERVED_POSITION + Integer.BYTES;

    static final int LENGTH_POSITION = 0;
    static final int CRC_POSITION = LENGTH_POSITION + Integer.BYTES;
    static final int INDEX_POSITION = CRC_POSITION + Integer.BYTES;
    static final int TERM_POSITION = INDEX_POSITION + Long.BYTES;
    static final int FORCED_POSITION = TERM_POSITION + Long.BYTES;
    static final int RECORDS_POSITION = FORCED_POSITION + Long.BYTES;

    private LogFormat() {}

    /** A file header, ready to be written. */
    static ByteBuffer header(
            final int magic, final CoreGroup<?> group, final long salt, final long baseIndex, final long baseTerm) {
        final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putInt(MAGIC_POSITION, magic);
        header.putShort(VERSION_POSITION, (short) VERSION);
        header.putShort(GROUP_POSITION, (short) group.id());
        header.putLong(SALT_POSITION, salt);
        header.putLong(BASE_INDEX_POSITION, baseIndex);
        header.putLong(BASE_TERM_POSITION, baseTerm);
        header.putInt(HEADER_CRC_POSITION, headerCrc(header));
        return header;
    }

    /** The checksum that the header at the buffer's begin should have. */
    static int headerCrc(final ByteBuffer header) {
        final CRC32C crc = new CRC32C();
        crc.update(part(header, 0, HEADER_CRC_POSITION));
        return (int) crc.getValue();
    }

    /** Completes the entry at the position: what is forced, and its checksum. */
    static void seal(final ByteBuffer entries, final int position, final long salt, final long forcedIndex) {
        entries.putLong(position + FORCED_POSITION, forcedIndex);
        entries.putInt(position + CRC_POSITION, entryCrc(entries, position, salt));
    }

    /** The checksum that the entry at the position should have; its length must lie within the buffer. */
    static int entryCrc(final ByteBuffer entries, final int position, final long salt) {
        final CRC32C crc = new CRC32C();
        final ByteBuffer salted = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
        salted.putLong(salt).putInt(entries.getInt(position + LENGTH_POSITION)).flip();
        crc.update(salted);
        final int length = entries.getInt(position + LENGTH_POSITION);
        crc.update(part(entries, position + INDEX_POSITION, position + length));
        return (int) crc.getValue();
    }

    /** True when a whole, unharmed entry begins at the position, whatever its index. */
    static boolean isEntry(final ByteBuffer bytes, final int position, final int end, final long salt) {
        if (end - position <= RECORDS_POSITION) {
            return false;
        }
        final int length = bytes.getInt(position + LENGTH_POSITION);
        return length > RECORDS_POSITION
                && length <= end - position
                && bytes.getInt(position + CRC_POSITION) == entryCrc(bytes, position, salt);
    }

    private static ByteBuffer part(final ByteBuffer bytes, final int from, final int to) {
        final ByteBuffer part = bytes.duplicate();
        part.limit(to).position(from);
        return part;
    }
}
