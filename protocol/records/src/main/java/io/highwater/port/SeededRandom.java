package io.highwater.port;

import java.util.UUID;

/**
 * SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): 64 bits of state,
 * the same sequence on every JVM. Good for ids, jitter and simulations; not for secrets.
 *
 * <p>Confined to the thread that owns it.
 */
public final class SeededRandom implements RandomSource {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** The sequence that belongs to {@code seed}. */
    public SeededRandom(final long seed) {
        this.state = seed;
    }

    /** A sequence that nobody can repeat: the seed comes from the operating system. */
    public static SeededRandom fromSystem() {
        return new SeededRandom(SystemSeed.next());
    }

    @Override
    public long nextLong() {
        state += GOLDEN_GAMMA;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public int nextInt(final int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, is " + bound);
        }
        // Multiply-shift maps 32 random bits onto the range; its bias is below bound / 2^32.
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    @Override
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    @Override
    public UUID nextUuid() {
        while (true) {
            final long high = (nextLong() & ~0xF000L) | 0x4000L;
            final long low = (nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
            // 62 is '-' in URL-safe base64: the first six bits of the id.
            if ((high >>> 58) != 62) {
                return new UUID(high, low);
            }
        }
    }

    @Override
    public RandomSource fork() {
        return new SeededRandom(nextLong());
    }
}
