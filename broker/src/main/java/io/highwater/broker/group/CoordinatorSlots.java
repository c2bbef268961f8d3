package io.highwater.broker.group;

/**
 * Fixed Partitions: each group belongs to one of 64 slots for ever, and slots, not groups, are given to brokers.
 */
public final class CoordinatorSlots {
    /** Never changes: it would move groups. */
    public static final int COUNT = 64;

    private CoordinatorSlots() {}

    /** The group's slot, from 0. */
    public static int slotOf(final String groupId) {
        // String.hashCode is fixed by its specification; the multiplication spreads ids that differ in the last letter.
        return (groupId.hashCode() * 0x9E3779B9) >>> (Integer.SIZE - 6);
    }
}
