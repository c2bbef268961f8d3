package io.highwater.broker.metadata;

import static io.highwater.broker.metadata.MetadataScript.topic;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.Uuids;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicDeletionTest {
    private final MetadataScript script = MetadataScript.withBrokers(1);
    private UUID id;

    @BeforeEach
    void createTopic() {
        script.create(topic("a.b", 3, 1));
        id = script.image.topicOrNull("a.b").id();
    }

    @Test
    void aTopicGoesByName() {
        assertEquals(ErrorCode.NONE, errorOf(script.delete("a.b", Uuids.ZERO)));
        assertNull(script.image.topicOrNull("a.b"));
        assertNull(script.image.topicOrNull(id));
    }

    @Test
    void aTopicGoesByIdAndTheAnswerHasItsName() {
        final DeleteTopicsResponse response = script.delete(null, id);

        assertEquals(ErrorCode.NONE, errorOf(response));
        assertEquals("a.b", response.responses.get(0).name);
        assertNull(script.image.topicOrNull(id));
    }

    @Test
    void unknownNamesAndIdsHaveCodesOfTheirOwn() {
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorOf(script.delete("none", Uuids.ZERO)));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID, errorOf(script.delete(null, new UUID(7, 7))));
    }

    @Test
    void exactlyOneOfNameAndIdIsGiven() {
        assertEquals(ErrorCode.INVALID_REQUEST, errorOf(script.delete("a.b", id)));
        assertEquals(ErrorCode.INVALID_REQUEST, errorOf(script.delete(null, Uuids.ZERO)));
    }

    @Test
    void aTopicThatIsNamedTwiceDoesNotGo() {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        for (int i = 0; i < 2; i++) {
            final DeleteTopicsRequest.DeleteTopicState named = new DeleteTopicsRequest.DeleteTopicState();
            named.name = i == 0 ? "a.b" : null;
            named.topicId = i == 0 ? Uuids.ZERO : id;
            request.topics.add(named);
        }

        final DeleteTopicsResponse response = script.delete(request);

        assertEquals(ErrorCode.INVALID_REQUEST.code(), response.responses.get(0).errorCode);
        assertEquals(ErrorCode.INVALID_REQUEST.code(), response.responses.get(1).errorCode);
        assertTrue(script.image.topicOrNull("a.b") != null);
    }

    @Test
    void aDeletedTopicsNameIsFreeAgainForAnotherId() {
        script.delete("a.b", Uuids.ZERO);

        script.create(topic("a_b", 1, 1));

        assertNotEquals(id, script.image.topicOrNull("a_b").id());
    }

    @Test
    void nothingIsDeletedWhereDeletionIsOff() {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.topicNames.add("a.b");

        final Decision<DeleteTopicsResponse> decision = new TopicDeletion(false).decide(script.image, request);

        assertEquals(ErrorCode.TOPIC_DELETION_DISABLED, errorOf(decision.response()));
        assertEquals(0, decision.records().size());
    }

    private static ErrorCode errorOf(final DeleteTopicsResponse response) {
        return ErrorCode.forCode(response.responses.get(0).errorCode);
    }
}
