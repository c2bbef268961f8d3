package io.highwater.protocol.codec;

import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Reads the protocol's values from a buffer, from its reader index on, which moves along.
 *
 * <p>Nothing is allocated on the word of a length: strings, bytes and arrays are checked against the bytes that are there
 * first (an array against the fewest bytes that its elements can take), and the elements of all arrays of one message
 * are counted against a limit, because a byte on the wire can become an object in memory. Bytes and records are views on
 * the buffer: whoever keeps them beyond the frame retains the frame.
 *
 * <p>Lenient where that is harmless, as old clients of every kind are expected: unknown tags are skipped, tags may come in
 * any order (the last of equal ones wins), bytes after the message are left alone.
 *
 * <p>Confined to one thread. It does not own the buffer.
 */
public final class MessageReader {
    /** Elements in all arrays of one message when the constructor is not told otherwise: 2^20. */
    public static final int ELEMENTS_MAX = 1 << 20;

    /**
     * Elements in all arrays of a request from a client: 2^17. An element takes some 150 bytes on the heap at most (an object,
     * its list, a short string), so one request takes 20 MB; a Fetch of 10,000 partitions needs a tenth of them.
     */
    public static final int REQUEST_ELEMENTS_MAX = 1 << 17;

    private static final int UVARINT_BYTES_MAX = 5;

    /** U+FFFD, which a byte that is no UTF-8 becomes: so a text may be longer than what it was read from. */
    private static final int BYTES_OF_REPLACEMENT = 3;

    private static final int UUID_BYTES = 16;

    /** How many elements the rest of the message may still have. */
    private int elementsLeft;

    private final ByteBuf buffer;

    /** A reader of a response of common size, or of what we stored ourselves. */
    public MessageReader(final ByteBuf buffer) {
        this(buffer, ELEMENTS_MAX);
    }

    /** A reader that accepts {@code elementsMax} array elements in all. */
    public MessageReader(final ByteBuf buffer, final int elementsMax) {
        this.buffer = buffer;
        this.elementsLeft = elementsMax;
    }

    /** Bytes not read yet. */
    public int remaining() {
        return buffer.readableBytes();
    }

    /** Zero is false, all else true. */
    public boolean readBool() {
        return readInt8() != 0;
    }

    /** One byte. */
    public byte readInt8() {
        require(Byte.BYTES);
        return buffer.readByte();
    }

    /** Two bytes, big-endian. */
    public short readInt16() {
        require(Short.BYTES);
        return buffer.readShort();
    }

    /** Two bytes, big-endian, without a sign. */
    public int readUint16() {
        require(Short.BYTES);
        return buffer.readUnsignedShort();
    }

    /** Four bytes, big-endian. */
    public int readInt32() {
        require(Integer.BYTES);
        return buffer.readInt();
    }

    /** Eight bytes, big-endian. */
    public long readInt64() {
        require(Long.BYTES);
        return buffer.readLong();
    }

    /** Eight bytes, IEEE 754, big-endian. */
    public double readFloat64() {
        return Double.longBitsToDouble(readInt64());
    }

    /** Sixteen bytes; all zero is {@link Uuids#ZERO} itself. */
    public UUID readUuid() {
        require(UUID_BYTES);
        final long high = buffer.readLong();
        final long low = buffer.readLong();
        return high == 0L && low == 0L ? Uuids.ZERO : new UUID(high, low);
    }

    /** An unsigned LEB128 of at most five bytes, as the bits of an int; bits beyond the 32nd are refused. */
    public int readUvarint() {
        int value = 0;
        for (int i = 0; i < UVARINT_BYTES_MAX; i++) {
            final byte next = readInt8();
            value |= (next & 0x7F) << (7 * i);
            if (next >= 0) {
                if (i == UVARINT_BYTES_MAX - 1 && next > 0x0F) {
                    break;
                }
                return value;
            }
        }
        throw malformed("a varint of more than 32 bits");
    }

    /** A string; null only when that is legal here. */
    public String readString(final boolean flexible, final boolean nullable) {
        final int length = flexible ? readUvarint() - 1 : readInt16();
        if (length < 0) {
            checkNull(length, nullable);
            return null;
        }
        if (length > WireSizes.STRING_BYTES_MAX) {
            throw malformed("a string of " + length + " bytes");
        }
        if (length == 0) {
            return "";
        }
        require(length);
        final int start = buffer.readerIndex();
        buffer.readerIndex(start + length);
        final String text = buffer.toString(start, length, StandardCharsets.UTF_8);
        if (length > WireSizes.STRING_BYTES_MAX / BYTES_OF_REPLACEMENT
                && ByteBufUtil.utf8Bytes(text) > WireSizes.STRING_BYTES_MAX) {
            throw malformed("a string of " + length + " bytes that are no UTF-8");
        }
        return text;
    }

    /** A view of a byte field; null only when that is legal here. */
    public ByteBuffer readBytes(final boolean flexible, final boolean nullable) {
        final int length = flexible ? readUvarint() - 1 : readInt32();
        if (length < 0) {
            checkNull(length, nullable);
            return null;
        }
        if (length == 0) {
            return Message.NO_BYTES;
        }
        require(length);
        final int start = buffer.readerIndex();
        buffer.readerIndex(start + length);
        return buffer.nioBuffer(start, length);
    }

    /** A view of record batches, as they came; null only when that is legal here. */
    public ByteBuffer readRecords(final boolean flexible, final boolean nullable) {
        return readBytes(flexible, nullable);
    }

    /**
     * The count of an array's elements, each of at least {@code elementBytes} on the wire, so that a list of that capacity is
     * safe to make; −1 for null, where that is legal.
     */
    public int readCount(final boolean flexible, final boolean nullable, final int elementBytes) {
        final int count = flexible ? readUvarint() - 1 : readInt32();
        if (count < 0) {
            checkNull(count, nullable);
            return -1;
        }
        if ((long) count * elementBytes > buffer.readableBytes()) {
            throw malformed("an array of " + count + " elements in " + buffer.readableBytes() + " bytes");
        }
        if (count > elementsLeft) {
            throw malformed("too many array elements in one message");
        }
        elementsLeft -= count;
        return count;
    }

    /** The number of tagged fields that follow. */
    public int readTagCount() {
        final int count = readUvarint();
        // A tag has a byte of number and a byte of size at least.
        if (count < 0 || count > buffer.readableBytes() / 2) {
            throw malformed("a section of " + (count & 0xFFFFFFFFL) + " tags");
        }
        return count;
    }

    /** Reads the size of a tag's payload; returns the index where the payload ends. */
    public int beginTag() {
        final int size = readUvarint();
        if (size < 0) {
            throw malformed("a tag of " + (size & 0xFFFFFFFFL) + " bytes");
        }
        require(size);
        return buffer.readerIndex() + size;
    }

    /** Checks that the payload was as long as it said. */
    public void endTag(final int tagEnd) {
        if (buffer.readerIndex() != tagEnd) {
            throw malformed("a tag that ends at " + tagEnd);
        }
    }

    /** Leaves out the payload of a tag that this version does not know. */
    public void skipTag(final int tagEnd) {
        buffer.readerIndex(tagEnd);
    }

    /** Leaves out a whole tagged section, none of whose tags is known. */
    public void skipTags() {
        for (int tags = readTagCount(); tags > 0; tags--) {
            readUvarint();
            skipTag(beginTag());
        }
    }

    private void require(final int bytes) {
        if (buffer.readableBytes() < bytes) {
            throw malformed(bytes + " bytes needed, " + buffer.readableBytes() + " there");
        }
    }

    private void checkNull(final int length, final boolean nullable) {
        if (length != -1) {
            throw malformed("a length of " + length);
        }
        if (!nullable) {
            throw malformed("a null where none is allowed");
        }
    }

    private MalformedMessageException malformed(final String what) {
        return new MalformedMessageException(what + ", at byte " + buffer.readerIndex());
    }
}
