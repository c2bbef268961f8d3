package io.highwater.broker.core;

import java.io.IOException;
import java.nio.file.Path;

/** A file of the core that can't be used: the start is refused, since guessing could lose what was acknowledged. */
public final class CoreLogException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What is wrong with a file. */
    public enum Reason {
        /** Bytes that were durable are not what was written. */
        CORRUPT,
        /** A format that this version of Highwater no longer reads. */
        TOO_OLD,
        /** A format, or a kind of record, that a later version of Highwater wrote. */
        TOO_NEW,
        /** The file belongs to another group. */
        FOREIGN,
        /** A file that must be there is missing. */
        MISSING
    }

    CoreLogException(final Reason reason, final Path path, final String what) {
        super(path + ": " + what);
        this.reason = reason;
    }

    /** What is wrong, for whoever must tell the cases apart. */
    public Reason reason() {
        return reason;
    }
}
