package io.highwater.broker.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.highwater.broker.group.GroupConfig;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Retention times of offsets at the ends of their range: "for ever" must not come out as "at once". */
class RetentionTimeTest {
    private static final short LAST_VERSION_WITH_RETENTION_TIME = 4;
    private static final short COMMIT_VERSION = 8;
    private static final long CHECK_MS = 600_000;

    /** Less than none is the node's own retention, which is a week: a sum that overflows must not come out as that either. */
    @ParameterizedTest
    @CsvSource({
        "9223372036854775807, 1",
        "9223372036854775806, 1",
        "9223370000000000000, 1",
        "691200001, 1",
        "604800001, -1",
        "-9223372036854775808, -1",
        "-1, -1",
        "0, -1",
        "1, -1"
    })
    void aClientsOwnRetentionTimeIsNotOlderThanNow(final long retentionMs, final long expected) {
        final GroupNode node = new GroupNode(GroupConfig.DEFAULT);
        commit(node, retentionMs, LAST_VERSION_WITH_RETENTION_TIME);
        node.scheduler.runFor(TimeUnit.DAYS.toMillis(8));
        assertEquals(expected, committed(node));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1})
    void theNodesLongestRetentionIsForEver(final long retentionMs) {
        final GroupNode node = new GroupNode(config(retentionMs, CHECK_MS));
        commit(node, -1, COMMIT_VERSION);
        node.scheduler.runFor(TimeUnit.DAYS.toMillis(30));
        assertEquals(1, committed(node));
    }

    /** The most that {@code offsets.retention.minutes} may be: more than a year of milliseconds has 32 bits for. */
    @Test
    void theMostMinutesAreNoNegativeTime() {
        final GroupNode node = new GroupNode(config(TimeUnit.MINUTES.toMillis(Integer.MAX_VALUE), CHECK_MS));
        commit(node, -1, COMMIT_VERSION);
        node.scheduler.runFor(TimeUnit.DAYS.toMillis(30));
        assertEquals(1, committed(node));
    }

    /** An hour is over, but nobody looks. */
    @Test
    void theLongestCheckIntervalIsNotNow() {
        final GroupNode node = new GroupNode(config(TimeUnit.HOURS.toMillis(1), Long.MAX_VALUE));
        commit(node, -1, COMMIT_VERSION);
        node.scheduler.runFor(TimeUnit.DAYS.toMillis(1));
        assertEquals(1, committed(node));
    }

    private static GroupConfig config(final long retentionMs, final long checkMs) {
        final GroupConfig usual = GroupConfig.DEFAULT;
        return new GroupConfig(
                usual.minSessionTimeoutMs(),
                usual.maxSessionTimeoutMs(),
                usual.maxSize(),
                usual.initialRebalanceDelayMs(),
                usual.newMemberJoinTimeoutMs(),
                usual.offsetMetadataMaxChars(),
                retentionMs,
                checkMs,
                usual.logBytesMax(),
                usual.offsetCommitTimeoutMs());
    }

    private static void commit(final GroupNode node, final long retentionMs, final short version) {
        node.core.createTopic("t", new UUID(1, 2), 1);
        final OffsetCommitRequest request = new OffsetCommitRequest();
        request.groupId = "g";
        request.generationIdOrMemberEpoch = -1;
        request.retentionTimeMs = retentionMs;
        final OffsetCommitRequest.OffsetCommitRequestTopic topic = new OffsetCommitRequest.OffsetCommitRequestTopic();
        topic.name = "t";
        final OffsetCommitRequest.OffsetCommitRequestPartition partition =
                new OffsetCommitRequest.OffsetCommitRequestPartition();
        partition.committedOffset = 1;
        topic.partitions.add(partition);
        request.topics.add(topic);
        node.ask(request, version);
    }

    private static long committed(final GroupNode node) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        request.groupId = "g";
        final OffsetFetchRequest.OffsetFetchRequestTopic topic = new OffsetFetchRequest.OffsetFetchRequestTopic();
        topic.name = "t";
        topic.partitionIndexes.add(0);
        request.topics.add(topic);
        final OffsetFetchResponse response = node.ask(request, 5);
        return response.topics.get(0).partitions.get(0).committedOffset;
    }
}
