package io.highwater.producer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * MurmurHash2 (Austin Appleby, public domain), 32 bits, with the seed that the ecosystem's producers use: the same key goes
 * to the same partition whichever client sends it. Safe for any thread because it has no state.
 */
final class Murmur2 {
    private static final int SEED = 0x9747b28c;
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private Murmur2() {}

    /** The partition of a key, of as many as there are. */
    static int partition(final ByteBuffer key, final int partitions) {
        return (hash(key) & Integer.MAX_VALUE) % partitions;
    }

    /** Hash of the bytes from position to limit. */
    static int hash(final ByteBuffer key) {
        final ByteBuffer bytes = key.slice().order(ByteOrder.LITTLE_ENDIAN);
        final int length = bytes.limit();
        int h = SEED ^ length;
        int at = 0;
        for (; at + Integer.BYTES <= length; at += Integer.BYTES) {
            int k = bytes.getInt(at) * M;
            k ^= k >>> R;
            h = h * M ^ k * M;
        }
        if (at < length) {
            for (int i = length - 1; i >= at; i--) {
                h ^= (bytes.get(i) & 0xFF) << (8 * (i - at));
            }
            h *= M;
        }
        h ^= h >>> 13;
        h *= M;
        return h ^ h >>> 15;
    }
}
