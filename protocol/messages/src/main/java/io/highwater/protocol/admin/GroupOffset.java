package io.highwater.protocol.admin;

/**
 * How far a group is in a partition. Immutable.
 *
 * @param topic the topic
 * @param partition its partition
 * @param committed the next offset to be read
 * @param end the offset that the next record gets, -1 when the partition did not say
 */
public record GroupOffset(String topic, int partition, long committed, long end) {
    /** Records that are still to be read, -1 when that is unknown. */
    public long lag() {
        return end < 0 ? -1 : Math.max(0, end - committed);
    }
}
