package io.highwater.broker.metadata;

import static io.highwater.broker.metadata.MetadataScript.configured;
import static io.highwater.broker.metadata.MetadataScript.placed;
import static io.highwater.broker.metadata.MetadataScript.topic;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.highwater.protocol.message.CreateTopicsResponse;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TopicCreationTest {
    private final MetadataScript script = MetadataScript.withBrokers(3);

    static Stream<Arguments> rules() {
        return Stream.of(
                rule(topic("plain", 1, 1), 0),
                rule(topic("defaults", -1, -1), 0),
                rule(topic("a".repeat(249), 1, 1), 0),
                rule(topic("Az09._-", 1, 1), 0),
                rule(topic("", 1, 1), 17),
                rule(topic(".", 1, 1), 17),
                rule(topic("..", 1, 1), 17),
                rule(topic("a".repeat(250), 1, 1), 17),
                rule(topic("white space", 1, 1), 17),
                rule(topic("ümlaut", 1, 1), 17),
                rule(topic("old_one", 1, 1), 17),
                rule(topic("old.one", 1, 1), 36),
                rule(topic("a", 0, 1), 37),
                rule(topic("a", -2, 1), 37),
                rule(topic("a", 10_000, 1), 44),
                rule(topic("a", 1, 0), 38),
                rule(topic("a", 1, -2), 38),
                rule(topic("a", 1, 4), 38),
                rule(topic("a", 1, 3), 0),
                rule(placed("a", List.of(List.of(2, 0), List.of(1, 2))), 0),
                rule(placed("a", List.of(List.of())), 39),
                rule(placed("a", List.of(List.of(3))), 39),
                rule(placed("a", List.of(List.of(1, 1))), 39),
                rule(placed("a", List.of(List.of(0, 1), List.of(0))), 39),
                rule(numbered(0, 0), 39),
                rule(numbered(0, 2), 39),
                rule(numbered(-1, 0), 39),
                rule(placedWith(2, -1), 42),
                rule(placedWith(-1, 1), 42),
                rule(configured("a", "retention.ms", "-1"), 0),
                rule(configured("a", "retention.ms", "-2"), 40),
                rule(configured("a", "retention.ms", "week"), 40),
                rule(configured("a", "retention.ms", null), 40),
                rule(configured("a", "cleanup.policy", "delete"), 0),
                rule(configured("a", "cleanup.policy", "compact"), 40),
                rule(configured("a", "cleanup.policy", "compact,delete"), 40),
                rule(configured("a", "compression.gzip.level", "-1"), 0),
                rule(configured("a", "compression.gzip.level", "0"), 40),
                rule(configured("a", "flush.policy", "os"), 0),
                rule(configured("a", "flush.policy", "never"), 40),
                rule(configured("a", "no.such.config", "1"), 40));
    }

    @ParameterizedTest(name = "{index}: {0} -> {1}")
    @MethodSource("rules")
    void eachRuleHasItsErrorCode(final CreatableTopic topic, final int code) {
        script.create(topic("old.one", 1, 1));
        final MetadataImage before = script.image;

        final CreateTopicsResponse.CreatableTopicResult result = only(script.create(topic));

        assertEquals(ErrorCode.forCode((short) code), ErrorCode.forCode(result.errorCode), result.errorMessage);
        assertEquals(topic.name, result.name);
        if (code == 0) {
            assertEquals(result.topicId, script.image.topicOrNull(topic.name).id());
        } else {
            assertNotNull(result.errorMessage);
            assertEquals(before, script.image);
        }
    }

    @Test
    void aNameAskedTwiceIsRefusedOnceAndTheOthersAreCreated() {
        final CreateTopicsResponse response =
                script.create(topic("twice", 1, 1), topic("b", 1, 1), topic("twice", 2, 1));

        assertEquals(2, response.topics.size());
        assertEquals(ErrorCode.INVALID_REQUEST.code(), response.topics.get(0).errorCode);
        assertEquals(ErrorCode.NONE.code(), response.topics.get(1).errorCode);
        assertNull(script.image.topicOrNull("twice"));
        assertNotNull(script.image.topicOrNull("b"));
    }

    @Test
    void namesOfOneRequestMayNotCollideEither() {
        final CreateTopicsResponse response = script.create(topic("x.y", 1, 1), topic("x_y", 1, 1));

        assertEquals(ErrorCode.NONE.code(), response.topics.get(0).errorCode);
        assertEquals(ErrorCode.INVALID_TOPIC_EXCEPTION.code(), response.topics.get(1).errorCode);
    }

    @Test
    void aLongConfigNamedTwiceIsShownInPart() {
        final CreatableTopic topic = configured("a", "c".repeat(32_767), "1");
        topic.configs.add(topic.configs.get(0));

        final CreateTopicsResponse.CreatableTopicResult result = only(script.create(topic));

        assertEquals(ErrorCode.INVALID_REQUEST.code(), result.errorCode);
        assertTrue(result.errorMessage.length() < 400, result.errorMessage);
    }

    @Test
    void aLongConfigWithoutAValueIsShownInPart() {
        final CreateTopicsResponse.CreatableTopicResult result =
                only(script.create(configured("a", "c".repeat(32_767), null)));

        assertEquals(ErrorCode.INVALID_CONFIG.code(), result.errorCode);
        assertTrue(result.errorMessage.length() < 400, result.errorMessage);
    }

    @Test
    void validationOnlyAnswersTheSameAndCreatesNothing() {
        final CreateTopicsRequest request = new CreateTopicsRequest();
        request.topics.add(topic("checked", 5, 2));
        request.validateOnly = true;
        final MetadataImage before = script.image;

        final CreateTopicsResponse.CreatableTopicResult result = only(script.create(request));

        assertEquals(ErrorCode.NONE.code(), result.errorCode);
        assertEquals(5, result.numPartitions);
        assertEquals(2, result.replicationFactor);
        assertEquals(before, script.image);
    }

    @Test
    void theAnswerTellsEveryConfigInForceAndWhoSetIt() {
        final CreateTopicsResponse.CreatableTopicResult result =
                only(script.create(configured("a", "retention.ms", "5000")));

        assertEquals(TopicConfigs.keys().size(), result.configs.size());
        for (final CreateTopicsResponse.CreatableTopicConfigs config : result.configs) {
            final boolean isOwn = config.name.equals("retention.ms");
            assertEquals(isOwn ? 1 : 5, config.configSource, config.name);
            assertTrue(!isOwn || config.value.equals("5000"));
        }
    }

    @Test
    void replicationFactorDefaultsToThreeOrToAllBrokersWhenFewer() {
        assertEquals(3, only(MetadataScript.withBrokers(4).create(topic("a", -1, -1))).replicationFactor);
        assertEquals(1, only(MetadataScript.withBrokers(1).create(topic("a", -1, -1))).replicationFactor);
        assertEquals(2, only(MetadataScript.withBrokers(1).create(topic("a", -1, -1))).numPartitions);
    }

    @Test
    void withoutABrokerNoTopicIsCreated() {
        assertEquals(
                ErrorCode.INVALID_REPLICATION_FACTOR.code(),
                only(MetadataScript.withBrokers(0).create(topic("a", -1, -1))).errorCode);
    }

    @Test
    void leadersTakeTurnsAndReplicasDiffer() {
        script.create(topic("a", 30, 2));

        final int[] led = new int[3];
        for (final PartitionRegistration partition :
                script.image.topicOrNull("a").partitions()) {
            led[partition.leader()]++;
            assertEquals(2, partition.replicas().stream().distinct().count());
            assertEquals(partition.leader(), partition.replicas().get(0));
            assertEquals(partition.replicas(), partition.isr());
        }
        assertEquals(List.of(10, 10, 10), List.of(led[0], led[1], led[2]));
    }

    private static Arguments rule(final CreatableTopic topic, final int code) {
        return Arguments.of(topic, code);
    }

    private static CreatableTopic numbered(final int first, final int second) {
        final CreatableTopic topic = placed("a", List.of(List.of(0), List.of(1)));
        topic.assignments.get(0).partitionIndex = first;
        topic.assignments.get(1).partitionIndex = second;
        return topic;
    }

    private static CreatableTopic placedWith(final int partitions, final int replicas) {
        final CreatableTopic topic = placed("a", List.of(List.of(0), List.of(1)));
        topic.numPartitions = partitions;
        topic.replicationFactor = (short) replicas;
        return topic;
    }

    private static CreateTopicsResponse.CreatableTopicResult only(final CreateTopicsResponse response) {
        assertEquals(1, response.topics.size());
        return response.topics.get(0);
    }
}
