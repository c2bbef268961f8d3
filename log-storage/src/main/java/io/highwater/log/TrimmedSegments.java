package io.highwater.log;

import io.highwater.log.segment.Segment;
import java.io.IOException;
import java.util.List;

/** Segments that lie below a log's start and whose files are to be deleted. Safe for any thread; used once. */
public final class TrimmedSegments {
    /** Nothing to delete. */
    static final TrimmedSegments NONE = new TrimmedSegments(null, List.of());

    private final PartitionLog log;
    private final List<Segment> segments;

    TrimmedSegments(final PartitionLog log, final List<Segment> segments) {
        this.log = log;
        this.segments = segments;
    }

    /** True when there is nothing to delete. */
    public boolean isEmpty() {
        return segments.isEmpty();
    }

    /** Deletes the files. Blocks. What a crash leaves of them the next open deletes. */
    public void delete() throws LogStorageException {
        if (segments.isEmpty()) {
            return;
        }
        try {
            log.deleteTrimmed(segments);
        } catch (final IOException e) {
            throw new LogStorageException("segments of " + log.key().directoryName() + ": " + e.getMessage(), e);
        }
    }
}
