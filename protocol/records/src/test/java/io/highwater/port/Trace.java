package io.highwater.port;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * What happened in a simulated run, as one running 64-bit hash: two runs of one seed are the same run when count and hash
 * are equal. With a dump, each event is also a line of text, so that two runs can be compared with {@code diff}.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class Trace {
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private final Appendable dump;
    private long hash = FNV_OFFSET;
    private long count;

    /** A trace that keeps the hash only. */
    public Trace() {
        this(null);
    }

    /** A trace that also writes each event as one line; null for none. */
    public Trace(final Appendable dump) {
        this.dump = dump;
    }

    /** Something happened. */
    public void event(final String what) {
        count++;
        mix(what);
        if (dump != null) {
            line(what);
        }
    }

    /** Something happened, with the number that tells it from its like. */
    public void event(final String what, final long a) {
        count++;
        mix(what);
        mix(a);
        if (dump != null) {
            line(what + ' ' + a);
        }
    }

    /** Something happened, with two numbers. */
    public void event(final String what, final long a, final long b) {
        count++;
        mix(what);
        mix(a);
        mix(b);
        if (dump != null) {
            line(what + ' ' + a + ' ' + b);
        }
    }

    /** Something happened with these bytes, position to limit; they are not moved. */
    public void event(final String what, final ByteBuffer bytes) {
        final long before = hash;
        hash = FNV_OFFSET;
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            mixByte(bytes.get(i));
        }
        final long content = hash;
        hash = before;
        event(what, bytes.remaining(), content);
    }

    /** How many events there were. */
    public long count() {
        return count;
    }

    /** Depends on every event and on their order. */
    public long hash() {
        return hash;
    }

    @Override
    public String toString() {
        return count + " events, hash " + Long.toHexString(hash);
    }

    private void mix(final String text) {
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        // A separator, so that "ab","c" and "a","bc" differ.
        hash = (hash ^ 0xFFFFF) * FNV_PRIME;
    }

    private void mix(final long value) {
        for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
            mixByte((byte) (value >>> shift));
        }
    }

    private void mixByte(final byte value) {
        hash = (hash ^ (value & 0xFF)) * FNV_PRIME;
    }

    private void line(final String text) {
        try {
            dump.append(text).append('\n');
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
