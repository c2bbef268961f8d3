package io.highwater.broker.core;

import io.highwater.broker.metadata.Decision;
import io.highwater.log.disk.Disk;
import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.transport.RareLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group of a node that is alone. A command is decided against the newest state, which what it decided changes at
 * once; the log's bytes are forced one batch after the other, each of all that was decided meanwhile; the visible state
 * follows the forces.
 *
 * <p>Confined to the shard, but for {@link #open}, which comes first, and {@link #isLeader}.
 *
 * @param <S> the group's state.
 */
final class OneVoterGroup<S> {
    private static final Logger LOG = LoggerFactory.getLogger(OneVoterGroup.class);
    private static final String CORE = "core";

    private final CoreGroup<S> group;
    private final Path metadataDirectory;
    private final Path directory;
    private final CoreSettings settings;
    private final Shard shard;
    private final Executor executor;
    private final Disk disk;
    private final Clock clock;
    private final StateMachine<S> machine;
    private final RecordTypes types;
    private final Consumer<Exception> onFatal;
    private final CoreLog log;
    private final PendingAnswers pending;

    /** A client may bring one about as often as it likes. */
    private final RareLine faults;

    private final Deque<EntryBatch<S>> batches = new ArrayDeque<>();
    private final List<Subscription<S>> subscriptions = new ArrayList<>();

    private S newest;
    private long newestIndex;
    private S visible;
    private long visibleIndex;

    private boolean writing;
    private boolean writeScheduled;
    private boolean snapshotting;
    /** A snapshot that is durable, but of which the log still holds entries; 0 for none. */
    private long droppableIndex;

    private long logBytes;
    private long snapshotBytes;
    private Runnable onStoppedOrNull;
    private boolean failed;
    private volatile boolean leader;

    private static final class Subscription<S> {
        private final Core.Watcher<? super S> watcher;
        private long seen;

        Subscription(final Core.Watcher<? super S> watcher, final long seen) {
            this.watcher = watcher;
            this.seen = seen;
        }
    }

    OneVoterGroup(
            final CoreGroup<S> group,
            final Path metadataDirectory,
            final CoreSettings settings,
            final Shard shard,
            final Executor executor,
            final Disk disk,
            final Clock clock,
            final RandomSource random,
            final StateMachine<S> machine,
            final RecordTypes types,
            final Consumer<Exception> onFatal) {
        this.group = group;
        this.metadataDirectory = metadataDirectory;
        this.directory = metadataDirectory.resolve(CORE).resolve(group.directoryName());
        this.settings = settings;
        this.shard = shard;
        this.executor = executor;
        this.disk = disk;
        this.clock = clock;
        this.machine = machine;
        this.types = types;
        this.onFatal = onFatal;
        this.log = new CoreLog(disk, directory, group, types, settings.segmentBytesMax(), random.nextLong());
        this.pending = new PendingAnswers(shard, clock);
        this.faults = new RareLine(clock);
    }

    /**
     * Blocking: the state as the newest good snapshot and the log after it say.
     *
     * @param durableIndex entries up to this one were durable in an earlier run
     */
    void open(final boolean mustExist, final long durableIndex) throws IOException {
        CoreFiles.openDirectory(disk, metadataDirectory, directory);
        CoreFiles.deleteTemporaries(disk, directory);
        visible = machine.empty();
        CoreLogException badSnapshotOrNull = null;
        for (final Map.Entry<Long, Path> snapshot : CoreFiles.list(disk, directory, CoreFiles.SNAPSHOT)
                .descendingMap()
                .entrySet()) {
            try {
                visible = CoreSnapshot.read(disk, snapshot.getValue(), group, types, machine, snapshot.getKey());
                visibleIndex = snapshot.getKey();
                break;
            } catch (final CoreLogException e) {
                if (e.reason() != CoreLogException.Reason.CORRUPT) {
                    throw e;
                }
                LOG.warn("{}: trying an older snapshot: {}", group, e.getMessage());
                badSnapshotOrNull = e;
            }
        }
        try {
            log.open(visibleIndex, mustExist, durableIndex, this::recover);
        } catch (final CoreLogException e) {
            log.close();
            if (badSnapshotOrNull != null) {
                e.addSuppressed(badSnapshotOrNull);
            }
            throw e;
        }
        newest = visible;
        newestIndex = visibleIndex;
        logBytes = log.recoveredBytes();
        leader = true;
        LOG.debug("{}: open at index {}, {} bytes of log read", group, visibleIndex, logBytes);
    }

    boolean isLeader() {
        return leader;
    }

    void propose(final Message command, final long deadlineMs, final Core.Completion completion) {
        final CoreFailure refusalOrNull = refusalOrNull(deadlineMs);
        if (refusalOrNull != null) {
            PendingAnswers.call(() -> completion.onFailed(refusalOrNull));
            return;
        }
        final Decision<?> decision;
        try {
            decision = machine.decide(newest, command);
            if (CoreEntryCodec.size(types, decision.records()) > settings.entryBytesMax()) {
                PendingAnswers.call(() -> completion.onFailed(CoreFailure.TOO_LARGE));
                return;
            }
            if (!decision.records().isEmpty()) {
                append(decision.records());
            }
        } catch (final RuntimeException e) {
            final long times = faults.cameAgain();
            if (times > 0) {
                LOG.error(
                        "{}: could not decide a {}, {} times",
                        group,
                        command.getClass().getSimpleName(),
                        times,
                        e);
            }
            PendingAnswers.call(() -> completion.onFailed(CoreFailure.INTERNAL));
            return;
        }
        if (newestIndex == visibleIndex) {
            PendingAnswers.call(() -> completion.onApplied(visibleIndex, decision.response()));
        } else {
            pending.add(
                    newestIndex,
                    deadlineMs,
                    index -> completion.onApplied(index, decision.response()),
                    completion::onFailed);
        }
    }

    void readIndex(final long deadlineMs, final Core.ReadCompletion completion) {
        final CoreFailure refusalOrNull = refusalOrNull(deadlineMs);
        if (refusalOrNull != null) {
            PendingAnswers.call(() -> completion.onFailed(refusalOrNull));
        } else if (newestIndex == visibleIndex) {
            PendingAnswers.call(() -> completion.onIndex(visibleIndex));
        } else {
            pending.add(newestIndex, deadlineMs, completion::onIndex, completion::onFailed);
        }
    }

    void watch(final long from, final Core.Watcher<? super S> watcher) {
        final boolean isBehind = from == 0 || from < visibleIndex;
        subscriptions.add(new Subscription<>(watcher, isBehind ? visibleIndex : from));
        if (isBehind) {
            PendingAnswers.call(() -> watcher.onImage(visibleIndex, visible));
        }
    }

    /** No more proposals; everything decided is still written. The callback runs when the files are closed. */
    void stop(final Runnable onStopped) {
        leader = false;
        onStoppedOrNull = onStopped;
        writeNext();
    }

    /** No more proposals, and nothing more is written: this disk, or the other group's, failed. */
    void halt() {
        leader = false;
        failed = true;
        batches.clear();
        pending.fail(CoreFailure.STOPPED);
    }

    private void recover(final CoreEntry entry) {
        visible = machine.replay(visible, entry.index(), entry.records());
        visibleIndex = entry.index();
    }

    private CoreFailure refusalOrNull(final long deadlineMs) {
        if (!leader) {
            return CoreFailure.STOPPED;
        }
        if (pending.size() >= settings.pendingProposalsMax()) {
            return CoreFailure.OVERLOADED;
        }
        return deadlineMs <= clock.monotonicMs() ? CoreFailure.TIMED_OUT : null;
    }

    /** Throws before anything changed, or not at all. */
    private void append(final List<Message> records) {
        final CoreEntry entry = new CoreEntry(newestIndex + 1, records);
        final S next = machine.replay(newest, entry.index(), records);
        final EntryBatch<S> open = batches.peekLast();
        final boolean isNew = open == null || open.bytes().readableBytes() >= settings.batchBytesMax();
        final EntryBatch<S> batch = isNew ? new EntryBatch<>(log.salt(), entry.index()) : open;
        batch.add(types, entry, next);
        if (isNew) {
            batches.addLast(batch);
        }
        newest = next;
        newestIndex = entry.index();
        if (!writing && !writeScheduled) {
            // After the tasks that wait already: what they propose goes into the same force.
            writeScheduled = true;
            shard.execute(this::writeNext);
        }
    }

    private void writeNext() {
        writeScheduled = false;
        if (writing) {
            return;
        }
        final EntryBatch<S> batchOrNull = batches.pollFirst();
        final long dropIndex = failed ? 0 : droppableIndex;
        if (batchOrNull == null && dropIndex == 0) {
            closeIfStopped();
            return;
        }
        writing = true;
        droppableIndex = 0;
        executor.execute(() -> {
            try {
                if (batchOrNull != null) {
                    log.append(batchOrNull.firstIndex(), batchOrNull.bytes().nioBuffer());
                }
                if (dropIndex > 0) {
                    log.dropThrough(dropIndex);
                }
            } catch (final IOException | RuntimeException e) {
                shard.execute(() -> {
                    writing = false;
                    fail(e);
                });
                return;
            }
            shard.execute(() -> onWritten(batchOrNull));
        });
    }

    private void onWritten(final EntryBatch<S> batchOrNull) {
        if (!failed && batchOrNull != null) {
            logBytes += batchOrNull.bytes().readableBytes();
            for (final EntryBatch.Decided<S> decided : batchOrNull.entries()) {
                show(decided);
            }
            snapshotIfLong();
        }
        writing = false;
        writeNext();
    }

    private void show(final EntryBatch.Decided<S> decided) {
        final long index = decided.entry().index();
        visible = decided.state();
        visibleIndex = index;
        for (final Subscription<S> subscription : subscriptions) {
            if (subscription.seen < index) {
                subscription.seen = index;
                PendingAnswers.call(() ->
                        subscription.watcher.onRecords(index, decided.entry().records(), decided.state()));
            }
        }
        // After the watchers: whoever is answered finds what it did in the views that they keep.
        pending.advance(index);
    }

    private void snapshotIfLong() {
        if (snapshotting
                || onStoppedOrNull != null
                || logBytes <= Math.max(settings.snapshotLogBytes(), 2 * snapshotBytes)) {
            return;
        }
        snapshotting = true;
        final long index = visibleIndex;
        final S state = visible;
        final long bytesBefore = logBytes;
        executor.execute(() -> {
            final long size;
            try {
                size = CoreSnapshot.write(disk, directory, group, types, machine, log.salt(), index, state);
            } catch (final IOException | RuntimeException e) {
                shard.execute(() -> {
                    snapshotting = false;
                    fail(e);
                });
                return;
            }
            shard.execute(() -> {
                snapshotting = false;
                snapshotBytes = size;
                logBytes -= bytesBefore;
                droppableIndex = index;
                writeNext();
            });
        });
    }

    private void fail(final Exception cause) {
        if (!failed) {
            LOG.error("{}: the log failed; nothing more is decided", group, cause);
            halt();
            onFatal.accept(cause);
        }
        writeNext();
    }

    private void closeIfStopped() {
        if (onStoppedOrNull == null || snapshotting) {
            return;
        }
        final Runnable onStopped = onStoppedOrNull;
        onStoppedOrNull = null;
        pending.fail(CoreFailure.STOPPED);
        executor.execute(() -> {
            try {
                log.close();
            } catch (final IOException e) {
                LOG.warn("{}: closing the log failed", group, e);
            }
            shard.execute(onStopped);
        });
    }
}
