package io.highwater.log.datajournal;

import io.highwater.log.disk.DiskFile;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The two files data-journal.0 and data-journal.1. Big-endian. Written with zeros before they are used, and used in turn,
 * from the beginning to the end, again and again. A file has frames only, each at a multiple of 4096 bytes, so that no write
 * touches a block that was forced before.
 *
 * <p>A frame holds pieces of logs, byte for byte as they are in the segments' files. Sequences rise by one from frame to
 * frame, through both files, and jump at each opening of the directory: a frame that may have been begun before a crash
 * never meets another one of its number. Which frames still matter is in the directory's journal: the witness
 * {@code data-journal} says through which sequence all are in the logs' files, and each log's recovery point names the
 * first that says something of that log.
 *
 * <p>Clients choose bytes that come to stand here. So that none can write what looks like a frame, the checksum begins with the
 * directory's secret (int64), a random number that only its journal has: the witness {@code data-journal-secret}.
 *
 * <p>The last frames of a run may be torn: they were never acknowledged. A bad frame that was durable once, as a later one
 * says, is damage.
 *
 * <pre>
 * Frame, at a multiple of 4096, zeros up to the next one
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |                 Magic  'H'  'W'  'D'  'J'                     |
 *     +-------------------------------+-------------------------------+
 *   4 |        Version (uint16)       |            zero               |
 *     +-------------------------------+-------------------------------+
 *   8 |       Length (int32), this header included, padding not       |
 *     +---------------------------------------------------------------+
 *  12 |  CRC-32C of the secret, then of bytes 16 to length - 1, incl. |
 *     +---------------------------------------------------------------+
 *  16 |   Run (int64): the first sequence since the directory was     |
 *     |                opened                                         |
 *     +---------------------------------------------------------------+
 *  24 |                     Sequence (int64)                          |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  32 |  Durable (int64): frames below this sequence were forced      |
 *     |                   when this one was written                   |
 *     +---------------------------------------------------------------+
 *  40 |                  Count of pieces (int32)                      |
 *     +---------------------------------------------------------------+
 *  44 |  Pieces                                                    ...
 *
 * Piece
 *
 *   0  Topic id (16 bytes)
 *  16  Partition (int32)
 *  20  Base offset of the segment (int64)
 *  28  Position in the segment's file (int32)
 *  32  Offset at which the log ended with this piece (int64)
 *  40  Length of what follows (int32)
 *  44  Batches
 * </pre>
 *
 * <p>Stateless.
 */
final class FrameFormat {
    static final int BLOCK_BYTES = DiskFile.BLOCK_BYTES;

    static final int MAGIC = 0x4857444A;
    static final int VERSION = 2;

    static final int MAGIC_POSITION = 0;
    static final int VERSION_POSITION = MAGIC_POSITION + Integer.BYTES;
    static final int LENGTH_POSITION = VERSION_POSITION + 2 * Short.BYTES;
    static final int CRC_POSITION = LENGTH_POSITION + Integer.BYTES;
    static final int RUN_POSITION = CRC_POSITION + Integer.BYTES;
    static final int SEQUENCE_POSITION = RUN_POSITION + Long.BYTES;
    static final int DURABLE_POSITION = SEQUENCE_POSITION + Long.BYTES;
    static final int COUNT_POSITION = DURABLE_POSITION + Long.BYTES;
    static final int FRAME_HEADER_BYTES = COUNT_POSITION + Integer.BYTES;

    static final int PIECE_HEADER_BYTES =
            2 * Long.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES + Long.BYTES + Integer.BYTES;

    /** No frame is larger, padding included. */
    static final int FRAME_BYTES_MAX = 256 << 10;

    private FrameFormat() {}

    static int crc(final ByteBuffer frame, final int length, final long secret) {
        final CRC32C crc = new CRC32C();
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            crc.update((int) (secret >>> shift));
        }
        crc.update(frame.slice(RUN_POSITION, length - RUN_POSITION));
        return (int) crc.getValue();
    }

    static int toBlockEnd(final int bytes) {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }
}
