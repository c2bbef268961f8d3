package io.highwater.protocol.codec;

import io.highwater.protocol.message.Message;

/**
 * The bytes of one kind of message, for dispatch over all of them. The generated {@code ProduceRequestCodec} and so on have
 * the same as static methods, which is what code that knows its message calls.
 *
 * <p>Safe for any thread because codecs hold no state.
 */
public interface MessageCodec<M extends Message> {
    /** The lowest version it can read and write. */
    short lowestVersion();

    /** The highest version it can read and write. */
    short highestVersion();

    /** Whether {@code version} has compact lengths and tagged fields. */
    boolean isFlexible(short version);

    /**
     * Reads one message; bytes after it are left alone. Fields of bytes are views on the reader's buffer.
     *
     * @throws MalformedMessageException when the bytes are not such a message
     */
    M read(MessageReader in, short version);

    /** The bytes that {@link #write} writes for {@code message} as it is now. */
    int size(M message, short version);

    /** Writes {@code message}; what {@code version} cannot carry is dropped, a null it does not allow is written as empty. */
    void write(M message, MessageWriter out, short version);

    /** Stops a caller that did not check the version against the codec's range: a fault of ours, not of a peer. */
    static void requireVersion(final String message, final short version, final short lowest, final short highest) {
        if (version < lowest || version > highest) {
            throw new IllegalArgumentException(
                    message + " has versions " + lowest + " to " + highest + ", not " + version);
        }
    }
}
