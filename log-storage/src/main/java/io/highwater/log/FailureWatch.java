package io.highwater.log;

import io.highwater.log.datajournal.DataFrame;
import io.highwater.log.flush.Forceable;
import io.highwater.log.journal.Journal;
import java.io.IOException;
import java.util.function.Consumer;

/** A place in the flusher's list without a log behind it: hears of the directory's failure and is never forced. */
record FailureWatch(Consumer<IOException> listener) implements Forceable {
    @Override
    public void force() {
        throw new IllegalStateException("nobody asked for this");
    }

    @Override
    public Staging stage(final DataFrame frame, final int group) {
        throw new IllegalStateException("nobody asked for this");
    }

    @Override
    public void onJournaled(final int group) {
        throw new IllegalStateException("nothing was staged");
    }

    @Override
    public boolean isInFiles(final long sequence) {
        return true;
    }

    @Override
    public boolean isFarBehindInFiles() {
        return false;
    }

    @Override
    public void onForced() {
        throw new IllegalStateException("nothing was forced");
    }

    @Override
    public void noteRecoveryPoint(final Journal journal) {
        throw new IllegalStateException("nothing was forced");
    }

    @Override
    public void onDirectoryFailed(final IOException cause) {
        listener.accept(cause);
    }
}
