package io.highwater.broker.api;

import io.highwater.broker.partition.Partition;
import io.highwater.log.LogSlice;
import io.highwater.log.LogStorageException;
import io.highwater.log.OffsetOutOfRangeException;
import io.highwater.log.epoch.EpochEnd;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * One partition of a fetch: what is asked for, and what was found. A session keeps its entries from one request to the
 * next, with what was found: an entry is read again only if that may give another answer.
 *
 * <p>Handed over with the operation, from the connection's shard to the partition's and back; the entry's watch may ask
 * for {@link #operation} and {@link #wanted} meanwhile.
 */
final class FetchEntry {
    private static final short FIRST_VERSION_WITH_STORAGE_ERROR = 6;

    /** What the client wants; changed between requests only. */
    private volatile FetchRequest.FetchPartition wanted;

    /** Null while it is not open here. Looked up for each request. */
    private Partition partition;

    private ErrorCode error = ErrorCode.NONE;
    private LogSlice slice;
    private EpochEnd diverging;
    private long highWatermark = -1;
    private long logStartOffset = -1;
    private int leaderEpoch = -1;
    /** There is something to read, and the request's bound left no room for it. */
    private boolean isCut;

    /** It was read to its end, and nothing was there: nothing is before the watch has news or the client wants something else. */
    private boolean isSettled;

    /** Null while none is needed. */
    private EntryWatch watch;

    /** What the session's client knows already. */
    private long sentHighWatermark = Long.MIN_VALUE;

    private long sentLogStartOffset = Long.MIN_VALUE;

    /** The fetch that is under way, null between two of a session. */
    private volatile FetchOperation operation;

    private final String topic;
    private final UUID topicId;

    FetchEntry(final String topic, final UUID topicId, final FetchRequest.FetchPartition wanted) {
        this.topic = topic;
        this.topicId = topicId;
        this.wanted = wanted;
    }

    String topic() {
        return topic;
    }

    UUID topicId() {
        return topicId;
    }

    boolean isOfTopicOf(final FetchEntry other) {
        return topicId.equals(other.topicId) && Objects.equals(topic, other.topic);
    }

    FetchRequest.FetchPartition wanted() {
        return wanted;
    }

    void want(final FetchRequest.FetchPartition newWanted) {
        wanted = newWanted;
        isSettled = false;
    }

    Partition partition() {
        return partition;
    }

    /** The fetch that is under way. Safe for any thread. */
    FetchOperation operation() {
        return operation;
    }

    /** Begins a request: {@code missing} says why the partition is null. */
    void begin(final FetchOperation newOperation, final Partition newPartition, final ErrorCode missing) {
        operation = newOperation;
        if (partition != newPartition) {
            EntryWatch.leaveAll(List.of(this));
            partition = newPartition;
            isSettled = false;
        }
        isSettled = newPartition != null && !needsRead();
        if (!isSettled) {
            forget();
            error = newPartition == null ? missing : ErrorCode.NONE;
        }
    }

    /** The request is answered, or its client gone. */
    void end() {
        operation = null;
    }

    private void forget() {
        slice = null;
        diverging = null;
        highWatermark = -1;
        logStartOffset = -1;
        leaderEpoch = -1;
        isCut = false;
    }

    /** Reading it may give another answer than what was found last. */
    boolean needsRead() {
        return !isSettled || watch.hasNews() || partition.log().startOffset() != logStartOffset;
    }

    /** The watch, if the partition has more, or an error, since it was read; else null. */
    EntryWatch watchWithNews() {
        return watch != null && watch.hasNews() ? watch : null;
    }

    /** Reads, at most {@code maxBytes}; on the partition's shard. Returns the bytes found. */
    int read(final int maxBytes, final boolean atLeastOneBatch) {
        isSettled = false;
        slice = null;
        diverging = null;
        isCut = false;
        error = partition.checkReadable(wanted.currentLeaderEpoch);
        leaderEpoch = partition.leaderEpoch();
        if (error != ErrorCode.NONE) {
            return 0;
        }
        highWatermark = partition.highWatermark();
        logStartOffset = partition.log().startOffset();
        try {
            if (wanted.lastFetchedEpoch >= 0) {
                final EpochEnd end = partition.divergence(wanted.lastFetchedEpoch, wanted.fetchOffset);
                if (end != null && end.epoch() < 0) {
                    error = ErrorCode.OFFSET_OUT_OF_RANGE;
                    return 0;
                }
                diverging = end;
                if (diverging != null) {
                    return 0;
                }
            }
            if (maxBytes <= 0 && !atLeastOneBatch) {
                isCut = wanted.fetchOffset < highWatermark;
                return 0;
            }
            final LogSlice found = partition.read(
                    wanted.fetchOffset, Math.min(Math.max(0, wanted.partitionMaxBytes), maxBytes), atLeastOneBatch);
            slice = found;
            isCut = found.sizeBytes() == 0 && maxBytes < wanted.partitionMaxBytes && wanted.fetchOffset < highWatermark;
            return found.sizeBytes();
        } catch (final OffsetOutOfRangeException e) {
            error = ErrorCode.OFFSET_OUT_OF_RANGE;
        } catch (final LogStorageException e) {
            error = ErrorCode.KAFKA_STORAGE_ERROR;
        }
        return 0;
    }

    /** Waits for news of what was read just now; on the partition's shard. */
    void watch() {
        if (watch == null) {
            watch = new EntryWatch(this, partition);
        }
        watch.renew(hasData() ? slice.sizeBytes() : 0);
        // What found nothing may have had no room for what is there: only what was read to the end is settled.
        isSettled = slice != null && !hasData() && !isUrgent() && wanted.fetchOffset >= highWatermark;
    }

    /** The watch, which is no longer the entry's; null if there is none. */
    EntryWatch takeWatch() {
        final EntryWatch taken = watch;
        watch = null;
        isSettled = false;
        return taken;
    }

    /** There is more than was read because a bound or a segment's end came first. */
    boolean hasMore() {
        return slice != null && slice.sizeBytes() > 0 && slice.nextOffset() < highWatermark;
    }

    /** The answer must not wait for more. */
    boolean isUrgent() {
        return error != ErrorCode.NONE || diverging != null || hasMore() || isCut;
    }

    /** The read met a fault of ours. */
    void fail() {
        releaseSlice();
        error = ErrorCode.KAFKA_STORAGE_ERROR;
    }

    /** Gives back what was read. */
    void releaseSlice() {
        if (slice != null) {
            slice.lifetime().release();
            slice = null;
        }
    }

    /** The slice, which the caller releases from now on; null when nothing was read. */
    LogSlice takeSlice() {
        final LogSlice taken = slice;
        slice = null;
        return taken;
    }

    /** True when the client of an incremental session has to hear of this partition. */
    boolean isNews() {
        return error != ErrorCode.NONE
                || diverging != null
                || hasData()
                || highWatermark != sentHighWatermark
                || logStartOffset != sentLogStartOffset;
    }

    boolean hasData() {
        return slice != null && slice.sizeBytes() > 0;
    }

    /** The client is behind, and this node is the leader that it should know (KIP-951). Who else leads, nobody here knows. */
    boolean hasLeaderError() {
        return error == ErrorCode.FENCED_LEADER_EPOCH;
    }

    /** What the client is told; the records stay in the slice. */
    FetchResponse.PartitionData answer(final short version, final boolean isReadCommitted, final int nodeId) {
        final FetchResponse.PartitionData answer = new FetchResponse.PartitionData();
        answer.partitionIndex = wanted.partition;
        answer.errorCode = (error == ErrorCode.KAFKA_STORAGE_ERROR && version < FIRST_VERSION_WITH_STORAGE_ERROR
                        ? ErrorCode.NOT_LEADER_OR_FOLLOWER
                        : error)
                .code();
        final boolean isRead = error == ErrorCode.NONE;
        answer.highWatermark = isRead ? highWatermark : -1;
        answer.lastStableOffset = isRead ? highWatermark : -1;
        answer.logStartOffset = isRead ? logStartOffset : -1;
        answer.abortedTransactions = isReadCommitted || partition == null ? List.of() : null;
        answer.preferredReadReplica = -1;
        answer.records = slice == null ? Message.NO_BYTES : slice.records();
        if (diverging != null) {
            answer.divergingEpoch.epoch = diverging.epoch();
            answer.divergingEpoch.endOffset = diverging.endOffset();
        }
        if (hasLeaderError() && leaderEpoch >= 0) {
            answer.currentLeader.leaderId = nodeId;
            answer.currentLeader.leaderEpoch = leaderEpoch;
        }
        sentHighWatermark = isRead ? highWatermark : Long.MIN_VALUE;
        sentLogStartOffset = isRead ? logStartOffset : Long.MIN_VALUE;
        return answer;
    }
}
