package io.highwater.broker.api;

import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogStorageException;
import io.highwater.log.OffsetAtTime;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.ListOffsetsRequest;
import io.highwater.protocol.message.ListOffsetsResponse;
import java.util.HashSet;
import java.util.Set;

/**
 * ListOffsets, versions 1 to 11: latest, earliest, greatest timestamp, and the first record of a time or later, all below
 * the high-water mark. Each special is refused with UNSUPPORTED_VERSION in versions that did not have it.
 *
 * <p>Gaps: without tiering the earliest local offset is the log's start, and there is no latest tiered offset; without
 * transactions both isolation levels see the high-water mark.
 */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequest, ListOffsetsResponse> {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;

    private final PartitionLookup lookup;

    /** Asks the partitions hosted here. */
    public ListOffsetsHandler(final HostedPartitions hosted, final MetadataView metadata) {
        this.lookup = new PartitionLookup(hosted, metadata);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LIST_OFFSETS;
    }

    @Override
    public short lowestVersion() {
        return 1;
    }

    @Override
    public short highestVersion() {
        return 11;
    }

    @Override
    public void handle(
            final ListOffsetsRequest request, final RequestContext context, final Reply<ListOffsetsResponse> reply) {
        final ListOffsetsResponse response = new ListOffsetsResponse();
        final ShardWork work = new ShardWork();
        final Set<Asked> repeated = repeated(request);
        final Set<Asked> refused = new HashSet<>();
        for (final ListOffsetsRequest.ListOffsetsTopic topic : request.topics) {
            final ListOffsetsResponse.ListOffsetsTopicResponse answers =
                    new ListOffsetsResponse.ListOffsetsTopicResponse();
            answers.name = topic.name;
            response.topics.add(answers);
            for (final ListOffsetsRequest.ListOffsetsPartition asked : topic.partitions) {
                final Asked place = new Asked(topic.name, asked.partitionIndex);
                final boolean isRepeated = repeated.contains(place);
                if (isRepeated && !refused.add(place)) {
                    continue;
                }
                final ListOffsetsResponse.ListOffsetsPartitionResponse answer =
                        new ListOffsetsResponse.ListOffsetsPartitionResponse();
                answer.partitionIndex = asked.partitionIndex;
                answers.partitions.add(answer);
                final Partition partition = PartitionLookup.partitionOrNull(
                        lookup.topicOrNull(topic.name, Uuids.ZERO), asked.partitionIndex);
                if (isRepeated) {
                    answer.errorCode = ErrorCode.INVALID_REQUEST.code();
                } else if (!isKnown(asked.timestamp, context.apiVersion())) {
                    answer.errorCode = ErrorCode.UNSUPPORTED_VERSION.code();
                } else if (partition == null) {
                    answer.errorCode = lookup.whyMissing(topic.name, Uuids.ZERO, asked.partitionIndex)
                            .code();
                } else {
                    work.add(
                            partition.shard(),
                            () -> find(partition, asked, answer),
                            () -> answer.errorCode = ErrorCode.KAFKA_STORAGE_ERROR.code());
                }
            }
        }
        work.run(context.turns(), () -> reply.send(response));
    }

    /** Over the whole request: a search takes its time, and there may be as many as a request has room for. */
    private static Set<Asked> repeated(final ListOffsetsRequest request) {
        final Set<Asked> seen = new HashSet<>();
        final Set<Asked> repeated = new HashSet<>();
        for (final ListOffsetsRequest.ListOffsetsTopic topic : request.topics) {
            for (final ListOffsetsRequest.ListOffsetsPartition asked : topic.partitions) {
                final Asked partition = new Asked(topic.name, asked.partitionIndex);
                if (!seen.add(partition)) {
                    repeated.add(partition);
                }
            }
        }
        return repeated;
    }

    private record Asked(String topic, int partition) {}

    private static boolean isKnown(final long timestamp, final short version) {
        if (timestamp >= EARLIEST) {
            return true;
        }
        if (timestamp == MAX_TIMESTAMP) {
            return version >= 7;
        }
        if (timestamp == EARLIEST_LOCAL) {
            return version >= 8;
        }
        if (timestamp == LATEST_TIERED) {
            return version >= 9;
        }
        return timestamp == EARLIEST_PENDING_UPLOAD && version >= 11;
    }

    private static void find(
            final Partition partition,
            final ListOffsetsRequest.ListOffsetsPartition asked,
            final ListOffsetsResponse.ListOffsetsPartitionResponse answer) {
        final ErrorCode error = partition.checkReadable(asked.currentLeaderEpoch);
        answer.errorCode = error.code();
        if (error != ErrorCode.NONE) {
            return;
        }
        try {
            if (asked.timestamp == LATEST_TIERED || asked.timestamp == EARLIEST_PENDING_UPLOAD) {
                // There are no tiers: nothing was moved to one, and nothing waits to be.
                answer.offset = -1;
                return;
            }
            final OffsetAtTime found = offsetFor(partition, asked.timestamp);
            answer.offset = found.offset();
            answer.timestamp = found.timestampMs();
            answer.leaderEpoch = found.leaderEpoch();
        } catch (final LogStorageException e) {
            answer.errorCode = ErrorCode.KAFKA_STORAGE_ERROR.code();
        }
    }

    private static OffsetAtTime offsetFor(final Partition partition, final long timestamp) throws LogStorageException {
        if (timestamp == LATEST) {
            return partition.latest();
        }
        if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            return partition.earliest();
        }
        return timestamp == MAX_TIMESTAMP ? partition.maxTimestamp() : partition.offsetForTimestamp(timestamp);
    }
}
