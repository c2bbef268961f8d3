package io.highwater.broker.api;

import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.partition.Partition;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.DeleteRecordsRequest;
import io.highwater.protocol.message.DeleteRecordsResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * DeleteRecords, versions 0 to 2 (KIP-107): raises the start of logs, at most to the high-water mark, which -1 stands for.
 * Answered when the new starts are durable and nothing below them is shown any more; the files go in the background. A start
 * that is there already is no error.
 *
 * <p>Safe for any thread: each partition is asked on its shard.
 */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequest, DeleteRecordsResponse> {
    private static final long HIGH_WATERMARK = -1;

    private final PartitionLookup lookup;
    private final LogTrim trim;

    /** Raises the starts of open partitions. */
    public DeleteRecordsHandler(final HostedPartitions hosted, final MetadataView metadata, final LogTrim trim) {
        this.lookup = new PartitionLookup(hosted, metadata);
        this.trim = trim;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DELETE_RECORDS;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 2;
    }

    @Override
    public void handle(
            final DeleteRecordsRequest request,
            final RequestContext context,
            final Reply<DeleteRecordsResponse> reply) {
        final DeleteRecordsResponse response = new DeleteRecordsResponse();
        final ShardWork work = new ShardWork();
        final Queue<Asked> raised = new ConcurrentLinkedQueue<>();
        for (final DeleteRecordsRequest.DeleteRecordsTopic topic : request.topics) {
            final DeleteRecordsResponse.DeleteRecordsTopicResult answers =
                    new DeleteRecordsResponse.DeleteRecordsTopicResult();
            answers.name = topic.name;
            response.topics.add(answers);
            final Map<Integer, Long> offsets = new LinkedHashMap<>();
            topic.partitions.forEach(partition -> offsets.put(partition.partitionIndex, partition.offset));
            offsets.forEach((index, offset) -> {
                final DeleteRecordsResponse.DeleteRecordsPartitionResult answer =
                        new DeleteRecordsResponse.DeleteRecordsPartitionResult();
                answer.partitionIndex = index;
                answer.lowWatermark = -1;
                answers.partitions.add(answer);
                final Partition partition =
                        PartitionLookup.partitionOrNull(lookup.topicOrNull(topic.name, Uuids.ZERO), index);
                if (partition == null) {
                    answer.errorCode =
                            lookup.whyMissing(topic.name, Uuids.ZERO, index).code();
                } else {
                    work.add(
                            partition.shard(),
                            () -> judge(partition, offset, answer, raised),
                            () -> answer.errorCode = ErrorCode.UNKNOWN_SERVER_ERROR.code());
                }
            });
        }
        work.run(context.turns(), () -> raise(response, raised, reply));
    }

    private static void judge(
            final Partition partition,
            final long offset,
            final DeleteRecordsResponse.DeleteRecordsPartitionResult answer,
            final Queue<Asked> raised) {
        final ErrorCode error = partition.checkReadable(-1);
        final long start = offset == HIGH_WATERMARK ? partition.highWatermark() : offset;
        if (error != ErrorCode.NONE) {
            answer.errorCode = error.code();
        } else if (start < 0 || start > partition.highWatermark()) {
            answer.errorCode = ErrorCode.OFFSET_OUT_OF_RANGE.code();
        } else if (start <= partition.log().startOffset()) {
            answer.lowWatermark = partition.log().startOffset();
        } else {
            raised.add(new Asked(partition, start, answer));
        }
    }

    private void raise(
            final DeleteRecordsResponse response, final Queue<Asked> raised, final Reply<DeleteRecordsResponse> reply) {
        if (raised.isEmpty()) {
            reply.send(response);
            return;
        }
        final Map<Partition, Long> starts = new LinkedHashMap<>();
        raised.forEach(asked -> starts.merge(asked.partition, asked.start, Math::max));
        trim.raise(starts, failureOrNull -> {
            for (final Asked asked : raised) {
                // A log that was closed meanwhile has not moved.
                if (failureOrNull == null && asked.partition.log().startOffset() >= asked.start) {
                    asked.answer.lowWatermark = asked.partition.log().startOffset();
                } else {
                    asked.answer.errorCode = ErrorCode.KAFKA_STORAGE_ERROR.code();
                }
            }
            reply.send(response);
        });
    }

    private record Asked(Partition partition, long start, DeleteRecordsResponse.DeleteRecordsPartitionResult answer) {}
}
