package io.highwater.port;

import java.util.UUID;

/**
 * Chance, from one seed. Confined to the thread that owns it; give each owner its own by {@link #fork()}.
 */
public interface RandomSource {
    /** Any 64 bits. */
    long nextLong();

    /** Uniform in [0, bound); {@code bound} must be positive. */
    int nextInt(int bound);

    /** Uniform in [0, 1). */
    double nextDouble();

    /** A random (version 4) id whose URL-safe base64 form does not begin with a dash, as tools take it for an option. */
    UUID nextUuid();

    /** An independent source whose seed is drawn from this one. */
    RandomSource fork();
}
