package io.highwater.port;

/**
 * Time as the broker sees it. No promise of the broker depends on it: clocks give liveness only.
 *
 * <p>Safe for any thread because implementations hold no mutable state visible to callers.
 */
public interface Clock {
    /** Milliseconds since the Unix epoch; may jump either way. For record timestamps and retention only. */
    long wallMs();

    /** Nanoseconds from an arbitrary origin; never falls. For timeouts and measurements. */
    long monotonicNs();

    /** {@link #monotonicNs()} in whole milliseconds. */
    default long monotonicMs() {
        return monotonicNs() / 1_000_000L;
    }
}
