package io.highwater.broker.observe;

import java.util.List;

/**
 * What can be read of a running node besides its {@link Metrics}. Every method may be called at any time between the
 * start and the end of the process, on any thread, and returns at once.
 */
public interface NodeReadings {
    /** True from ready to a failure of the disk or the begin of the stop. */
    boolean isReady();

    /** Bytes of requests that arrive or are being handled. */
    long frameBytesInFlight();

    /** What {@link #frameBytesInFlight} can't exceed. */
    long frameBytesMax();

    /** Connections that are not read because that bound is reached. */
    int connectionsWaitingForMemory();

    /** Forces of partition logs since the start. */
    long logForces();

    /** Data directories that failed: nothing in them is served until the node is started anew. */
    int offlineLogDirectories();

    /** Appended bytes that are not forced yet. */
    long unforcedBytes();

    /** The topics with partitions on this node, in no order. */
    List<TopicReading> topics();

    /**
     * One topic as this node has it.
     *
     * @param name its name
     * @param partitions how many of its partitions are open here
     * @param bytes size of their logs
     */
    record TopicReading(String name, int partitions, long bytes) {}
}
