package io.highwater.log;

/** When appended bytes are forced to the device, and so what {@link PartitionLog#stableEnd()} means. */
public enum FlushPolicy {
    /** Forced as soon as possible, many appends at once; the stable end is the forced end. */
    COMMIT,
    /** Forced every {@code flush.ms}; the stable end is the appended end. */
    INTERVAL,
    /** Left to the operating system; the stable end is the appended end. */
    OS
}
