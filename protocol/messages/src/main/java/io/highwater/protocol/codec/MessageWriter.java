package io.highwater.protocol.codec;

import io.highwater.port.Retained;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Writes the protocol's values. The plain form writes everything into one buffer of the caller's, from its writer index on.
 * The gathering form leaves fields of type {@code records} where they are: {@link #finish} gives one buffer made of the
 * bytes written and, between them, the records' own memory, which the caller keeps alive until the buffer is released.
 * Small records are copied all the same: a piece of its own costs more than a kilobyte.
 *
 * <p>Confined to one thread.
 */
public final class MessageWriter {
    /** Records below this are copied by the gathering form too. */
    static final int COPIED_BELOW = 1024;

    private static final int FIRST_PIECES = 8;

    /** The records left in place, in order; the first {@link #pieces} of the array. */
    private ByteBuffer[] records;
    /** For each, how many bytes of {@link #buffer} come before it. */
    private int[] positions;

    private int pieces;

    private final ByteBuf buffer;
    private final ByteBufAllocator allocator;

    /** The plain form; {@code buffer} stays the caller's and has room for {@code size()} of what is to be written. */
    public MessageWriter(final ByteBuf buffer) {
        this(buffer, null);
    }

    private MessageWriter(final ByteBuf buffer, final ByteBufAllocator allocator) {
        this.buffer = buffer;
        this.allocator = allocator;
    }

    /** The gathering form; {@code headSize} is a guess at the bytes that are not records. */
    public static MessageWriter gathering(final ByteBufAllocator allocator, final int headSize) {
        final MessageWriter writer = new MessageWriter(allocator.directBuffer(headSize), allocator);
        writer.records = new ByteBuffer[FIRST_PIECES];
        writer.positions = new int[FIRST_PIECES];
        return writer;
    }

    /**
     * Everything written, in order: the plain form's own buffer, or a new one that belongs to the caller. Ends the gathering
     * form.
     */
    public ByteBuf finish() {
        return finish(Retained.NONE);
    }

    /**
     * As {@link #finish()}, for records that must stay until the buffer is released: {@code lifetime} is released then, or
     * at once when they were all small enough to be copied.
     */
    public ByteBuf finish(final Retained lifetime) {
        if (pieces == 0) {
            lifetime.release();
            return buffer;
        }
        final CompositeByteBuf whole = new GatheredBuffer(allocator, 2 * pieces + 1, lifetime);
        int from = 0;
        for (int i = 0; i < pieces; i++) {
            addHead(whole, from, positions[i]);
            whole.addComponent(true, Unpooled.wrappedBuffer(records[i]));
            from = positions[i];
        }
        addHead(whole, from, buffer.writerIndex());
        buffer.release();
        return whole;
    }

    private void addHead(final CompositeByteBuf whole, final int from, final int to) {
        if (to > from) {
            whole.addComponent(true, buffer.retainedSlice(from, to - from));
        }
    }

    /** Gives up what was written, when a gathering form is not to be finished. */
    public void discard() {
        buffer.release();
    }

    /** One byte, 1 or 0. */
    public void writeBool(final boolean value) {
        buffer.writeByte(value ? 1 : 0);
    }

    /** The lowest 8 bits. */
    public void writeInt8(final int value) {
        buffer.writeByte(value);
    }

    /** The lowest 16 bits, big-endian. */
    public void writeInt16(final int value) {
        buffer.writeShort(value);
    }

    /** The lowest 16 bits, big-endian. */
    public void writeUint16(final int value) {
        buffer.writeShort(value);
    }

    /** Four bytes, big-endian. */
    public void writeInt32(final int value) {
        buffer.writeInt(value);
    }

    /** Eight bytes, big-endian. */
    public void writeInt64(final long value) {
        buffer.writeLong(value);
    }

    /** Eight bytes, IEEE 754, big-endian. */
    public void writeFloat64(final double value) {
        buffer.writeLong(Double.doubleToRawLongBits(value));
    }

    /** Sixteen bytes. */
    public void writeUuid(final UUID value) {
        buffer.writeLong(value.getMostSignificantBits());
        buffer.writeLong(value.getLeastSignificantBits());
    }

    /** An unsigned LEB128. */
    public void writeUvarint(final int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            buffer.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        buffer.writeByte(rest);
    }

    /** A string; null as such where that is legal, else as the empty string. */
    public void writeString(final String value, final boolean flexible, final boolean nullable) {
        if (value == null) {
            writeLength(-1, flexible, nullable, Short.BYTES);
            return;
        }
        final int bytes = WireSizes.utf8Bytes(value);
        writeLength(bytes, flexible, nullable, Short.BYTES);
        ByteBufUtil.reserveAndWriteUtf8(buffer, value, bytes);
    }

    /** A byte field, from position to limit, which stay as they are; null as such where that is legal, else as empty. */
    public void writeBytes(final ByteBuffer value, final boolean flexible, final boolean nullable) {
        writeLength(value == null ? -1 : value.remaining(), flexible, nullable, Integer.BYTES);
        if (value != null) {
            copy(value);
        }
    }

    /** Record batches, from position to limit: copied by the plain form, left in place by the gathering one. */
    public void writeRecords(final ByteBuffer value, final boolean flexible, final boolean nullable) {
        if (records == null || value == null || value.remaining() < COPIED_BELOW) {
            writeBytes(value, flexible, nullable);
            return;
        }
        writeLength(value.remaining(), flexible, nullable, Integer.BYTES);
        if (pieces == records.length) {
            records = Arrays.copyOf(records, 2 * pieces);
            positions = Arrays.copyOf(positions, 2 * pieces);
        }
        records[pieces] = value;
        positions[pieces] = buffer.writerIndex();
        pieces++;
    }

    /** The count of an array; null as such where that is legal, else as no element. */
    public void writeCount(final List<?> value, final boolean flexible, final boolean nullable) {
        writeLength(value == null ? -1 : value.size(), flexible, nullable, Integer.BYTES);
    }

    /** A length, −1 for null, in the compact form or in a number of {@code width} bytes. */
    private void writeLength(final int length, final boolean flexible, final boolean nullable, final int width) {
        final int legal = length < 0 && !nullable ? 0 : length;
        if (flexible) {
            writeUvarint(legal + 1);
        } else if (width == Short.BYTES) {
            buffer.writeShort(legal);
        } else {
            buffer.writeInt(legal);
        }
    }

    /** Never moves the position of {@code value}, not even for a moment: another thread may be writing the same one. */
    private void copy(final ByteBuffer value) {
        if (value.hasArray()) {
            buffer.writeBytes(value.array(), value.arrayOffset() + value.position(), value.remaining());
        } else {
            buffer.writeBytes(value.duplicate());
        }
    }
}
