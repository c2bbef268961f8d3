package io.highwater.log;

/** Told on the log's shard what the disk did. */
public interface StableEndListener {
    /** The stable end moved forward. */
    void onStableEnd(PartitionLog log, long stableEnd);

    /** The log went offline; it is told once. */
    void onOffline(PartitionLog log, LogOfflineException reason);
}
