package io.highwater.broker.core;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The head of every file of a core group. Big-endian. It is written, with the file's name still a temporary one, before
 * the file is forced and renamed, so it is never torn: a bad one is damage.
 *
 * <pre>
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |    Magic  'H' 'W' 'C' 'L' (log), 'H' 'W' 'C' 'S' (snapshot)   |
 *     +-------------------------------+-------------------------------+
 *   4 |       Version (uint16)        |       Group id (uint16)       |
 *     +-------------------------------+-------------------------------+
 *   8 |  Index (int64): of the first entry of a log segment, of the   |
 *     |  last entry in a snapshot                                     |
 *     +---------------------------------------------------------------+
 *  16 |  Salt (int64): drawn when the group's log was made, the same  |
 *     |  in all its files                                             |
 *     +---------------------------------------------------------------+
 *  24 |            CRC-32C of bytes 0 to 23, inclusive                |
 *     +---------------------------------------------------------------+
 *  28
 * </pre>
 *
 * <p>The salt goes into the checksum of every entry: clients choose much of what is in records, and could put bytes there
 * that would pass for an entry when what is behind a torn one is searched.
 */
final class CoreFileHeader {
    static final int LOG_MAGIC = 0x4857_434C;
    static final int SNAPSHOT_MAGIC = 0x4857_4353;
    static final int LOWEST_VERSION = 1;
    static final int VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
    static final int GROUP_OFFSET = VERSION_OFFSET + Short.BYTES;
    static final int INDEX_OFFSET = GROUP_OFFSET + Short.BYTES;
    static final int SALT_OFFSET = INDEX_OFFSET + Long.BYTES;
    static final int CRC_OFFSET = SALT_OFFSET + Long.BYTES;
    static final int BYTES = CRC_OFFSET + Integer.BYTES;

    private CoreFileHeader() {}

    static ByteBuffer write(final int magic, final int groupId, final long index, final long salt) {
        final ByteBuffer header = ByteBuffer.allocate(BYTES);
        header.putInt(MAGIC_OFFSET, magic);
        header.putShort(VERSION_OFFSET, (short) VERSION);
        header.putShort(GROUP_OFFSET, (short) groupId);
        header.putLong(INDEX_OFFSET, index);
        header.putLong(SALT_OFFSET, salt);
        header.putInt(CRC_OFFSET, crc(header));
        return header;
    }

    /** Refuses the file unless its head, at position 0, is as it must be. */
    static void require(
            final Path path, final ByteBuffer file, final int magic, final CoreGroup<?> group, final long index)
            throws CoreLogException {
        if (file.limit() < BYTES || file.getInt(MAGIC_OFFSET) != magic) {
            throw new CoreLogException(CoreLogException.Reason.CORRUPT, path, "not a file of this kind");
        }
        final int version = Short.toUnsignedInt(file.getShort(VERSION_OFFSET));
        if (version > VERSION) {
            throw new CoreLogException(
                    CoreLogException.Reason.TOO_NEW, path, "version " + version + "; this node reads up to " + VERSION);
        }
        if (version < LOWEST_VERSION) {
            throw new CoreLogException(
                    CoreLogException.Reason.TOO_OLD,
                    path,
                    "version " + version + "; this node reads " + LOWEST_VERSION + " and later");
        }
        if (file.getInt(CRC_OFFSET) != crc(file)) {
            throw new CoreLogException(CoreLogException.Reason.CORRUPT, path, "the head's checksum is wrong");
        }
        if (Short.toUnsignedInt(file.getShort(GROUP_OFFSET)) != group.id()) {
            throw new CoreLogException(CoreLogException.Reason.FOREIGN, path, "belongs to another group than " + group);
        }
        if (file.getLong(INDEX_OFFSET) != index) {
            throw new CoreLogException(
                    CoreLogException.Reason.CORRUPT, path, "index " + file.getLong(INDEX_OFFSET) + " in the head");
        }
    }

    /** The salt in the head at position 0. */
    static long salt(final ByteBuffer file) {
        return file.getLong(SALT_OFFSET);
    }

    private static int crc(final ByteBuffer header) {
        final CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(CRC_OFFSET));
        return (int) crc.getValue();
    }
}
