package io.highwater.broker.core;

/** What keeps a core log from being opened. */
public enum LogProblem {
    /** Written by an earlier version of this software, which this one no longer reads. */
    OLDER_FORMAT,
    /** Written by a later version of this software. */
    NEWER_FORMAT,
    /** Bytes that were durable are not what was written, or files are missing. */
    CORRUPT,
    /** A file of another group. */
    FOREIGN
}
