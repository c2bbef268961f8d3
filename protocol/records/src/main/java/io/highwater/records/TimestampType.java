package io.highwater.records;

/** Whose clock a batch's timestamps come from. */
public enum TimestampType {
    /** The producer's, one for each record. */
    CREATE_TIME,
    /** The broker's, one for the whole batch. */
    LOG_APPEND_TIME
}
