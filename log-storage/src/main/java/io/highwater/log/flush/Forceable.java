package io.highwater.log.flush;

import io.highwater.log.journal.Journal;
import java.io.IOException;

/**
 * A log as the flusher sees it. {@link #force()} and {@link #onForced()} come one after the other for each log, on any of the
 * flusher's threads, while those of other logs run on others; a call begins after the former has ended and sees what it did.
 * {@link #onDirectoryFailed} may come on any thread.
 */
public interface Forceable {
    /** Makes everything appended until now durable. Blocks. */
    void force() throws IOException;

    /** The force ended well: whoever waits may be told. */
    void onForced();

    /** Notes in the journal how far the log is durable. */
    void noteRecoveryPoint(Journal journal) throws IOException;

    /** The directory failed: the log is offline from now on. */
    void onDirectoryFailed(IOException cause);
}
