package io.highwater.broker.api;

import io.highwater.broker.partition.FetchWatch;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogSlice;
import io.highwater.log.LogStorageException;
import io.highwater.log.OffsetOutOfRangeException;
import io.highwater.port.Shard;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link FetchEntry} has left with its partition, to know whether there is anything to read. It stays there from
 * one fetch of a session to the next, so that the partitions without news cost no visit to their shards.
 *
 * <p>Confined to the partition's shard but for {@link #hasNews}, {@link #shard} and {@link #leaveAll}.
 */
final class EntryWatch extends FetchWatch {
    private static final Logger LOG = LoggerFactory.getLogger(EntryWatch.class);

    /**
     * The partition changed since it was read last. Set before the fetch under way is looked at, and looked at by the
     * fetch after it has said that it is parked: one of the two sees the other.
     */
    private volatile boolean hasNews;

    /** What was last seen to be there for the fetch. */
    private int seenBytes;

    private final FetchEntry entry;
    private final Partition partition;

    EntryWatch(final FetchEntry entry, final Partition partition) {
        this.entry = entry;
        this.partition = partition;
    }

    /** The partition was read just now, and this much found. */
    void renew(final int foundBytes) {
        hasNews = false;
        seenBytes = foundBytes;
        if (!isRegistered()) {
            partition.watch(this);
        }
    }

    /** The partition's shard: where {@link #tell} belongs. Safe for any thread. */
    Shard shard() {
        return partition.shard();
    }

    /** Reading again may give another answer. Safe for any thread. */
    boolean hasNews() {
        return hasNews;
    }

    @Override
    protected boolean onVisible(final long highWatermark) {
        hasNews = true;
        final FetchOperation operation = entry.operation();
        return operation != null && operation.isParked() && !isEnoughFor(operation);
    }

    /** What came before the operation was parked, and was no reason to read again. */
    void tell(final FetchOperation operation) {
        if (!operation.isParked()) {
            return;
        }
        if (!isRegistered()) {
            partition.watch(this);
        }
        if (partition.checkReadable(entry.wanted().currentLeaderEpoch) == ErrorCode.NONE) {
            isEnoughFor(operation);
        } else {
            operation.wake();
        }
    }

    /** True when the operation is awake now. */
    private boolean isEnoughFor(final FetchOperation operation) {
        if (operation.isAnyByteEnough()) {
            operation.wake();
            return true;
        }
        final FetchRequest.FetchPartition wanted = entry.wanted();
        try {
            final LogSlice seen = partition.read(wanted.fetchOffset, Math.max(0, wanted.partitionMaxBytes), true);
            final int bytes = seen.sizeBytes();
            final boolean isMoreThanFits = seen.nextOffset() < partition.highWatermark();
            seen.lifetime().release();
            final int more = bytes - seenBytes;
            seenBytes = bytes;
            if (!isMoreThanFits) {
                return operation.isWokenBy(more);
            }
        } catch (final OffsetOutOfRangeException | LogStorageException e) {
            LOG.debug("the next read makes it this partition's error", e);
        }
        operation.wake();
        return true;
    }

    @Override
    protected void onUnreadable() {
        hasNews = true;
        final FetchOperation operation = entry.operation();
        if (operation != null) {
            operation.wake();
        }
    }

    /** Takes the watches of entries that nobody will use again from their partitions. Safe for any thread. */
    static void leaveAll(final Collection<FetchEntry> entries) {
        Map<Shard, List<EntryWatch>> byShard = null;
        for (final FetchEntry entry : entries) {
            final EntryWatch watch = entry.takeWatch();
            if (watch != null) {
                byShard = byShard == null ? new LinkedHashMap<>() : byShard;
                byShard.computeIfAbsent(watch.partition.shard(), shard -> new ArrayList<>())
                        .add(watch);
            }
        }
        if (byShard != null) {
            byShard.forEach(
                    (shard, watches) -> shard.run(() -> watches.forEach(watch -> watch.partition.unwatch(watch))));
        }
    }
}
