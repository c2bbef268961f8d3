package io.highwater.broker.core;

import io.highwater.broker.codec.Codecs;
import io.highwater.protocol.codec.MalformedMessageException;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageReader;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Entries that will be written and forced together (Request Batch), encoded one behind the other. {@link CoreLog} seals
 * them when it knows the file they go to.
 *
 * <p>Confined to whoever holds it: the core's shard while it is filled, the executor while it is written.
 */
final class EntryBatch {
    /** A buffer that grew past this is not kept. */
    private static final int KEPT_BYTES_MAX = 1024 * 1024;

    private static final int FIRST_BYTES = 4096;

    private ByteBuf buffer = Unpooled.buffer(FIRST_BYTES);
    private long lastIndex;

    /** True without entries. */
    boolean isEmpty() {
        return !buffer.isReadable();
    }

    /** Bytes of all entries. */
    int sizeBytes() {
        return buffer.readableBytes();
    }

    /** The index of the last entry. */
    long lastIndex() {
        return lastIndex;
    }

    /** The entries, as the heap memory they are in. */
    ByteBuffer bytes() {
        return buffer.nioBuffer();
    }

    /**
     * Adds an entry.
     *
     * @return false, and nothing is added, when it would be longer than {@code entryBytesMax}.
     */
    boolean add(final long index, final long term, final List<? extends Message> records, final int entryBytesMax) {
        final int start = buffer.writerIndex();
        boolean isWhole = false;
        try {
            isWhole = write(index, term, records, start + (long) entryBytesMax);
        } finally {
            if (!isWhole) {
                buffer.writerIndex(start);
            }
        }
        if (isWhole) {
            buffer.setInt(start + LogFormat.LENGTH_POSITION, buffer.writerIndex() - start);
            lastIndex = index;
        }
        return isWhole;
    }

    private boolean write(
            final long index, final long term, final List<? extends Message> records, final long endMax) {
        buffer.writeInt(0);
        buffer.writeInt(0);
        buffer.writeLong(index);
        buffer.writeLong(term);
        buffer.writeLong(0);
        final MessageWriter writer = new MessageWriter(buffer);
        writer.writeUvarint(records.size());
        for (final Message record : records) {
            write(record, writer);
            if (buffer.writerIndex() > endMax) {
                return false;
            }
        }
        return true;
    }

    /** Forgets the entries and keeps the memory. */
    void clear() {
        if (buffer.capacity() > KEPT_BYTES_MAX) {
            buffer.release();
            buffer = Unpooled.buffer(FIRST_BYTES);
        }
        buffer.clear();
    }

    /**
     * The records of an entry, in memory of their own.
     *
     * @param payload from the count of records on.
     */
    static List<Message> decode(final ByteBuffer payload, final Path path) throws CoreLogException {
        // A record's byte fields are views: on a copy, they keep no more alive than their own entry.
        final byte[] copy = new byte[payload.remaining()];
        payload.duplicate().get(copy);
        final MessageReader reader = new MessageReader(Unpooled.wrappedBuffer(copy));
        try {
            final int count = reader.readUvarint();
            final List<Message> records = new ArrayList<>(Math.max(0, Math.min(count, reader.remaining())));
            for (int i = 0; i < count; i++) {
                records.add(read(reader, path));
            }
            return records;
        } catch (final MalformedMessageException e) {
            throw new CoreLogException(LogProblem.CORRUPT, path, "a record can't be read: " + e.getMessage());
        }
    }

    private static Message read(final MessageReader reader, final Path path) throws CoreLogException {
        final int type = reader.readUint16();
        final int version = reader.readUint16();
        final int size = reader.readUvarint();
        final MessageCodec<?> codec = Codecs.record((short) type);
        if (codec == null || version > codec.highestVersion()) {
            throw new CoreLogException(
                    LogProblem.NEWER_FORMAT, path, "a record of type " + type + " and version " + version);
        }
        if (version < codec.lowestVersion()) {
            throw new CoreLogException(
                    LogProblem.OLDER_FORMAT, path, "a record of type " + type + " and version " + version);
        }
        final int before = reader.remaining();
        final Message record = codec.read(reader, (short) version);
        if (before - reader.remaining() != size) {
            throw new CoreLogException(LogProblem.CORRUPT, path, "a record of type " + type + " is not as long as said");
        }
        return record;
    }

    @SuppressWarnings("unchecked") // A record's type number names the codec of its own class.
    private static void write(final Message record, final MessageWriter writer) {
        final MessageCodec<Message> codec = (MessageCodec<Message>) Codecs.record(record.apiKey());
        if (codec == null) {
            throw new IllegalArgumentException("not a record of the core: " + record);
        }
        final short version = codec.highestVersion();
        writer.writeInt16(record.apiKey());
        writer.writeInt16(version);
        writer.writeUvarint(codec.size(record, version));
        codec.write(record, writer, version);
    }
}
