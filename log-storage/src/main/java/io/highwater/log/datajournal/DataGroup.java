package io.highwater.log.datajournal;

import java.util.ArrayList;
import java.util.List;

/**
 * One group on its way through the data journal: the logs whose pieces are in frames that are written and not forced yet.
 * Used again for the next group once it was told. Two may be under way, so that a slow force keeps the next group from
 * being told, but not from being forced.
 */
public final class DataGroup {
    /** How many may be under way. */
    public static final int COUNT = 2;

    private final int index;
    private final List<Journaled> staged = new ArrayList<>();
    private final List<DataFile> toForce = new ArrayList<>(2);
    /** Of the newest frame; that of the group before when it has none. */
    private long lastSequence;
    /** Guarded by the data journal's order. */
    private boolean isForced;

    /** The one of that index. */
    public DataGroup(final int index) {
        this.index = index;
    }

    /** Below {@link #COUNT}; no other group under way has it. */
    public int index() {
        return index;
    }

    void begin() {
        staged.clear();
        toForce.clear();
        isForced = false;
    }

    void add(final Journaled log) {
        staged.add(log);
    }

    List<Journaled> staged() {
        return staged;
    }

    /** A frame of the group is in this file now. */
    void onWritten(final DataFile file) {
        if (!toForce.contains(file)) {
            toForce.add(file);
        }
    }

    List<DataFile> toForce() {
        return toForce;
    }

    long lastSequence() {
        return lastSequence;
    }

    void lastSequence(final long sequence) {
        lastSequence = sequence;
    }

    boolean isForced() {
        return isForced;
    }

    void onForced() {
        isForced = true;
    }
}
