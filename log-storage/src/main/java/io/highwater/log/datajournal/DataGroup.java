package io.highwater.log.datajournal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One group on its way through the data journal: the logs whose pieces are in frames that are not durable yet. The one frame
 * that most groups have stays in memory until it is written past the page cache; where that is not possible, and where there
 * are more, they are written at once, and forced. Used again for the next group once it was told. Two may be under way, so
 * that a slow force keeps the next group from being told, but not from being forced.
 */
public final class DataGroup {
    /** How many may be under way. */
    public static final int COUNT = 2;

    private final int index;
    private final List<Journaled> staged = new ArrayList<>();
    private final List<DataFile> toForce = new ArrayList<>(2);
    /** Null until the first one. */
    private DataFrame frame;
    /** Where the group's frame goes, null when there is none that is not written. */
    private DataFile place;

    private ByteBuffer whole;
    private int position;
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
        place = null;
        isForced = false;
    }

    /** What the group's next frame is put together in. */
    DataFrame frame(final long secret) {
        if (frame == null) {
            frame = new DataFrame(secret);
        }
        return frame;
    }

    /** True when a frame of the group is in a file already. */
    boolean hasWritten() {
        return !toForce.isEmpty();
    }

    /** The group's only frame is to be written there. */
    void onPlaced(final DataFile file, final int at, final ByteBuffer bytes) {
        place = file;
        position = at;
        whole = bytes;
    }

    /** Makes all frames of the group durable. */
    void force() throws IOException {
        if (place != null) {
            place.writeThrough(whole, position);
        }
        for (int i = 0; i < toForce.size(); i++) {
            toForce.get(i).force();
        }
    }

    /** True when the group has frames. */
    boolean hasFrames() {
        return place != null || hasWritten();
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
