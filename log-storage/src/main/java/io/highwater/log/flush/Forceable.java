package io.highwater.log.flush;

import io.highwater.log.datajournal.Journaled;
import java.io.IOException;

/**
 * A log as the flusher sees it. {@link #force()} and {@link #onForced()} come one after the other, on any of the
 * flusher's threads, while those of other logs run on others; a checkpoint of the data journal may force the log at the same
 * time. {@link #onDirectoryFailed} may come on any thread.
 */
public interface Forceable extends Journaled {
    /** True when the data journal alone has so much of the log that its files should be forced soon. Safe for any thread. */
    boolean isFarBehindInFiles();

    /** A force of the log's files ended well: whoever waits may be told. */
    void onForced();

    /** The directory failed: the log is offline from now on. */
    void onDirectoryFailed(IOException cause);
}
