package io.highwater.broker.server;

import io.highwater.log.LogDirectory;
import io.highwater.log.LogStorageException;
import io.highwater.port.Shard;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a data directory's journal hear once a second how far the logs and the core are durable. Under load it hears that
 * with the forces; this is for the last writes before a silence, which a crash would otherwise leave unwitnessed however
 * long ago they were.
 *
 * <p>Started once; safe for any thread. Costs an idle node a look a second.
 */
final class JournalPulse {
    private static final Logger LOG = LoggerFactory.getLogger(JournalPulse.class);

    private volatile boolean isStopped;

    private final LogDirectory directory;
    private final Shard shard;
    private final Executor blockingExecutor;
    private final long intervalMs;

    JournalPulse(
            final LogDirectory directory, final Shard shard, final Executor blockingExecutor, final long intervalMs) {
        this.directory = directory;
        this.shard = shard;
        this.blockingExecutor = blockingExecutor;
        this.intervalMs = intervalMs;
    }

    void start() {
        shard.schedule(this::look, intervalMs);
    }

    /** Begins nothing more. */
    void stop() {
        isStopped = true;
    }

    private void look() {
        if (isStopped) {
            return;
        }
        if (directory.isProgressUnnoted()) {
            blockingExecutor.execute(this::note);
        } else {
            start();
        }
    }

    private void note() {
        try {
            directory.noteProgress();
        } catch (final LogStorageException e) {
            // The directory has ended, and has told whoever watches it.
            LOG.error("{}", e.getMessage());
            return;
        } catch (final RuntimeException e) {
            LOG.error("the journal's progress met a fault", e);
        }
        shard.execute(this::start);
    }
}
