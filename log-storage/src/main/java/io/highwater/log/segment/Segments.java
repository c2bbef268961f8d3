package io.highwater.log.segment;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;

/**
 * The segments of a log by rising base offset; the last one is written to. Never empty. However many there are, the
 * active one and one sealed one are mapped at a time, besides what readers hold: whoever is about to look into one says so
 * with {@link #use}.
 *
 * <p>Confined to the log's shard.
 */
public final class Segments implements Closeable {
    private final ArrayList<Segment> ordered;
    /** The sealed segment that may be mapped, null for none. */
    private Segment used;

    /** At least one, in order. */
    public Segments(final List<Segment> ordered) {
        if (ordered.isEmpty()) {
            throw new IllegalArgumentException("a log has one segment at least");
        }
        this.ordered = new ArrayList<>(ordered);
    }

    /** How many. */
    public int count() {
        return ordered.size();
    }

    /** By place, the oldest is 0. */
    public Segment get(final int place) {
        return ordered.get(place);
    }

    /** The one that is written to. */
    public Segment active() {
        return ordered.get(ordered.size() - 1);
    }

    /** Takes in a new active one. */
    public void add(final Segment segment) {
        ordered.add(segment);
    }

    /** Place of the segment that the offset falls into, 0 when it is below all. */
    public int placeOf(final long offset) {
        int low = 0;
        int high = ordered.size() - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (ordered.get(middle).baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Math.max(0, high);
    }

    /** The segment's batches are about to be looked at: the sealed one that was looked at before gives its mapping up. */
    public void use(final Segment segment) {
        if (segment != active() && segment != used) {
            if (used != null) {
                used.unmap();
            }
            used = segment;
        }
    }

    /** The greatest timestamp of the segment's records, -1 when there is none. */
    public long maxTimestampOf(final Segment segment) throws IOException {
        if (!segment.isMaxTimestampKnown()) {
            use(segment);
        }
        return segment.maxTimestamp();
    }

    /** Takes out the oldest, which must not be the active one. */
    public Segment removeFirst() {
        if (ordered.size() == 1) {
            throw new IllegalStateException("the active segment can't be removed");
        }
        return removed(ordered.remove(0));
    }

    /** Takes out the active one; the one before becomes active. */
    public Segment removeActive() {
        if (ordered.size() == 1) {
            throw new IllegalStateException("the only segment can't be removed");
        }
        return removed(ordered.remove(ordered.size() - 1));
    }

    /** Bytes of all batches. */
    public long sizeBytes() {
        long bytes = 0;
        for (final Segment segment : ordered) {
            bytes += segment.sizeBytes();
        }
        return bytes;
    }

    /** Gives up all their files; readers keep what they hold. The first failure is thrown once all are closed. */
    @Override
    public void close() throws IOException {
        CloseHelper.closeAll(ordered);
    }

    private Segment removed(final Segment segment) {
        if (used == segment) {
            used = null;
        }
        return segment;
    }
}
