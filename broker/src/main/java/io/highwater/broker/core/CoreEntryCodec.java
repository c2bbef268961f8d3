package io.highwater.broker.core;

import io.highwater.protocol.codec.MalformedMessageException;
import io.highwater.protocol.codec.MessageReader;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * One entry of a log segment, and one chunk of a snapshot. Big-endian. Entries follow each other without a gap; the
 * space after the last one is zeros, and zeros are no entry.
 *
 * <pre>
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +---------------------------------------------------------------+
 *   0 |     CRC-32C of the file's salt and bytes 4 to the end         |
 *     +---------------------------------------------------------------+
 *   4 |            Length of the whole entry (int32)                  |
 *     +---------------------------------------------------------------+
 *   8 |            Index (int64)                                      |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  16 |            Term (int64)                                       |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  24 |            Batch (int64)                                      |
 *     |                                                               |
 *     +---------------------------------------------------------------+
 *  32 |            Number of records (int32)                          |
 *     +---------------------------------------------------------------+
 *  36 |            Records, each as below                          ...
 *     +-------------------------------+-------------------------------+
 *   0 |       Kind (int16)            |       Version (int16)         |
 *     +-------------------------------+-------------------------------+
 *   4 |            Length of the record's bytes (int32)               |
 *     +---------------------------------------------------------------+
 *   8 |            The record's bytes                              ...
 *     +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Batch is the index of the first entry that was written together with this one: all before that had been forced. So
 * when the power goes, what is torn is one batch, of which any sectors may be there and any others not, and a valid
 * entry behind a bad one tells by its batch whether the bad one was ever durable. In a snapshot, index and term are the
 * snapshot's, batch counts the chunks from 0, and a chunk without records is the end.
 *
 * <p>The checksum covers the length; a length is believed only when it lies within the file.
 */
final class CoreEntryCodec {
    /** There is one voter, which never loses an election. */
    static final long TERM = 1;

    static final int CRC_OFFSET = 0;
    static final int LENGTH_OFFSET = CRC_OFFSET + Integer.BYTES;
    static final int INDEX_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    static final int TERM_OFFSET = INDEX_OFFSET + Long.BYTES;
    static final int BATCH_OFFSET = TERM_OFFSET + Long.BYTES;
    static final int COUNT_OFFSET = BATCH_OFFSET + Long.BYTES;
    static final int RECORDS_OFFSET = COUNT_OFFSET + Integer.BYTES;

    static final int KIND_OFFSET = 0;
    static final int RECORD_VERSION_OFFSET = KIND_OFFSET + Short.BYTES;
    static final int RECORD_LENGTH_OFFSET = RECORD_VERSION_OFFSET + Short.BYTES;
    static final int RECORD_BYTES_OFFSET = RECORD_LENGTH_OFFSET + Integer.BYTES;

    private CoreEntryCodec() {}

    /** The bytes that {@link #write} would write. */
    static long size(final RecordTypes types, final List<Message> records) {
        long size = RECORDS_OFFSET;
        for (final Message record : records) {
            size += recordSize(types, record);
        }
        return size;
    }

    /** The bytes that one record takes. */
    static long recordSize(final RecordTypes types, final Message record) {
        final RecordTypes.Type type = types.of(record);
        return RECORD_BYTES_OFFSET
                + (long) type.codec().size(record, type.codec().highestVersion());
    }

    /** Appends an entry; the buffer must be one array's. */
    static void write(
            final RecordTypes types,
            final ByteBuf out,
            final long salt,
            final long index,
            final long batch,
            final List<Message> records) {
        final int start = out.writerIndex();
        out.writeInt(0)
                .writeInt(0)
                .writeLong(index)
                .writeLong(TERM)
                .writeLong(batch)
                .writeInt(records.size());
        for (final Message record : records) {
            final RecordTypes.Type type = types.of(record);
            final short version = type.codec().highestVersion();
            final int size = type.codec().size(record, version);
            out.writeShort(type.number()).writeShort(version).writeInt(size);
            final int before = out.writerIndex();
            type.codec().write(record, new MessageWriter(out), version);
            if (out.writerIndex() - before != size) {
                throw new IllegalStateException(
                        "wrote " + (out.writerIndex() - before) + " bytes instead of " + size + ": " + record);
            }
        }
        final int length = out.writerIndex() - start;
        out.setInt(start + LENGTH_OFFSET, length);
        out.setInt(start + CRC_OFFSET, crc(salt, out.nioBuffer(start + LENGTH_OFFSET, length - LENGTH_OFFSET)));
    }

    /** The length of the valid entry with this index at the position, or 0 when there is none. */
    static int validLength(final ByteBuffer file, final int position, final long index, final long salt) {
        if (file.limit() - position < RECORDS_OFFSET || file.getLong(position + INDEX_OFFSET) != index) {
            return 0;
        }
        final int length = file.getInt(position + LENGTH_OFFSET);
        if (length < RECORDS_OFFSET || length > file.limit() - position) {
            return 0;
        }
        final ByteBuffer covered = file.duplicate().limit(position + length).position(position + LENGTH_OFFSET);
        return crc(salt, covered) == file.getInt(position + CRC_OFFSET) ? length : 0;
    }

    private static int crc(final long salt, final ByteBuffer covered) {
        final CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, salt));
        crc.update(covered);
        return (int) crc.getValue();
    }

    /** What the valid entry at the position says of its batch. */
    static long batch(final ByteBuffer file, final int position) {
        return file.getLong(position + BATCH_OFFSET);
    }

    /** The records of the valid entry at the position. They share no bytes with the file. */
    static CoreEntry read(final RecordTypes types, final Path path, final ByteBuffer file, final int position)
            throws CoreLogException {
        final long index = file.getLong(position + INDEX_OFFSET);
        final int count = file.getInt(position + COUNT_OFFSET);
        final ByteBuffer in = file.duplicate()
                .limit(position + file.getInt(position + LENGTH_OFFSET))
                .position(position + RECORDS_OFFSET);
        if (count < 0 || count > in.remaining() / RECORD_BYTES_OFFSET) {
            throw damaged(path, index, count + " records");
        }
        final List<Message> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(readRecord(types, path, index, in));
        }
        if (in.hasRemaining()) {
            throw damaged(path, index, in.remaining() + " bytes after its records");
        }
        return new CoreEntry(index, List.copyOf(records));
    }

    private static Message readRecord(final RecordTypes types, final Path path, final long index, final ByteBuffer in)
            throws CoreLogException {
        if (in.remaining() < RECORD_BYTES_OFFSET) {
            throw damaged(path, index, "a record's head is cut off");
        }
        final short kind = in.getShort();
        final short version = in.getShort();
        final int length = in.getInt();
        final RecordTypes.Type type = types.ofNumberOrNull(kind);
        if (type == null || version > type.codec().highestVersion()) {
            throw new CoreLogException(
                    CoreLogException.Reason.TOO_NEW,
                    path,
                    "entry " + index + " holds a record of kind " + kind + ", version " + version);
        }
        if (version < type.codec().lowestVersion()) {
            throw new CoreLogException(
                    CoreLogException.Reason.TOO_OLD,
                    path,
                    "entry " + index + " holds a record of kind " + kind + ", version " + version);
        }
        if (length < 0 || length > in.remaining()) {
            throw damaged(path, index, "a record of " + length + " bytes");
        }
        final byte[] bytes = new byte[length];
        in.get(bytes);
        try {
            return type.codec().read(new MessageReader(Unpooled.wrappedBuffer(bytes)), version);
        } catch (final MalformedMessageException e) {
            final CoreLogException damaged = damaged(path, index, e.getMessage());
            damaged.initCause(e);
            throw damaged;
        }
    }

    private static CoreLogException damaged(final Path path, final long index, final String what) {
        return new CoreLogException(CoreLogException.Reason.CORRUPT, path, "entry " + index + ": " + what);
    }
}
