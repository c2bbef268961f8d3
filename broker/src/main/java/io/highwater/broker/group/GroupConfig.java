package io.highwater.broker.group;

/**
 * The settings of group coordination. Immutable.
 *
 * @param minSessionTimeoutMs {@code group.min.session.timeout.ms}: less would make members vanish at a hiccup.
 * @param maxSessionTimeoutMs {@code group.max.session.timeout.ms}: more would hold partitions too long.
 * @param maxSize {@code group.max.size}: members of one group.
 * @param initialRebalanceDelayMs {@code group.initial.rebalance.delay.ms}: how long the first rebalance of an empty
 *     group waits for more members; 0 in tests and where a consumer must start at once.
 * @param newMemberJoinTimeoutMs how long a new member's join may wait before it counts as dead: while its join waits
 *     it can't send heartbeats, and it has no id yet that a retry could bring.
 * @param offsetMetadataMaxChars {@code offset.metadata.max.bytes}: the longest text kept with an offset.
 * @param offsetsRetentionMs {@code offsets.retention.minutes}: how long offsets outlive their group's last member.
 * @param offsetsRetentionCheckIntervalMs {@code offsets.retention.check.interval.ms}.
 * @param logBytesMax {@code group.offsets.max.bytes}: heap that committed offsets and the states of all groups may take.
 * @param offsetCommitTimeoutMs {@code offsets.commit.timeout.ms}: how long a commit may take to become durable.
 */
public record GroupConfig(
        int minSessionTimeoutMs,
        int maxSessionTimeoutMs,
        int maxSize,
        int initialRebalanceDelayMs,
        int newMemberJoinTimeoutMs,
        int offsetMetadataMaxChars,
        long offsetsRetentionMs,
        long offsetsRetentionCheckIntervalMs,
        long logBytesMax,
        int offsetCommitTimeoutMs) {
    /** Kafka's values. */
    public static final GroupConfig DEFAULT = new GroupConfig(
            6_000, 1_800_000, Integer.MAX_VALUE, 3_000, 300_000, 4096, 7L * 24 * 3_600_000, 600_000, 128L << 20, 5_000);

    /** True when a member may ask for this session timeout. */
    public boolean allowsSessionTimeoutMs(final int timeoutMs) {
        return timeoutMs >= minSessionTimeoutMs && timeoutMs <= maxSessionTimeoutMs;
    }

    /** These settings with another delay of the first rebalance. */
    public GroupConfig withInitialRebalanceDelayMs(final int delayMs) {
        return new GroupConfig(
                minSessionTimeoutMs,
                maxSessionTimeoutMs,
                maxSize,
                delayMs,
                newMemberJoinTimeoutMs,
                offsetMetadataMaxChars,
                offsetsRetentionMs,
                offsetsRetentionCheckIntervalMs,
                logBytesMax,
                offsetCommitTimeoutMs);
    }

    /** These settings with another limit of a group's size. */
    public GroupConfig withMaxSize(final int members) {
        return new GroupConfig(
                minSessionTimeoutMs,
                maxSessionTimeoutMs,
                members,
                initialRebalanceDelayMs,
                newMemberJoinTimeoutMs,
                offsetMetadataMaxChars,
                offsetsRetentionMs,
                offsetsRetentionCheckIntervalMs,
                logBytesMax,
                offsetCommitTimeoutMs);
    }

    /** These settings with another bound of what the log of the groups says. */
    public GroupConfig withLogBytesMax(final long bytes) {
        return new GroupConfig(
                minSessionTimeoutMs,
                maxSessionTimeoutMs,
                maxSize,
                initialRebalanceDelayMs,
                newMemberJoinTimeoutMs,
                offsetMetadataMaxChars,
                offsetsRetentionMs,
                offsetsRetentionCheckIntervalMs,
                bytes,
                offsetCommitTimeoutMs);
    }
}
