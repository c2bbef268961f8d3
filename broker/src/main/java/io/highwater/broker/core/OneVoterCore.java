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
 * The core of a node that is alone. The constructor does no I/O: {@link #open()} reads the logs.
 *
 * <p>Safe for any thread as {@link Core} says; its state is confined to the shard.
 */
public final class OneVoterCore implements Core {
    public OneVoterCore(
            final Path metadataDirectory,
            final CoreSettings settings,
            final Shard shard,
            final Executor executor,
            final Disk disk,
            final Clock clock,
            final RandomSource random,
            final StateMachine<MetadataImage> meta,
            final StateMachine<KeyedRecords> groups,
            final RecordTypes groupRecordTypes,
            final FatalListener fatal) {}

    /** Blocking: reads both logs and makes both states; called once, before any other method. */
    public void open() throws IOException {}

    /** Takes no more proposals, ends what is being forced, closes the files, then runs the callback on the shard. */
    public void stop(final Runnable onStopped) {}
}
