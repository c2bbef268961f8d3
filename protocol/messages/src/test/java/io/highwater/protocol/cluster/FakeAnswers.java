package io.highwater.protocol.cluster;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.FindCoordinatorRequest;
import io.highwater.protocol.message.FindCoordinatorResponse;
import io.highwater.protocol.message.InitProducerIdRequest;
import io.highwater.protocol.message.InitProducerIdResponse;
import io.highwater.protocol.message.ListOffsetsRequest;
import io.highwater.protocol.message.ListOffsetsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.OffsetCommitRequest;
import io.highwater.protocol.message.OffsetCommitResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import java.util.UUID;

/** Answers in the newest layout (topics by id where there is one), and answers that only say an error. */
final class FakeAnswers {
    private FakeAnswers() {}

    static Message error(final Message request, final ErrorCode error) {
        if (request instanceof ProduceRequest produce) {
            return error(produce, error);
        }
        if (request instanceof FetchRequest fetch) {
            return error(fetch, error);
        }
        if (request instanceof ListOffsetsRequest list) {
            return error(list, error);
        }
        if (request instanceof OffsetCommitRequest commit) {
            return error(commit, error);
        }
        if (request instanceof InitProducerIdRequest) {
            final InitProducerIdResponse response = new InitProducerIdResponse();
            response.errorCode = error.code();
            return response;
        }
        if (request instanceof FindCoordinatorRequest) {
            final FindCoordinatorResponse response = new FindCoordinatorResponse();
            response.errorCode = error.code();
            return response;
        }
        if (request instanceof MetadataRequest) {
            final MetadataResponse response = new MetadataResponse();
            response.errorCode = error.code();
            return response;
        }
        throw new IllegalArgumentException("no error answer for " + request);
    }

    static ProduceResponse.PartitionProduceResponse add(
            final ProduceResponse response, final UUID topicId, final int partition, final ErrorCode error) {
        final ProduceResponse.TopicProduceResponse topic = new ProduceResponse.TopicProduceResponse();
        topic.topicId = topicId;
        final ProduceResponse.PartitionProduceResponse answer = new ProduceResponse.PartitionProduceResponse();
        answer.index = partition;
        answer.errorCode = error.code();
        answer.baseOffset = -1;
        topic.partitionResponses.add(answer);
        response.responses.add(topic);
        return answer;
    }

    static FetchResponse.PartitionData add(
            final FetchResponse response, final UUID topicId, final int partition, final ErrorCode error) {
        final FetchResponse.FetchableTopicResponse topic = new FetchResponse.FetchableTopicResponse();
        topic.topicId = topicId;
        final FetchResponse.PartitionData answer = new FetchResponse.PartitionData();
        answer.partitionIndex = partition;
        answer.errorCode = error.code();
        topic.partitions.add(answer);
        response.responses.add(topic);
        return answer;
    }

    static ListOffsetsResponse.ListOffsetsPartitionResponse add(
            final ListOffsetsResponse response, final String name, final int partition, final ErrorCode error) {
        final ListOffsetsResponse.ListOffsetsTopicResponse topic = new ListOffsetsResponse.ListOffsetsTopicResponse();
        topic.name = name;
        final ListOffsetsResponse.ListOffsetsPartitionResponse answer =
                new ListOffsetsResponse.ListOffsetsPartitionResponse();
        answer.partitionIndex = partition;
        answer.errorCode = error.code();
        topic.partitions.add(answer);
        response.topics.add(topic);
        return answer;
    }

    static void add(
            final OffsetCommitResponse response, final UUID topicId, final int partition, final ErrorCode error) {
        final OffsetCommitResponse.OffsetCommitResponseTopic topic =
                new OffsetCommitResponse.OffsetCommitResponseTopic();
        topic.topicId = topicId;
        final OffsetCommitResponse.OffsetCommitResponsePartition answer =
                new OffsetCommitResponse.OffsetCommitResponsePartition();
        answer.partitionIndex = partition;
        answer.errorCode = error.code();
        topic.partitions.add(answer);
        response.topics.add(topic);
    }

    private static Message error(final ProduceRequest request, final ErrorCode error) {
        final ProduceResponse response = new ProduceResponse();
        request.topicData.forEach(topic ->
                topic.partitionData.forEach(partition -> add(response, topic.topicId, partition.index, error)));
        return response;
    }

    private static Message error(final FetchRequest request, final ErrorCode error) {
        final FetchResponse response = new FetchResponse();
        request.topics.forEach(topic ->
                topic.partitions.forEach(partition -> add(response, topic.topicId, partition.partition, error)));
        return response;
    }

    private static Message error(final ListOffsetsRequest request, final ErrorCode error) {
        final ListOffsetsResponse response = new ListOffsetsResponse();
        request.topics.forEach(topic ->
                topic.partitions.forEach(partition -> add(response, topic.name, partition.partitionIndex, error)));
        return response;
    }

    private static Message error(final OffsetCommitRequest request, final ErrorCode error) {
        final OffsetCommitResponse response = new OffsetCommitResponse();
        request.topics.forEach(topic ->
                topic.partitions.forEach(partition -> add(response, topic.topicId, partition.partitionIndex, error)));
        return response;
    }
}
