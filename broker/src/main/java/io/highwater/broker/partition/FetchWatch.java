package io.highwater.broker.partition;

/**
 * A fetch's interest in one partition. It is told on the partition's shard when there is more to see or the partition
 * can't be read any more; then it leaves, unless it asks to stay.
 *
 * <p>Links of a list kept by the partition: registering and leaving cost the same for one watcher and for thousands.
 * Confined to the partition's shard.
 */
public abstract class FetchWatch {
    private FetchWatch previous;
    private FetchWatch next;
    private boolean isRegistered;

    /**
     * The high-water mark rose. True when it wants to hear of the next time as well. Must not change the partition's
     * watches: hand that over to a task of the shard.
     */
    protected abstract boolean onVisible(long highWatermark);

    /** The partition no longer leads here, or its disk failed: reading it now gives the error. */
    protected abstract void onUnreadable();

    /** True from {@link Partition#watch} until it has left or {@link Partition#unwatch}. */
    protected final boolean isRegistered() {
        return isRegistered;
    }

    /** The watches of one partition. */
    static final class Watches {
        private FetchWatch first;

        boolean isEmpty() {
            return first == null;
        }

        int count() {
            int count = 0;
            for (FetchWatch watch = first; watch != null; watch = watch.next) {
                count++;
            }
            return count;
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
            FetchWatch watch = first;
            while (watch != null) {
                final FetchWatch following = watch.next;
                if (!watch.onVisible(highWatermark)) {
                    remove(watch);
                }
                watch = following;
            }
        }

        void tellUnreadable() {
            while (first != null) {
                final FetchWatch watch = first;
                remove(watch);
                watch.onUnreadable();
            }
        }
    }
}
