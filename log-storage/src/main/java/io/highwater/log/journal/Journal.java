package io.highwater.log.journal;

import io.highwater.log.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Safe for any thread: {@link #append} never waits for the disk, {@link #force} does.
 */
public final class Journal implements AutoCloseable {
    private Journal() {}

    /**
     * Opens the journal of a data directory, replays it, and durably begins a new run: from here on, until
     * {@link #markCleanStop()}, a later open finds no clean stop and this boot id.
     *
     * @param mayCreate whether a directory without a journal is a new one (true) or has lost it (refused).
     */
    public static Journal open(final Disk disk, final Path directory, final boolean mayCreate) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** What the former run left. */
    public JournalState recovered() {
        throw new UnsupportedOperationException();
    }

    /**
     * Notes a fact; durable only after the next {@link #force()}. Entries of one partition keep their order.
     *
     * @throws IllegalStateException when the partition was not added, or added twice.
     */
    public void append(final JournalEntry entry) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes every entry appended before this call durable, with one force for all. After a failure the journal, and with
     * it the directory, is done for: every later call fails.
     */
    public void force() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Forces, and lets the next open know that nothing was under way. The journal takes no entries afterwards. */
    public void markCleanStop() throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Gives the files back, without a force. */
    @Override
    public void close() throws IOException {
        throw new UnsupportedOperationException();
    }
}
