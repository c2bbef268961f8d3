package io.highwater.log.disk;

/** What can be asked of a simulated disk, for fault injection and traces. */
public enum DiskOperation {
    OPEN,
    WRITE,
    READ,
    FORCE,
    WRITE_THROUGH,
    ALLOCATE,
    TRUNCATE,
    MAP,
    CREATE_DIRECTORY,
    LIST,
    RENAME,
    DELETE,
    FORCE_DIRECTORY,
    LOCK
}
