package io.highwater.broker.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.OffsetFetchRequest;
import io.highwater.protocol.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A topic is deleted and one of its name made, while a client holds the old id: it must learn of it, and get nothing else. */
final class ReCreatedTopicTest {
    private static final String NAME = "orders";

    private final SimulatedWorld world = new SimulatedWorld(21, new Trace(), false);
    private Caller client;
    private UUID old;

    @BeforeEach
    void aTopicWithRecords() {
        world.start();
        client = new Caller(world, "client");
        old = client.create(NAME, 2);
        assertEquals(ErrorCode.NONE, client.produce(old, 10));
    }

    @Test
    void aFetchByTheOldIdIsToldThatItIsUnknown() {
        assertEquals(
                ErrorCode.NONE,
                errorsOf(client.ask(fetch(0, -1, old), FetchResponse.class)).get(0));
        client.delete(NAME);
        assertEquals(List.of(ErrorCode.UNKNOWN_TOPIC_ID), errorsOf(client.ask(fetch(0, -1, old), FetchResponse.class)));

        final UUID made = client.create(NAME, 2);
        assertNotEquals(old, made);
        assertEquals(ErrorCode.NONE, client.produce(made, 10));
        final FetchResponse both = client.ask(fetch(0, -1, old, made), FetchResponse.class);
        assertEquals(List.of(ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.NONE), errorsOf(both));
        assertEquals(old, both.responses.get(0).topicId);
        assertFalse(hasRecords(both, 0));
        assertTrue(hasRecords(both, 1));
        world.losePower();
        world.start();
        assertEquals(
                List.of(ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.NONE),
                errorsOf(new Caller(world, "later").ask(fetch(0, -1, old, made), FetchResponse.class)));
    }

    @Test
    void aFetchSessionThatHoldsTheOldIdIsToldOnceItAsksAgain() {
        final FetchResponse opened = client.ask(fetch(0, 0, old), FetchResponse.class);
        assertNotEquals(0, opened.sessionId);
        client.delete(NAME);
        final UUID made = client.create(NAME, 2);
        client.produce(made, 10);

        // What the client knows to be gone it forgets in the same breath as it names the new one.
        final FetchResponse told = client.ask(fetch(opened.sessionId, 1), FetchResponse.class);
        assertEquals(List.of(ErrorCode.UNKNOWN_TOPIC_ID), errorsOf(told));
        assertEquals(old, told.responses.get(0).topicId);
        final FetchRequest swap = fetch(opened.sessionId, 2, made);
        final FetchRequest.ForgottenTopic forgotten = new FetchRequest.ForgottenTopic();
        forgotten.topicId = old;
        forgotten.partitions.add(0);
        swap.forgottenTopicsData.add(forgotten);
        final FetchResponse swapped = client.ask(swap, FetchResponse.class);
        assertEquals(List.of(ErrorCode.NONE), errorsOf(swapped));
        assertEquals(made, swapped.responses.get(0).topicId);
        assertTrue(hasRecords(swapped, 0));
    }

    @Test
    void aFetchThatWaitsAtTheEndIsAnsweredWhenTheTopicGoes() {
        final FetchRequest waiting = fetch(0, -1, old);
        waiting.topics.get(0).partitions.get(0).fetchOffset = 1;
        waiting.maxWaitMs = 20_000;
        waiting.minBytes = 1;
        final Caller.Call<FetchResponse> call = client.send(waiting);
        world.run(1_000);
        assertFalse(call.isOver());
        new Caller(world, "admin").delete(NAME);
        world.run(1_000);
        assertTrue(call.isOver());
        // It began when the id was known, so that it is the partition that is gone.
        assertEquals(List.of(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION), errorsOf(call.response));
    }

    @Test
    void theOldIdIsUnknownToMetadataAndTheNameLeadsToTheNewOne() {
        client.delete(NAME);
        assertUnknown(topicOf(null, old));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code(), topicOf(NAME, new UUID(0, 0)).errorCode);
        final UUID made = client.create(NAME, 3);
        assertUnknown(topicOf(null, old));
        // The id counts, whatever name comes with it.
        assertUnknown(topicOf(NAME, old));
        for (final MetadataResponse.MetadataResponseTopic found :
                List.of(topicOf(NAME, new UUID(0, 0)), topicOf(null, made))) {
            assertEquals(ErrorCode.NONE.code(), found.errorCode);
            assertEquals(NAME, found.name);
            assertEquals(made, found.topicId);
            assertEquals(3, found.partitions.size());
        }
    }

    @Test
    void whatIsProducedOrCommittedToTheOldIdDoesNotReachTheNewTopic() {
        assertEquals(ErrorCode.NONE, client.commit("g", "", old, 1));
        client.delete(NAME);
        final UUID made = client.create(NAME, 2);
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID, client.produce(old, 10));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID, client.commit("g", "", old, 7));
        assertEquals(-1, committed("g", made), "the new topic starts afresh");
        assertEquals(ErrorCode.NONE, client.commit("g", "", made, 3));
        assertEquals(3, committed("g", made));
        final FetchResponse fetched = client.ask(fetch(0, -1, made), FetchResponse.class);
        assertEquals(0, fetched.responses.get(0).partitions.get(0).highWatermark);
    }

    private static void assertUnknown(final MetadataResponse.MetadataResponseTopic topic) {
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID.code(), topic.errorCode);
        assertNull(topic.name);
        assertEquals(List.of(), topic.partitions);
    }

    private MetadataResponse.MetadataResponseTopic topicOf(final String nameOrNull, final UUID id) {
        final MetadataRequest request = new MetadataRequest();
        final MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic();
        topic.name = nameOrNull;
        topic.topicId = id;
        request.topics.add(topic);
        request.allowAutoTopicCreation = false;
        return client.ask(request, MetadataResponse.class).topics.get(0);
    }

    private long committed(final String group, final UUID id) {
        final OffsetFetchRequest request = new OffsetFetchRequest();
        final OffsetFetchRequest.OffsetFetchRequestGroup asked = new OffsetFetchRequest.OffsetFetchRequestGroup();
        asked.groupId = group;
        final OffsetFetchRequest.OffsetFetchRequestTopics topic = new OffsetFetchRequest.OffsetFetchRequestTopics();
        topic.topicId = id;
        topic.partitionIndexes.add(0);
        asked.topics.add(topic);
        request.groups.add(asked);
        return client.ask(request, OffsetFetchResponse.class)
                .groups
                .get(0)
                .topics
                .get(0)
                .partitions
                .get(0)
                .committedOffset;
    }

    /** Partition 0 of each, from its beginning, without waiting. */
    private static FetchRequest fetch(final int sessionId, final int sessionEpoch, final UUID... ids) {
        final FetchRequest request = new FetchRequest();
        request.sessionId = sessionId;
        request.sessionEpoch = sessionEpoch;
        request.maxBytes = 1 << 20;
        for (final UUID id : ids) {
            final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
            topic.topicId = id;
            final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
            partition.partitionMaxBytes = 1 << 20;
            topic.partitions.add(partition);
            request.topics.add(topic);
        }
        return request;
    }

    private static List<ErrorCode> errorsOf(final FetchResponse response) {
        final List<ErrorCode> errors = new ArrayList<>();
        assertEquals(ErrorCode.NONE.code(), response.errorCode);
        response.responses.forEach(
                topic -> topic.partitions.forEach(partition -> errors.add(ErrorCode.forCode(partition.errorCode))));
        return errors;
    }

    private static boolean hasRecords(final FetchResponse response, final int topic) {
        final var records = response.responses.get(topic).partitions.get(0).records;
        return records != null && records.hasRemaining();
    }
}
