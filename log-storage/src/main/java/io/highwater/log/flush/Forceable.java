package io.highwater.log.flush;

import io.highwater.log.journal.Journal;
import java.io.IOException;

/** A log as the flusher sees it. All calls on the flusher's thread. */
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
