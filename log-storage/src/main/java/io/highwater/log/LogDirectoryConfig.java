package io.highwater.log;

import io.highwater.log.datajournal.DataJournalConfig;

/**
 * What the broker's configuration says about one data directory. Immutable.
 *
 * @param dirtyBytesMax unforced bytes above which {@link LogDirectory#isDirtyAboveMax()} asks producers to wait
 * @param writeBackBytes appended bytes after which the device is asked to begin writing them back
 * @param recoveryPointIntervalMs longest time that a force goes unrecorded in the journal while there are writes
 * @param dataJournal how much may be durable in the data journal only
 */
public record LogDirectoryConfig(
        long dirtyBytesMax, int writeBackBytes, long recoveryPointIntervalMs, DataJournalConfig dataJournal) {
    /** What a broker uses unless told otherwise. */
    public static final LogDirectoryConfig DEFAULT =
            new LogDirectoryConfig(64L << 20, 8 << 20, 1000, DataJournalConfig.DEFAULT);
}
