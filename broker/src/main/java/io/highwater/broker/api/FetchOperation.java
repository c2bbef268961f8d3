package io.highwater.broker.api;

import io.highwater.broker.api.FetchSessions.Fetch;
import io.highwater.broker.observe.Metrics;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogSlice;
import io.highwater.port.Clock;
import io.highwater.port.FileBacked;
import io.highwater.port.FileRange;
import io.highwater.port.Retained;
import io.highwater.port.Shard;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch under way. It visits the shards of those of its partitions that need to be read, one after the other, carrying
 * what is left of its byte bound along, and ends on the shard of the connection: answered, or parked until enough is
 * visible, a partition can't be read any more, its time is over or the client is gone; then it visits those that have
 * news. Each hand-over costs a thread's wake-up, so there are none to look at what has not changed.
 *
 * <p>Moves from shard to shard as a task does, never on two at once. The watches of its entries may call {@link #wake},
 * {@link #isWokenBy} and what these two need at any time.
 */
final class FetchOperation {
    private static final Logger LOG = LoggerFactory.getLogger(FetchOperation.class);

    /** The longest that librdkafka can be set to; clients that bound the time of a request give up long before. */
    static final int WAIT_MS_MAX = 300_000;

    private long bytesFound;
    private boolean isUrgent;
    private boolean isOver;
    private boolean isAbandoned;

    /** Null while it is not parked. */
    private Shard.Timer timer;

    /** What the fetch keeps while it is parked; 0 before it was for the first time. */
    private long parkedBytes;

    /** False while it is parked, until somebody asks it to look again. */
    private final AtomicBoolean isAwake = new AtomicBoolean(true);

    /** Bytes that have become visible to the parked fetch, those found before included. */
    private final AtomicLong visibleBytes = new AtomicLong();

    private final Fetch fetch;
    private final RequestContext context;
    private final Reply<FetchResponse> reply;
    private final FetchSessions sessions;
    private final ParkedFetches parked;
    private final Metrics metrics;
    private final Clock clock;
    private final List<OfShard> parts;
    private final int maxBytes;
    private final int minBytes;
    private final long deadlineMs;
    private final int nodeId;
    private final boolean isReadCommitted;

    FetchOperation(
            final Fetch fetch,
            final FetchRequest request,
            final RequestContext context,
            final Reply<FetchResponse> reply,
            final FetchSessions sessions,
            final ParkedFetches parked,
            final PartitionLookup lookup,
            final Metrics metrics,
            final Clock clock,
            final int bytesMax,
            final int nodeId) {
        this.fetch = fetch;
        // Not the request itself: it may be large, and the wait long.
        this.isReadCommitted = request.isolationLevel == 1;
        this.context = context;
        this.reply = reply;
        this.sessions = sessions;
        this.parked = parked;
        this.metrics = metrics;
        this.clock = clock;
        this.maxBytes = Math.min(Math.max(0, request.maxBytes), bytesMax);
        this.minBytes = Math.min(request.minBytes, maxBytes);
        this.deadlineMs = clock.monotonicMs() + Math.min(Math.max(0, request.maxWaitMs), WAIT_MS_MAX);
        this.nodeId = nodeId;
        final Map<Shard, List<FetchEntry>> byShard = new LinkedHashMap<>();
        for (final FetchEntry entry : fetch.entries()) {
            final Partition partition = PartitionLookup.partitionOrNull(
                    lookup.topicOrNull(entry.topic(), entry.topicId()), entry.wanted().partition);
            entry.begin(
                    this,
                    partition,
                    partition == null
                            ? lookup.whyMissing(entry.topic(), entry.topicId(), entry.wanted().partition)
                            : null);
            if (partition == null) {
                isUrgent = true;
            } else {
                byShard.computeIfAbsent(partition.shard(), shard -> new ArrayList<>())
                        .add(entry);
            }
        }
        this.parts = new ArrayList<>(byShard.size());
        byShard.forEach((shard, entries) -> parts.add(new OfShard(shard, entries)));
    }

    /** The partitions of one shard. */
    private record OfShard(Shard shard, List<FetchEntry> entries) {
        boolean needsRead() {
            for (final FetchEntry entry : entries) {
                if (entry.needsRead()) {
                    return true;
                }
            }
            return false;
        }
    }

    void start() {
        context.onAbandoned(() -> {
            isAbandoned = true;
            wake();
        });
        visitFrom(0);
    }

    /** Reads on the shards from this one on, then judges on the connection's. */
    private void visitFrom(final int index) {
        final int next = indexToVisit(index);
        if (next == parts.size()) {
            context.shard().run(this::judge);
        } else {
            parts.get(next).shard().run(() -> visit(next));
        }
    }

    private int indexToVisit(final int from) {
        int index = from;
        while (index < parts.size() && !parts.get(index).needsRead()) {
            index++;
        }
        return index;
    }

    private void visit(final int index) {
        for (final FetchEntry entry : parts.get(index).entries()) {
            if (entry.needsRead()) {
                bytesFound += readGuarded(entry);
                isUrgent |= entry.isUrgent();
            }
        }
        visitFrom(index + 1);
    }

    /** A fault in one partition's log is that partition's error: the others, and the client, get their answer. */
    private int readGuarded(final FetchEntry entry) {
        try {
            final int found = entry.read((int) Math.max(0, maxBytes - bytesFound), bytesFound == 0);
            // Without a session the watch has to be taken back, so only a fetch that may wait leaves one.
            if (!entry.isUrgent() && (bytesFound + found < minBytes || found == 0 && fetch.session() != null)) {
                entry.watch();
            }
            return found;
        } catch (final RuntimeException e) {
            LOG.error("a read of {} met a fault", entry.partition().key().directoryName(), e);
            entry.fail();
            return 0;
        }
    }

    private void judge() {
        if (timer != null) {
            timer.cancel();
            timer = null;
            parked.leave(context.parked(), parkedBytes);
        }
        if (isAbandoned) {
            fetch.entries().forEach(FetchEntry::releaseSlice);
            sessions.end(fetch, List.of());
            return;
        }
        final long leftMs = deadlineMs - clock.monotonicMs();
        if (isUrgent || bytesFound >= minBytes || parts.isEmpty() || isOver || leftMs <= 0 || !mayPark()) {
            answer();
        } else {
            park(leftMs);
        }
    }

    private boolean mayPark() {
        if (parkedBytes == 0) {
            parkedBytes = ParkedFetches.bytesOf(fetch.entries(), context.clientId());
        }
        return parked.enter(context.parked(), parkedBytes);
    }

    /** Each of its partitions has a watch now. Those that had news before it was parked found nobody to wake. */
    private void park(final long leftMs) {
        fetch.entries().forEach(FetchEntry::releaseSlice);
        visibleBytes.set(bytesFound);
        bytesFound = 0;
        timer = context.shard().schedule(this::timeIsOver, leftMs);
        isAwake.set(false);
        for (final OfShard part : parts) {
            for (final FetchEntry entry : part.entries()) {
                final EntryWatch watch = entry.watchWithNews();
                if (watch != null) {
                    hearLate(watch);
                }
            }
        }
    }

    /** To read again for any news would keep a fetch of busy partitions going round until it has its bytes. */
    private void hearLate(final EntryWatch watch) {
        if (isAnyByteEnough()) {
            wake();
        } else {
            watch.shard().run(() -> watch.tell(this));
        }
    }

    private void timeIsOver() {
        isOver = true;
        wake();
    }

    boolean isParked() {
        return !isAwake.get();
    }

    boolean isAnyByteEnough() {
        return minBytes <= 1;
    }

    /** So many bytes more are visible: true when that is enough. */
    boolean isWokenBy(final int bytes) {
        if (visibleBytes.addAndGet(bytes) < minBytes) {
            return false;
        }
        wake();
        return true;
    }

    /** Looks again, after what the shard is doing now: one force makes many partitions visible at once. */
    void wake() {
        if (isAwake.compareAndSet(false, true)) {
            final int first = indexToVisit(0);
            if (first == parts.size()) {
                context.shard().execute(this::judge);
            } else {
                parts.get(first).shard().execute(() -> visit(first));
            }
        }
    }

    private void answer() {
        final FetchResponse response = new FetchResponse();
        response.sessionId = fetch.sessionId();
        final List<FetchEntry> served = new ArrayList<>();
        final List<Retained> lifetimes = new ArrayList<>();
        FetchResponse.FetchableTopicResponse topic = null;
        FetchEntry previous = null;
        boolean hasLeaderError = false;
        for (final FetchEntry entry : fetch.entries()) {
            if (!fetch.isFull() && !entry.isNews()) {
                entry.releaseSlice();
                continue;
            }
            if (previous == null || !previous.isOfTopicOf(entry)) {
                topic = new FetchResponse.FetchableTopicResponse();
                topic.topic = entry.topic();
                topic.topicId = entry.topicId();
                response.responses.add(topic);
            }
            previous = entry;
            hasLeaderError |= entry.hasLeaderError();
            if (entry.hasData()) {
                served.add(entry);
            }
            topic.partitions.add(entry.answer(context.apiVersion(), isReadCommitted, nodeId));
            final LogSlice slice = entry.takeSlice();
            if (slice != null && slice.lifetime() != Retained.NONE) {
                lifetimes.add(slice.lifetime());
            }
        }
        if (hasLeaderError) {
            response.nodeEndpoints.add(ownEndpoint());
        }
        sessions.end(fetch, served);
        metrics.fetched(bytesFound);
        if (lifetimes.isEmpty()) {
            reply.send(response);
        } else {
            reply.send(response, lifetimes.size() == 1 ? lifetimes.get(0) : new Lifetimes(lifetimes));
        }
    }

    private FetchResponse.NodeEndpoint ownEndpoint() {
        final FetchResponse.NodeEndpoint endpoint = new FetchResponse.NodeEndpoint();
        endpoint.nodeId = nodeId;
        endpoint.host = context.advertisedHost();
        endpoint.port = context.advertisedPort();
        return endpoint;
    }

    /** The memory of several slices. */
    private record Lifetimes(List<Retained> all) implements FileBacked {
        @Override
        public FileRange rangeOrNull(final ByteBuffer piece) {
            for (final Retained one : all) {
                final FileRange range = one instanceof FileBacked file ? file.rangeOrNull(piece) : null;
                if (range != null) {
                    return range;
                }
            }
            return null;
        }

        @Override
        public void retain() {
            all.forEach(Retained::retain);
        }

        @Override
        public void release() {
            all.forEach(Retained::release);
        }
    }
}
