package io.highwater.broker.api;

import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.TopicImage;
import io.highwater.broker.partition.Partition;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeLogDirsRequest;
import io.highwater.protocol.message.DescribeLogDirsResponse;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DescribeLogDirs, versions 1 to 5: what the data directory holds and how much room is left. A partition's size is that of
 * its record files. Null asks for all partitions.
 *
 * <p>Safe for any thread: the file system is asked on the executor for blocking work.
 */
public final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequest, DescribeLogDirsResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(DescribeLogDirsHandler.class);

    private final HostedPartitions hosted;
    private final MetadataView metadata;
    private final DirectorySpace space;
    private final Executor blockingExecutor;

    /** Answers for one data directory. */
    public DescribeLogDirsHandler(
            final HostedPartitions hosted,
            final MetadataView metadata,
            final DirectorySpace space,
            final Executor blockingExecutor) {
        this.hosted = hosted;
        this.metadata = metadata;
        this.space = space;
        this.blockingExecutor = blockingExecutor;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_LOG_DIRS;
    }

    @Override
    public short lowestVersion() {
        return 1;
    }

    @Override
    public short highestVersion() {
        return 5;
    }

    @Override
    public void handle(
            final DescribeLogDirsRequest request,
            final RequestContext context,
            final Reply<DescribeLogDirsResponse> reply) {
        final DescribeLogDirsResponse response = new DescribeLogDirsResponse();
        final DescribeLogDirsResponse.DescribeLogDirsResult result =
                new DescribeLogDirsResponse.DescribeLogDirsResult();
        result.logDir = space.path();
        response.results.add(result);
        final MetadataImage image = metadata.current();
        if (request.topics == null) {
            image.topics().forEach((id, topic) -> add(result, topic, null));
        } else {
            for (final DescribeLogDirsRequest.DescribableLogDirTopic asked : request.topics) {
                final TopicImage topic = image.topicOrNull(asked.topic);
                if (topic != null) {
                    add(result, topic, new TreeSet<>(asked.partitions));
                }
            }
        }
        blockingExecutor.execute(() -> {
            measure(result);
            reply.send(response);
        });
    }

    private void add(
            final DescribeLogDirsResponse.DescribeLogDirsResult result,
            final TopicImage topic,
            final Set<Integer> askedOrAll) {
        final HostedPartitions.HostedTopic open = hosted.topicOrNull(topic.id());
        if (open == null) {
            return;
        }
        final DescribeLogDirsResponse.DescribeLogDirsTopic answer = new DescribeLogDirsResponse.DescribeLogDirsTopic();
        answer.name = topic.name();
        if (askedOrAll == null) {
            for (int index = 0; index < open.partitions().length; index++) {
                add(answer, open, index);
            }
        } else {
            // Not all that the topic has: a request may name it over and over.
            askedOrAll.forEach(index -> add(answer, open, index));
        }
        if (!answer.partitions.isEmpty()) {
            result.topics.add(answer);
        }
    }

    private static void add(
            final DescribeLogDirsResponse.DescribeLogDirsTopic answer,
            final HostedPartitions.HostedTopic open,
            final int index) {
        final Partition partition = open.partitionOrNull(index);
        if (partition != null) {
            final DescribeLogDirsResponse.DescribeLogDirsPartition size =
                    new DescribeLogDirsResponse.DescribeLogDirsPartition();
            size.partitionIndex = index;
            size.partitionSize = partition.log().sizeBytes();
            answer.partitions.add(size);
        }
    }

    private void measure(final DescribeLogDirsResponse.DescribeLogDirsResult result) {
        try {
            result.totalBytes = space.totalBytes();
            result.usableBytes = space.usableBytes();
        } catch (final IOException e) {
            LOG.warn("the file system of {} can't be asked for its room: {}", space.path(), e.getMessage());
            result.errorCode = ErrorCode.KAFKA_STORAGE_ERROR.code();
        }
    }
}
