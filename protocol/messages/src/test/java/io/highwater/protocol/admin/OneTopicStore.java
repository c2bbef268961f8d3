package io.highwater.protocol.admin;

import io.highwater.port.Shard;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.HeaderVersions;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageReader;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.codec.RequestHeaderCodec;
import io.highwater.protocol.codec.ResponseHeaderCodec;
import io.highwater.protocol.message.ApiVersionsResponse;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteRecordsRequest;
import io.highwater.protocol.message.DeleteRecordsResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.DescribeConfigsRequest;
import io.highwater.protocol.message.DescribeConfigsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.RequestHeader;
import io.highwater.protocol.message.ResponseHeader;
import io.highwater.protocol.transport.Link;
import io.highwater.protocol.transport.LinkHandler;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** A server on the transport port that holds topics in a map: just enough for an administrator. */
final class OneTopicStore implements LinkHandler.Factory {
    final Map<String, Integer> topics = new TreeMap<>();

    /** What it offers of each API; an ApiVersions request above is answered with error 35. */
    final Map<ApiKey, Integer> highest = new TreeMap<>(Map.of(
            ApiKey.API_VERSIONS, 4,
            ApiKey.METADATA, 13,
            ApiKey.CREATE_TOPICS, 7,
            ApiKey.DELETE_TOPICS, 6,
            ApiKey.DELETE_RECORDS, 2,
            ApiKey.DESCRIBE_CONFIGS, 4));

    /** So many requests to create are answered as by one that is not the controller. */
    int notControllerAnswers;

    /** Requests to create are read and never answered. */
    boolean isSilent;

    int requests;

    /** Partitions are led by this node; any but 1 is one that nobody knows the address of. */
    int leader = 1;

    /** Offsets of the partitions whose records were deleted, by "topic-partition"; each partition has 100 records. */
    final Map<String, Long> starts = new TreeMap<>();

    private final int port;

    OneTopicStore(final int port) {
        this.port = port;
    }

    @Override
    public LinkHandler newHandler(final Shard shard) {
        return new Connection();
    }

    private Message answer(final Message request) {
        if (request instanceof MetadataRequest metadata) {
            return metadata(metadata);
        }
        if (request instanceof CreateTopicsRequest create) {
            return isSilent ? null : create(create);
        }
        if (request instanceof DeleteTopicsRequest delete) {
            return delete(delete);
        }
        if (request instanceof DeleteRecordsRequest delete) {
            return isSilent ? null : delete(delete);
        }
        return configs((DescribeConfigsRequest) request);
    }

    private ApiVersionsResponse versions(final boolean isUnsupported) {
        final ApiVersionsResponse response = new ApiVersionsResponse();
        response.errorCode = isUnsupported ? ErrorCode.UNSUPPORTED_VERSION.code() : 0;
        for (final Map.Entry<ApiKey, Integer> entry : highest.entrySet()) {
            if (!isUnsupported || entry.getKey() == ApiKey.API_VERSIONS) {
                final ApiVersionsResponse.ApiVersion range = new ApiVersionsResponse.ApiVersion();
                range.apiKey = entry.getKey().id();
                range.minVersion = entry.getKey().lowestVersion();
                range.maxVersion = entry.getValue().shortValue();
                response.apiKeys.add(range);
            }
        }
        return response;
    }

    private MetadataResponse metadata(final MetadataRequest request) {
        final MetadataResponse response = new MetadataResponse();
        final MetadataResponse.MetadataResponseBroker broker = new MetadataResponse.MetadataResponseBroker();
        broker.nodeId = 1;
        broker.host = "127.0.0.1";
        broker.port = port;
        response.brokers.add(broker);
        response.controllerId = 1;
        final List<String> names = request.topics == null
                ? List.copyOf(topics.keySet())
                : request.topics.stream().map(topic -> topic.name).toList();
        for (final String name : names) {
            final MetadataResponse.MetadataResponseTopic topic = new MetadataResponse.MetadataResponseTopic();
            topic.name = name;
            topic.topicId = idOf(name);
            topic.errorCode = topics.containsKey(name) ? 0 : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code();
            for (int i = topics.getOrDefault(name, 0) - 1; i >= 0; i--) {
                final MetadataResponse.MetadataResponsePartition partition =
                        new MetadataResponse.MetadataResponsePartition();
                partition.partitionIndex = i;
                partition.leaderId = leader;
                partition.replicaNodes = List.of(1);
                partition.isrNodes = List.of(1);
                topic.partitions.add(partition);
            }
            response.topics.add(topic);
        }
        return response;
    }

    private CreateTopicsResponse create(final CreateTopicsRequest request) {
        final CreateTopicsResponse response = new CreateTopicsResponse();
        final boolean isController = notControllerAnswers-- <= 0;
        for (final CreateTopicsRequest.CreatableTopic topic : request.topics) {
            final CreateTopicsResponse.CreatableTopicResult result = new CreateTopicsResponse.CreatableTopicResult();
            result.name = topic.name;
            result.topicId = idOf(topic.name);
            if (!isController) {
                result.errorCode = ErrorCode.NOT_CONTROLLER.code();
            } else if (topics.containsKey(topic.name)) {
                result.errorCode = ErrorCode.TOPIC_ALREADY_EXISTS.code();
                result.errorMessage = "there is a " + topic.name;
            } else if (!request.validateOnly) {
                topics.put(topic.name, topic.numPartitions);
                result.numPartitions = topic.numPartitions;
                result.replicationFactor = 1;
            }
            response.topics.add(result);
        }
        return response;
    }

    private DeleteTopicsResponse delete(final DeleteTopicsRequest request) {
        final DeleteTopicsResponse response = new DeleteTopicsResponse();
        final List<String> names = request.topics.isEmpty()
                ? request.topicNames
                : request.topics.stream().map(topic -> topic.name).toList();
        for (final String name : names) {
            final DeleteTopicsResponse.DeletableTopicResult result = new DeleteTopicsResponse.DeletableTopicResult();
            result.name = name;
            result.errorCode = topics.remove(name) != null ? 0 : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code();
            response.responses.add(result);
        }
        return response;
    }

    private DeleteRecordsResponse delete(final DeleteRecordsRequest request) {
        final DeleteRecordsResponse response = new DeleteRecordsResponse();
        for (final DeleteRecordsRequest.DeleteRecordsTopic topic : request.topics) {
            final DeleteRecordsResponse.DeleteRecordsTopicResult answers =
                    new DeleteRecordsResponse.DeleteRecordsTopicResult();
            answers.name = topic.name;
            for (final DeleteRecordsRequest.DeleteRecordsPartition partition : topic.partitions) {
                final DeleteRecordsResponse.DeleteRecordsPartitionResult answer =
                        new DeleteRecordsResponse.DeleteRecordsPartitionResult();
                answer.partitionIndex = partition.partitionIndex;
                answer.lowWatermark = partition.offset == -1 ? 100 : partition.offset;
                if (answer.lowWatermark > 100) {
                    answer.errorCode = ErrorCode.OFFSET_OUT_OF_RANGE.code();
                    answer.lowWatermark = -1;
                } else {
                    starts.put(topic.name + "-" + partition.partitionIndex, answer.lowWatermark);
                }
                answers.partitions.add(answer);
            }
            response.topics.add(answers);
        }
        return response;
    }

    private static DescribeConfigsResponse configs(final DescribeConfigsRequest request) {
        final DescribeConfigsResponse response = new DescribeConfigsResponse();
        for (final DescribeConfigsRequest.DescribeConfigsResource resource : request.resources) {
            final DescribeConfigsResponse.DescribeConfigsResult result =
                    new DescribeConfigsResponse.DescribeConfigsResult();
            result.resourceType = resource.resourceType;
            result.resourceName = resource.resourceName;
            final DescribeConfigsResponse.DescribeConfigsResourceResult config =
                    new DescribeConfigsResponse.DescribeConfigsResourceResult();
            config.name = "retention.ms";
            config.value = "1000";
            config.configSource = 1;
            result.configs.add(config);
            response.results.add(result);
        }
        return response;
    }

    private static UUID idOf(final String name) {
        return new UUID(1, name.hashCode());
    }

    private final class Connection implements LinkHandler {
        @Override
        public void onOpen(final Link link) {
            // The client speaks first.
        }

        @Override
        public void onFrame(final Link link, final ByteBuf frame) {
            requests++;
            final MessageReader in = new MessageReader(frame);
            final short key = frame.getShort(frame.readerIndex());
            final short version = frame.getShort(frame.readerIndex() + Short.BYTES);
            final RequestHeader header = RequestHeaderCodec.read(in, HeaderVersions.request(key, version));
            if (key == ApiKey.API_VERSIONS.id()) {
                final boolean isUnsupported = version > highest.get(ApiKey.API_VERSIONS);
                reply(link, header, versions(isUnsupported), isUnsupported ? 0 : version);
            } else {
                final Message answer = answer(Codecs.request(key).read(in, version));
                if (answer != null) {
                    reply(link, header, answer, version);
                }
            }
            frame.release();
        }

        @Override
        public void onWritabilityChanged(final Link link) {
            // Answers are small.
        }

        @Override
        public void onClosed(final Link link, final String reason) {
            // Nothing is kept per connection.
        }

        @SuppressWarnings("unchecked")
        private void reply(final Link link, final RequestHeader to, final Message answer, final int bodyVersion) {
            final short version = (short) bodyVersion;
            final MessageCodec<Message> codec = (MessageCodec<Message>) Codecs.response(to.requestApiKey);
            final short headerVersion = HeaderVersions.response(to.requestApiKey, version);
            final ResponseHeader header = new ResponseHeader();
            header.correlationId = to.correlationId;
            final int bytes = ResponseHeaderCodec.size(header, headerVersion) + codec.size(answer, version);
            final ByteBuf frame = link.allocator().buffer(Integer.BYTES + bytes);
            final MessageWriter out = new MessageWriter(frame);
            out.writeInt32(bytes);
            ResponseHeaderCodec.write(header, out, headerVersion);
            codec.write(answer, out, version);
            link.write(frame);
            link.flush();
        }
    }
}
