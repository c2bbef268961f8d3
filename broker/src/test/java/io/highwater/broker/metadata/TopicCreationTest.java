package io.highwater.broker.metadata;

import static io.highwater.broker.metadata.Metadata.assigned;
import static io.highwater.broker.metadata.Metadata.configured;
import static io.highwater.broker.metadata.Metadata.request;
import static io.highwater.broker.metadata.Metadata.topic;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TopicCreationTest {
    static Stream<Arguments> refusals() {
        final CreatableTopic noConsecutive = assigned("t", List.of(1), List.of(1));
        noConsecutive.assignments.get(1).partitionIndex = 2;
        final CreatableTopic twicePartition = assigned("t", List.of(1), List.of(1));
        twicePartition.assignments.get(1).partitionIndex = 0;
        final CreatableTopic withCount = assigned("t", List.of(1));
        withCount.numPartitions = 1;
        final CreatableTopic withReplicas = assigned("t", List.of(1));
        withReplicas.replicationFactor = 1;
        return Stream.of(
                Arguments.of(topic("", 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION),
                Arguments.of(topic(".", 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION),
                Arguments.of(topic("..", 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION),
                Arguments.of(topic("a b", 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION),
                Arguments.of(topic("a/b", 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION),
                Arguments.of(topic("x".repeat(250), 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION),
                Arguments.of(topic("x".repeat(249), 1, 1), ErrorCode.NONE),
                Arguments.of(topic("there.is", 1, 1), ErrorCode.TOPIC_ALREADY_EXISTS),
                Arguments.of(topic("there_is", 1, 1), ErrorCode.INVALID_TOPIC_EXCEPTION),
                Arguments.of(topic("there-is", 1, 1), ErrorCode.NONE),
                Arguments.of(topic("__cluster_metadata", 1, 1), ErrorCode.INVALID_REQUEST),
                Arguments.of(topic("t", 0, 1), ErrorCode.INVALID_PARTITIONS),
                Arguments.of(topic("t", -2, 1), ErrorCode.INVALID_PARTITIONS),
                Arguments.of(topic("t", 1, 0), ErrorCode.INVALID_REPLICATION_FACTOR),
                Arguments.of(topic("t", 1, -2), ErrorCode.INVALID_REPLICATION_FACTOR),
                Arguments.of(topic("t", 1, 5), ErrorCode.INVALID_REPLICATION_FACTOR),
                Arguments.of(topic("t", 1, 4), ErrorCode.NONE),
                Arguments.of(topic("t", 10_000, 1), ErrorCode.POLICY_VIOLATION),
                Arguments.of(topic("t", 9_999, 1), ErrorCode.NONE),
                Arguments.of(topic("t", Integer.MAX_VALUE, 1), ErrorCode.POLICY_VIOLATION),
                Arguments.of(withCount, ErrorCode.INVALID_REQUEST),
                Arguments.of(withReplicas, ErrorCode.INVALID_REQUEST),
                Arguments.of(noConsecutive, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of(twicePartition, ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of(assigned("t", List.of()), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of(assigned("t", List.of(1, 1)), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of(assigned("t", List.of(9)), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of(assigned("t", List.of(1), List.of(1, 2)), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
                Arguments.of(assigned("t", List.of(2, 1), List.of(1, 2)), ErrorCode.NONE),
                Arguments.of(configured("t", "no.such.config", "1"), ErrorCode.INVALID_CONFIG),
                Arguments.of(configured("t", "retention.ms", null), ErrorCode.INVALID_CONFIG),
                Arguments.of(configured("t", "retention.ms", "soon"), ErrorCode.INVALID_CONFIG),
                Arguments.of(configured("t", "cleanup.policy", "compact"), ErrorCode.INVALID_CONFIG),
                Arguments.of(configured("t", "retention.ms", "1", "retention.ms", "2"), ErrorCode.INVALID_REQUEST),
                Arguments.of(configured("t", "retention.ms", "1000"), ErrorCode.NONE));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void answersEachTopicByTheRules(final CreatableTopic topic, final ErrorCode expected) {
        final Metadata metadata = Metadata.ofBrokers(1, 2, 3, 4);
        metadata.create("there.is", 1, 1);
        final Decision<CreateTopicsResponse> decision = metadata.decide(request(topic));
        final CreatableTopicResult result = decision.response().topics.get(0);
        assertEquals(expected, ErrorCode.forCode(result.errorCode), result.errorMessage);
        assertEquals(expected == ErrorCode.NONE, !decision.records().isEmpty());
        assertEquals(expected == ErrorCode.NONE, result.errorMessage == null);
        metadata.apply(decision);
        if (expected == ErrorCode.NONE) {
            assertEquals(result.topicId, metadata.image().topicOrNull(topic.name).id());
        }
    }

    @Test
    void judgesEachTopicOfARequestForItself() {
        final Metadata metadata = Metadata.ofBrokers(1);
        final CreateTopicsResponse response = metadata.apply(metadata.decide(request(
                topic("good", 2, 1), topic("bad!", 1, 1), topic("twice", 1, 1), topic("twice", 1, 1), topic("a.b", 1, 1),
                topic("a_b", 1, 1))));
        assertEquals(
                List.of("good 0", "bad! 17", "twice 42", "a.b 0", "a_b 17"),
                response.topics.stream()
                        .map(result -> result.name + " " + result.errorCode)
                        .toList());
        assertNotNull(metadata.image().topicOrNull("good"));
        assertNotNull(metadata.image().topicOrNull("a.b"));
        assertEquals(2, metadata.image().topics().size());
    }

    @Test
    void createsNothingWhenOnlyAskedToValidate() {
        final Metadata metadata = Metadata.ofBrokers(1);
        final CreateTopicsRequest request = request(topic("t", 3, 1), topic("bad!", 1, 1));
        request.validateOnly = true;
        final Decision<CreateTopicsResponse> decision = metadata.decide(request);
        assertTrue(decision.records().isEmpty());
        assertEquals(0, decision.response().topics.get(0).errorCode);
        assertEquals(3, decision.response().topics.get(0).numPartitions);
        assertEquals(17, decision.response().topics.get(1).errorCode);
    }

    @Test
    void fillsInDefaultsAndTellsAllConfigs() {
        final Metadata metadata = Metadata.ofBrokers(1, 2);
        final CreatableTopic topic = configured("t", "retention.ms", "1000");
        topic.numPartitions = -1;
        topic.replicationFactor = -1;
        final CreatableTopicResult result =
                metadata.apply(metadata.decide(request(topic))).topics.get(0);
        assertEquals(1, result.numPartitions);
        assertEquals(2, result.replicationFactor);
        assertEquals(TopicConfigs.keys().size(), result.configs.size());
        assertEquals(
                List.of("retention.ms=1000"),
                result.configs.stream()
                        .filter(config -> config.configSource == 1)
                        .map(config -> config.name + "=" + config.value)
                        .toList());
        assertEquals("1000", metadata.image().topicOrNull("t").configs().get("retention.ms"));
    }

    @Test
    void refusesWhileNoBrokerIsRegistered() {
        final Metadata metadata = Metadata.ofBrokers();
        assertEquals(38, metadata.decide(request(topic("t", 1, -1))).response().topics.get(0).errorCode);
    }

    @Test
    void spreadsLeadersAndFollowersOverTheBrokers() {
        final Metadata metadata = Metadata.ofBrokers(1, 2, 3, 4, 5);
        final TopicImage topic = metadata.create("t", 20, 3);
        final int[] led = new int[6];
        final TreeSet<String> pairs = new TreeSet<>();
        for (final PartitionRegistration partition : topic.partitions()) {
            led[partition.leader()]++;
            assertEquals(partition.replicas().get(0), partition.leader());
            assertEquals(3, new TreeSet<>(partition.replicas()).size());
            assertEquals(partition.replicas(), partition.isr());
            pairs.add(partition.leader() + "-" + partition.replicas().get(1));
        }
        assertEquals(List.of(4, 4, 4, 4, 4), List.of(led[1], led[2], led[3], led[4], led[5]));
        assertEquals(20, pairs.size(), "each broker's partitions have their first follower on all others in turn");
    }

    @Test
    void freesTheNameOfADeletedTopicAndOfWhatItCollidedWith() {
        final Metadata metadata = Metadata.ofBrokers(1);
        metadata.create("a.b", 1, 1);
        final var deletion = new io.highwater.protocol.message.DeleteTopicsRequest();
        deletion.topicNames.add("a.b");
        metadata.apply(new TopicDeletion(true).decide(metadata.image(), deletion));
        assertNull(metadata.image().topicOrNull("a.b"));
        assertNotNull(metadata.create("a_b", 1, 1));
    }
}
