package io.highwater.broker.core;

/**
 * The bounds of the core.
 *
 * @param pendingProposalsMax proposals that wait in one group, beyond which the answer is {@link CoreFailure#OVERLOADED}.
 * @param entryBytesMax the longest log entry, beyond which the answer is {@link CoreFailure#TOO_LARGE}.
 * @param batchBytesMax entries gathered for one force; the rest waits for the next.
 * @param segmentBytesMax where the log goes on in the next file.
 * @param snapshotLogBytes log that is read at a start before a snapshot shortens it; twice the snapshot if that is more.
 */
public record CoreSettings(
        int pendingProposalsMax, int entryBytesMax, int batchBytesMax, int segmentBytesMax, long snapshotLogBytes) {
    /** For a node of any size: a start reads some 16 MiB of log at most, or twice its snapshot. */
    public static final CoreSettings DEFAULT =
            new CoreSettings(10_000, 8 * 1024 * 1024, 1024 * 1024, 4 * 1024 * 1024, 16 * 1024 * 1024);

    /** Checks the bounds against each other. */
    public CoreSettings {
        if (pendingProposalsMax < 1 || entryBytesMax < 1 || batchBytesMax < 1 || segmentBytesMax < 1) {
            throw new IllegalArgumentException("core bounds must be positive");
        }
        if (snapshotLogBytes < segmentBytesMax) {
            throw new IllegalArgumentException(
                    "snapshotLogBytes " + snapshotLogBytes + " is less than segmentBytesMax " + segmentBytesMax);
        }
    }
}
