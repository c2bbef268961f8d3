package io.highwater.log.journal;

import java.io.IOException;

/** A data directory that this program must not touch. The message is one clear line that names the directory. */
public final class DirectoryRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why; each is an error of its own, as the way out differs. */
    public enum Reason {
        /** The directory belongs to another node. */
        FOREIGN_NODE,
        /** The directory belongs to another cluster. */
        FOREIGN_CLUSTER,
        /** There are files here, yet not ours: another program's directory or a layout from before the marker. */
        FOREIGN_LAYOUT,
        /** Written by an older version that this one no longer reads. */
        OLDER_FORMAT,
        /** Written by a newer version. */
        NEWER_FORMAT,
        /** Bytes that were durable once cannot be read any more. */
        DAMAGED,
        /** The directory was in use and its journal is gone. */
        JOURNAL_MISSING
    }

    private final Reason reason;

    /** An error of that kind. */
    public DirectoryRefusedException(final Reason reason, final String message) {
        super(message);
        this.reason = reason;
    }

    /** The kind. */
    public Reason reason() {
        return reason;
    }
}
