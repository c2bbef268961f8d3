package io.highwater.broker.core;

import io.highwater.broker.metadata.Decision;
import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group whose only voter is this node. A command is decided on the newest state, durable or not, which is safe because
 * entries become durable in their order or not at all; nobody but later decisions sees a state before it is durable.
 *
 * <p>One task at a time works on the log. While it forces, the next batch gathers. A snapshot is written beside it, from
 * an image that no longer changes.
 *
 * <p>Confined to the core's shard, but for {@link #open} and {@link #isLeader}.
 */
final class OneVoterGroup<S> {
    private static final Logger LOG = LoggerFactory.getLogger(OneVoterGroup.class);

    private volatile boolean isLeader;
    private long term;
    /** The newest state, and its index: what commands are decided on. */
    private S decided;

    private long decidedIndex;
    /** The newest durable state, and its index: what everybody else sees. Never ahead of the decided one. */
    private S applied;

    private long appliedIndex;
    /** Entries for the next force, and the ones that are being forced; they change places. */
    private EntryBatch gathering = new EntryBatch();

    private EntryBatch forcing = new EntryBatch();
    private boolean isLogBusy;
    private boolean isSnapshotting;
    /** The snapshot that is written but not adopted, 0 without one. */
    private long writtenSnapshotIndex;

    /** Bytes of the newest snapshot. */
    private long snapshotBytes;

    private long bytesSinceSnapshot;
    /** The disk failed, this group's or the other's. */
    private boolean isAbandoned;

    private Runnable onStopped;
    /** Decided, not yet durable, in log order. */
    private final ArrayDeque<Proposal<S>> waiting = new ArrayDeque<>();

    private final List<Subscription<S>> subscriptions = new ArrayList<>();
    private final CoreGroup<S> group;
    private final StateMachine<S> machine;
    private final CoreLog log;
    private final CoreSettings settings;
    private final Shard shard;
    private final Executor executor;
    private final Clock clock;
    private final FatalListener fatal;

    OneVoterGroup(
            final CoreGroup<S> group,
            final StateMachine<S> machine,
            final CoreLog log,
            final CoreSettings settings,
            final Shard shard,
            final Executor executor,
            final Clock clock,
            final FatalListener fatal) {
        this.group = group;
        this.machine = machine;
        this.log = log;
        this.settings = settings;
        this.shard = shard;
        this.executor = executor;
        this.clock = clock;
        this.fatal = fatal;
    }

    /** Reads the log and begins a term. Blocking; before everything else. */
    void open() throws IOException {
        applied = machine.empty();
        log.open(new LogReplay() {
            @Override
            public void onSnapshotPiece(final long snapshotIndex, final List<Message> records) {
                applied = machine.replay(applied, snapshotIndex, records);
            }

            @Override
            public void onEntry(final long index, final List<Message> records) {
                applied = machine.replay(applied, index, records);
            }
        });
        term = log.lastTerm() + 1;
        appliedIndex = log.lastIndex() + 1;
        // The term's first entry: says that the tail before it is durable, should that be found damaged one day.
        gathering.add(appliedIndex, term, List.of(), settings.entryBytesMax());
        log.append(gathering);
        gathering.clear();
        applied = machine.replay(applied, appliedIndex, List.of());
        bytesSinceSnapshot = log.sizeBytes();
        snapshotBytes = log.snapshotBytes();
        decided = applied;
        decidedIndex = appliedIndex;
        isLeader = true;
        LOG.info("core group {} is open at index {}, term {}", group, appliedIndex, term);
    }

    boolean isLeader() {
        return isLeader;
    }

    void propose(final Message command, final long deadlineMs, final Core.Completion completion) {
        final long leftMs = deadlineMs - clock.monotonicMs();
        final CoreFailure refusal = refusal(leftMs);
        if (refusal != null) {
            completion.onFailed(refusal);
            return;
        }
        final Decision<?> decision;
        try {
            decision = machine.decide(decided, command);
            if (!decision.records().isEmpty() && !accept(decision.records())) {
                completion.onFailed(CoreFailure.TOO_LARGE);
                return;
            }
        } catch (final RuntimeException e) {
            // Nothing was kept: the state is as before, and other commands can go on.
            LOG.error("core group {} can't decide {}", group, command, e);
            completion.onFailed(CoreFailure.INTERNAL);
            return;
        }
        final Proposal<S> proposal =
                new Proposal<>(decidedIndex, decision.records(), decided, decision.response(), completion);
        if (decidedIndex == appliedIndex) {
            proposal.succeed();
            return;
        }
        waiting.add(proposal);
        proposal.failAfter(shard, leftMs);
        startLogTask();
    }

    void readIndex(final Core.ReadCompletion completion) {
        if (isLeader) {
            completion.onIndex(appliedIndex);
        } else {
            completion.onFailed(CoreFailure.STOPPED);
        }
    }

    void watch(final long from, final Core.Watcher<? super S> watcher) {
        if (from < appliedIndex) {
            watcher.onImage(appliedIndex, applied);
        }
        subscriptions.add(new Subscription<>(watcher, Math.max(from, appliedIndex)));
    }

    /** Takes no more proposals, and runs the callback once those taken are answered and the files are closed. */
    void stop(final Runnable callback) {
        isLeader = false;
        if (isAbandoned) {
            callback.run();
            return;
        }
        onStopped = callback;
        finishStop();
    }

    /** Ends at once, because this group's disk, or the other's, failed. What waits may be durable or not. */
    void abandon() {
        isLeader = false;
        isAbandoned = true;
        final List<Proposal<S>> failed = new ArrayList<>(waiting);
        waiting.clear();
        gathering.clear();
        subscriptions.clear();
        for (final Proposal<S> proposal : failed) {
            proposal.fail(CoreFailure.STOPPED);
        }
    }

    private CoreFailure refusal(final long leftMs) {
        if (!isLeader) {
            return CoreFailure.STOPPED;
        }
        if (leftMs <= 0) {
            return CoreFailure.TIMED_OUT;
        }
        return waiting.size() >= settings.pendingProposalsMax()
                        || gathering.sizeBytes() >= settings.pendingBytesMax()
                ? CoreFailure.OVERLOADED
                : null;
    }

    /** Makes the records the next entry and the newest state; false when they are too long for one. */
    private boolean accept(final List<Message> records) {
        final long index = decidedIndex + 1;
        final S next = machine.replay(decided, index, records);
        if (!gathering.add(index, term, records, settings.entryBytesMax())) {
            return false;
        }
        decided = next;
        decidedIndex = index;
        return true;
    }

    /** Forces what has gathered and adopts a written snapshot, unless the log is being worked on. */
    private void startLogTask() {
        if (isLogBusy || gathering.isEmpty() && writtenSnapshotIndex == 0) {
            return;
        }
        final EntryBatch batch = gathering;
        gathering = forcing;
        forcing = batch;
        isLogBusy = true;
        bytesSinceSnapshot += batch.sizeBytes();
        final long snapshotIndex = writtenSnapshotIndex;
        writtenSnapshotIndex = 0;
        inBackground(
                () -> {
                    if (!batch.isEmpty()) {
                        log.append(batch);
                    }
                    if (snapshotIndex > 0) {
                        log.adoptSnapshot(snapshotIndex);
                    }
                },
                () -> onLogTaskDone(batch));
    }

    private void onLogTaskDone(final EntryBatch batch) {
        isLogBusy = false;
        final long durableIndex = batch.isEmpty() ? appliedIndex : batch.lastIndex();
        batch.clear();
        startLogTask();
        while (!waiting.isEmpty() && waiting.peek().index <= durableIndex) {
            final Proposal<S> proposal = waiting.poll();
            if (!proposal.records.isEmpty()) {
                applied = proposal.image;
                appliedIndex = proposal.index;
                publish(proposal);
            }
            proposal.succeed();
        }
        maybeSnapshot();
        finishStop();
    }

    private void publish(final Proposal<S> proposal) {
        // Those that subscribe meanwhile have seen it: they begin at its index.
        final int count = subscriptions.size();
        for (int i = 0; i < count; i++) {
            subscriptions.get(i).onRecords(proposal);
        }
    }

    private void maybeSnapshot() {
        if (isSnapshotting
                || onStopped != null
                || bytesSinceSnapshot < Math.max(settings.snapshotLogBytes(), 2 * snapshotBytes)) {
            return;
        }
        isSnapshotting = true;
        bytesSinceSnapshot = 0;
        final S image = applied;
        final long index = appliedIndex;
        final Consumer<Consumer<Message>> records = sink -> machine.snapshot(image, sink);
        final long[] bytes = new long[1];
        inBackground(() -> bytes[0] = log.writeSnapshot(index, term, records), () -> {
            LOG.info("core group {} has a snapshot at index {}, {} bytes", group, index, bytes[0]);
            isSnapshotting = false;
            writtenSnapshotIndex = index;
            snapshotBytes = bytes[0];
            startLogTask();
            finishStop();
        });
    }

    private void finishStop() {
        if (onStopped == null || isLogBusy || isSnapshotting) {
            return;
        }
        final Runnable stopped = onStopped;
        onStopped = null;
        inBackground(log::close, stopped);
    }

    /** Runs the blocking task on the executor, then the other one on the shard; a failure of the disk ends the core. */
    private void inBackground(final DiskTask task, final Runnable then) {
        executor.execute(() -> {
            try {
                task.run();
            } catch (final IOException | RuntimeException e) {
                shard.execute(() -> onDiskFailed(e));
                return;
            }
            shard.execute(then);
        });
    }

    private void onDiskFailed(final Exception cause) {
        // The log stays busy for ever: after a failed force nothing may be written behind what it left.
        fatal.onCoreFailed(group, cause);
        if (onStopped != null) {
            final Runnable stopped = onStopped;
            onStopped = null;
            stopped.run();
        }
    }

    /** Work that blocks on the disk. */
    @FunctionalInterface
    private interface DiskTask {
        void run() throws IOException;
    }

    /** A watcher, and the last index it has seen. */
    private static final class Subscription<S> {
        private long seenIndex;
        private final Core.Watcher<? super S> watcher;

        Subscription(final Core.Watcher<? super S> watcher, final long seenIndex) {
            this.watcher = watcher;
            this.seenIndex = seenIndex;
        }

        void onRecords(final Proposal<S> proposal) {
            if (proposal.index > seenIndex) {
                seenIndex = proposal.index;
                watcher.onRecords(proposal.index, proposal.records, proposal.image);
            }
        }
    }
}
