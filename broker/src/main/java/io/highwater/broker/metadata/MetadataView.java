package io.highwater.broker.metadata;

/**
 * The newest image that this node has seen. Written by the one thread that applies changes.
 *
 * <p>{@link #current()} is safe for any thread: the image is immutable, and the volatile write of a newer one happens
 * before every read that returns it.
 */
public final class MetadataView {
    private volatile MetadataImage current = MetadataImage.EMPTY;

    /** The newest image; later calls never return an older one. */
    public MetadataImage current() {
        return current;
    }

    /** Replaces the image by a newer one. Called by the thread that applies changes only. */
    public void advance(final MetadataImage next) {
        if (next.version() < current.version()) {
            throw new IllegalStateException(
                    "metadata image would go back from version " + current.version() + " to " + next.version());
        }
        current = next;
    }
}
