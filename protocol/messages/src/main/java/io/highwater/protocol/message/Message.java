package io.highwater.protocol.message;

import java.nio.ByteBuffer;

/**
 * What every generated message class is.
 *
 * <p>Confined to one thread at a time; whoever passes a message on gives it up.
 */
public interface Message {
    /** The default of a field of bytes. It has no capacity, so nobody can change it. */
    ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

    /** The API it belongs to, or the number of a record or command of ours; −1 for data and headers. */
    short apiKey();

    /** How {@code toString} shows a field of bytes: its size, as contents may be large or secret. */
    static String sizeOf(final ByteBuffer bytes) {
        return bytes == null ? "null" : bytes.remaining() + " bytes";
    }
}
