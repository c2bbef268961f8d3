package io.highwater.log;

import io.highwater.log.segment.Segment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where a log ends, written by its shard with each append and read by the flusher, without a lock and without an
 * allocation: a sequence lock. The shard makes the sequence odd, changes the fields, makes it even. A reader that sees an
 * odd number, or another one after than before, tries again; it waits for a few stores at most.
 *
 * <p>Happens-before: the release of the even number pairs with the reader's acquire of it, so the fields and everything
 * written to the files before are visible. One writer, any readers.
 */
final class PublishedEnd {
    private static final VarHandle SEQUENCE;

    static {
        try {
            SEQUENCE = MethodHandles.lookup().findVarHandle(PublishedEnd.class, "sequence", long.class);
        } catch (final ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a reader got, all of the same instant. Confined to the reader. */
    static final class Seen {
        Segment segment;
        long offset;
        int position;
        /** Bytes appended to the log since it was opened. */
        long appendedBytes;
    }

    @SuppressWarnings("unused")
    private long sequence;

    private Segment segment;
    private long offset;
    private int position;
    private long appendedBytes;

    void publish(final Segment active, final long endOffset, final long appended) {
        final long before = (long) SEQUENCE.getOpaque(this);
        SEQUENCE.setOpaque(this, before + 1);
        VarHandle.storeStoreFence();
        segment = active;
        offset = endOffset;
        position = active.sizeBytes();
        appendedBytes = appended;
        SEQUENCE.setRelease(this, before + 2);
    }

    void read(final Seen target) {
        while (true) {
            final long before = (long) SEQUENCE.getAcquire(this);
            target.segment = segment;
            target.offset = offset;
            target.position = position;
            target.appendedBytes = appendedBytes;
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && before == (long) SEQUENCE.getOpaque(this)) {
                return;
            }
            Thread.onSpinWait();
        }
    }
}
