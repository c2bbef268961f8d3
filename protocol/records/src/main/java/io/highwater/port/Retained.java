package io.highwater.port;

/**
 * The lifetime of memory that somebody else owns: a receive buffer, a mapped region. Whoever keeps a {@code ByteBuffer}
 * beyond the call it came in on retains its handle first and releases it once, after the last touch.
 *
 * <p>Safe for any thread.
 */
public interface Retained {
    /** Memory that the garbage collector looks after. */
    Retained NONE = new Retained() {
        @Override
        public void retain() {
            // Nothing to count: the heap keeps it.
        }

        @Override
        public void release() {
            // Nothing to count: the heap keeps it.
        }
    };

    /** Takes one more share in the memory; the caller must hold one already. */
    void retain();

    /** Gives one share back; the memory may be gone when the last one is. */
    void release();
}
