package io.highwater.broker.partition;

/**
 * A long-poll fetch's interest in one partition. It is told on the partition's shard when there is more to see or the
 * partition can't be read any more, and stays registered until {@link Partition#unwatch}.
 *
 * <p>Links of a list kept by the partition: registering and leaving cost the same for one watcher and for thousands.
 * Confined to the partition's shard.
 */
public abstract class FetchWatch {
    private FetchWatch previous;
    private FetchWatch next;
    private boolean isRegistered;

    /** The high-water mark rose. Must not change the partition's watches: hand that over to a task of the shard. */
    protected abstract void onVisible(long highWatermark);

    /** The partition no longer leads here, or its disk failed: reading it now gives the error. */
    protected abstract void onUnreadable();

    /** The watches of one partition. */
    static final class Watches {
        private FetchWatch first;

        boolean isEmpty() {
            return first == null;
        }

        void add(final FetchWatch watch) {
            if (watch.isRegistered) {
                throw new IllegalStateException("watch registered twice");
            }
            watch.isRegistered = true;
            watch.next = first;
            if (first != null) {
                first.previous = watch;
            }
            first = watch;
        }

        void remove(final FetchWatch watch) {
            if (!watch.isRegistered) {
                return;
            }
            watch.isRegistered = false;
            if (watch.previous == null) {
                first = watch.next;
            } else {
                watch.previous.next = watch.next;
            }
            if (watch.next != null) {
                watch.next.previous = watch.previous;
            }
            watch.previous = null;
            watch.next = null;
        }

        void tellVisible(final long highWatermark) {
            for (FetchWatch watch = first; watch != null; watch = watch.next) {
                watch.onVisible(highWatermark);
            }
        }

        void tellUnreadable() {
            for (FetchWatch watch = first; watch != null; watch = watch.next) {
                watch.onUnreadable();
            }
        }
    }
}
