package io.highwater.broker.core;

import io.highwater.broker.metadata.MetadataImage;
import io.highwater.log.disk.Disk;
import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.protocol.message.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * The core of a node that is alone. The constructor does no I/O: {@link #open} reads the logs.
 *
 * <p>Safe for any thread as {@link Core} says; its state is confined to the shard.
 */
public final class OneVoterCore implements Core {
    private final Shard shard;
    private final FatalListener fatal;
    private final OneVoterGroup<MetadataImage> meta;
    private final OneVoterGroup<KeyedRecords> groups;
    private boolean fatalTold;
    private int openGroups;

    /**
     * Does no I/O.
     *
     * @param metadataDirectory is there, durably; the core lives below it
     * @param metaExecutor where {@link CoreGroup#META} blocks: one force and one snapshot at a time, which work beside
     *     each other if it has two threads.
     * @param groupsExecutor the same for {@link CoreGroup#GROUPS}.
     * @param random for the salts of new logs.
     */
    public OneVoterCore(
            final Path metadataDirectory,
            final CoreSettings settings,
            final Shard shard,
            final Executor metaExecutor,
            final Executor groupsExecutor,
            final Disk disk,
            final Clock clock,
            final RandomSource random,
            final StateMachine<MetadataImage> meta,
            final StateMachine<KeyedRecords> groups,
            final RecordTypes groupRecordTypes,
            final FatalListener fatal) {
        this.shard = shard;
        this.fatal = fatal;
        this.meta = new OneVoterGroup<>(
                CoreGroup.META,
                metadataDirectory,
                settings,
                shard,
                metaExecutor,
                disk,
                clock,
                random,
                meta,
                RecordTypes.META,
                cause -> onFatal(CoreGroup.META, cause));
        this.groups = new OneVoterGroup<>(
                CoreGroup.GROUPS,
                metadataDirectory,
                settings,
                shard,
                groupsExecutor,
                disk,
                clock,
                random,
                groups,
                groupRecordTypes,
                cause -> onFatal(CoreGroup.GROUPS, cause));
    }

    /**
     * Blocking: reads both logs and makes both states; called once, before any other method.
     *
     * @param history what is missing or damaged of that is refused
     */
    public void open(final CoreHistory history) throws IOException {
        meta.open(history.mustExist(), history.metaIndex());
        groups.open(history.mustExist(), history.groupsIndex());
    }

    @Override
    public void propose(
            final CoreGroup<?> group, final Message command, final long deadlineMs, final Completion completion) {
        final OneVoterGroup<?> voter = of(group);
        shard.execute(() -> voter.propose(command, deadlineMs, completion));
    }

    @Override
    public void readIndex(final CoreGroup<?> group, final long deadlineMs, final ReadCompletion completion) {
        final OneVoterGroup<?> voter = of(group);
        shard.execute(() -> voter.readIndex(deadlineMs, completion));
    }

    @Override
    public <S> void watch(final CoreGroup<S> group, final long from, final Watcher<? super S> watcher) {
        final OneVoterGroup<S> voter = of(group);
        shard.execute(() -> voter.watch(from, watcher));
    }

    @Override
    public boolean isLeader(final CoreGroup<?> group) {
        return of(group).isLeader();
    }

    /** Takes no more proposals, ends what is being forced, closes the files, then runs the callback on the shard. */
    public void stop(final Runnable onStopped) {
        shard.execute(() -> {
            openGroups = 2;
            final Runnable onGroupStopped = () -> {
                openGroups--;
                if (openGroups == 0) {
                    onStopped.run();
                }
            };
            meta.stop(onGroupStopped);
            groups.stop(onGroupStopped);
        });
    }

    @SuppressWarnings("unchecked") // The group's type is that of its state, and there is one object for each group.
    private <S> OneVoterGroup<S> of(final CoreGroup<S> group) {
        return (OneVoterGroup<S>) (group == CoreGroup.META ? meta : groups);
    }

    /** One disk holds both logs: when one of them can't be written, neither goes on. */
    private void onFatal(final CoreGroup<?> group, final Exception cause) {
        meta.halt();
        groups.halt();
        if (!fatalTold) {
            fatalTold = true;
            fatal.onCoreFailed(group, cause);
        }
    }
}
