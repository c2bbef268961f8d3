package io.highwater.broker.group;

import io.highwater.broker.message.GroupStateRecord;
import io.highwater.broker.message.OffsetCommittedRecord;
import java.util.Set;

/**
 * When a committed offset has outlived its use. Only the coordinator decides this, and writes it down as a record: no
 * replay looks at a clock.
 *
 * <pre>
 *   the offset has a time of its own        at that time, if the group is one that lets go of offsets now
 *   a group of members, Empty               retention after it became empty
 *   a group of consumers, Stable            retention after the commit, for topics that nobody subscribes to
 *   a group that only stores offsets        retention after the commit
 *   any other                               not now
 * </pre>
 */
public final class OffsetExpiry {
    private OffsetExpiry() {}

    /**
     * True when the offset is to be removed.
     *
     * @param group as it stands.
     * @param recordOrNull its last durable record; null for a group that only stores offsets.
     * @param offset one of its offsets.
     * @param wantedTopics those that the group's members may want, {@link ClassicGroup#wantedAmong}.
     * @param nowMs wall clock.
     * @param retentionMs how long offsets are kept.
     */
    public static boolean isExpired(
            final ClassicGroup group,
            final GroupStateRecord recordOrNull,
            final OffsetCommittedRecord offset,
            final Set<String> wantedTopics,
            final long nowMs,
            final long retentionMs) {
        final long since;
        if (group.protocolTypeOrNull() == null) {
            since = offset.commitTimestampMs;
        } else if (group.state() == GroupState.EMPTY) {
            if (recordOrNull == null || !recordOrNull.members.isEmpty()) {
                // That it became empty is not durable yet.
                return false;
            }
            since = recordOrNull.stateTimestampMs;
        } else if (group.state() == GroupState.STABLE && !wantedTopics.contains(offset.topicName)) {
            since = offset.commitTimestampMs;
        } else {
            return false;
        }
        return offset.expireTimestampMs >= 0 ? nowMs >= offset.expireTimestampMs : nowMs - since >= retentionMs;
    }
}
