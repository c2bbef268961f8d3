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
 * The core of a node that is alone: both groups have one voter, this one. The constructor does no I/O: {@link #open()}
 * reads the logs.
 *
 * <p>Safe for any thread as {@link Core} says; its state is confined to the shard.
 */
public final class OneVoterCore implements Core {
    private boolean hasFailed;
    private final OneVoterGroup<MetadataImage> meta;
    private final OneVoterGroup<KeyedRecords> groups;
    private final Shard shard;
    private final FatalListener fatal;

    /**
     * A core that is not open yet.
     *
     * @param directory {@code core/} of the metadata directory.
     * @param executor for forces and snapshots; of two threads or more, or forces wait for snapshots.
     */
    public OneVoterCore(
            final Path directory,
            final CoreSettings settings,
            final Shard shard,
            final Executor executor,
            final Disk disk,
            final Clock clock,
            final RandomSource random,
            final StateMachine<MetadataImage> metaMachine,
            final StateMachine<KeyedRecords> groupsMachine,
            final FatalListener fatal) {
        this.shard = shard;
        this.fatal = fatal;
        this.meta = new OneVoterGroup<>(
                CoreGroup.META,
                metaMachine,
                new CoreLog(directory, CoreGroup.META, settings, disk, random),
                settings,
                shard,
                executor,
                clock,
                this::onDiskFailed);
        this.groups = new OneVoterGroup<>(
                CoreGroup.GROUPS,
                groupsMachine,
                new CoreLog(directory, CoreGroup.GROUPS, settings, disk, random),
                settings,
                shard,
                executor,
                clock,
                this::onDiskFailed);
    }

    /**
     * Blocking: reads both logs and makes both states; called once, before any other method.
     *
     * @throws CoreLogException when a log is of another format, damaged or foreign.
     */
    public void open() throws IOException {
        meta.open();
        groups.open();
    }

    @Override
    public void propose(
            final CoreGroup<?> group, final Message command, final long deadlineMs, final Completion completion) {
        shard.execute(() -> of(group).propose(command, deadlineMs, completion));
    }

    @Override
    public void readIndex(final CoreGroup<?> group, final long deadlineMs, final ReadCompletion completion) {
        // With one voter nothing has to be asked of others, so no deadline can pass.
        shard.execute(() -> of(group).readIndex(completion));
    }

    @Override
    public <S> void watch(final CoreGroup<S> group, final long from, final Watcher<? super S> watcher) {
        shard.execute(() -> of(group).watch(from, watcher));
    }

    @Override
    public boolean isLeader(final CoreGroup<?> group) {
        return of(group).isLeader();
    }

    /** Takes no more proposals, ends what is being forced, closes the files, then runs the callback on the shard. */
    public void stop(final Runnable onStopped) {
        shard.execute(() -> {
            final int[] running = {2};
            final Runnable oneStopped = () -> {
                running[0]--;
                if (running[0] == 0) {
                    onStopped.run();
                }
            };
            meta.stop(oneStopped);
            groups.stop(oneStopped);
        });
    }

    private void onDiskFailed(final CoreGroup<?> group, final Exception cause) {
        if (!hasFailed) {
            hasFailed = true;
            meta.abandon();
            groups.abandon();
            fatal.onCoreFailed(group, cause);
        }
    }

    @SuppressWarnings("unchecked") // There are two groups, told apart by the key that carries the type.
    private <S> OneVoterGroup<S> of(final CoreGroup<S> group) {
        return (OneVoterGroup<S>) (group == CoreGroup.META ? meta : groups);
    }
}
