package io.highwater.log.datajournal;

/**
 * How much of the logs may be durable in the data journal only. Immutable.
 *
 * @param fileBytesMin the size at which each of the two files begins
 * @param fileBytesMax the size that each may grow to; 0 for no data journal
 * @param maxAgeMs frames older than this are taken to the logs' files although there is room
 * @param behindBytesMax so much of one log that only the data journal has is forced in the log's files before a checkpoint
 *     asks. A force waits for whatever the device was given before it: for less than a millisecond with 256 KiB, for 10 to 20
 *     with the 9 MiB of a checkpoint of a few busy logs
 */
public record DataJournalConfig(int fileBytesMin, int fileBytesMax, long maxAgeMs, int behindBytesMax) {
    /** What a broker uses unless told otherwise. */
    public static final DataJournalConfig DEFAULT = ofBytes(64 << 20);

    private static final int FILE_BYTES_MIN = 4 << 20;
    private static final long MAX_AGE_MS = 5_000;
    private static final int BEHIND_BYTES_MAX = 256 << 10;

    /** One of at most so many bytes, both files together; 0 for none. */
    public static DataJournalConfig ofBytes(final int bytes) {
        return new DataJournalConfig(Math.min(FILE_BYTES_MIN, bytes / 2), bytes / 2, MAX_AGE_MS, BEHIND_BYTES_MAX);
    }
}
