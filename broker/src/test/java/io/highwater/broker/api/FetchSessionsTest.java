package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.api.FetchSessions.Fetch;
import io.highwater.broker.metadata.TopicNames;
import io.highwater.port.Clock;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private long nowMs = 1_000_000;

    private final FetchSessions sessions = new FetchSessions(
            2,
            new Clock() {
                @Override
                public long wallMs() {
                    return nowMs;
                }

                @Override
                public long monotonicNs() {
                    return nowMs * 1_000_000;
                }
            },
            new SeededRandom(5));

    private static FetchRequest request(final int id, final int epoch, final int... partitions) {
        final FetchRequest request = new FetchRequest();
        request.sessionId = id;
        request.sessionEpoch = epoch;
        final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
        topic.topic = "orders";
        for (final int index : partitions) {
            final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
            partition.partition = index;
            partition.partitionMaxBytes = 100;
            topic.partitions.add(partition);
        }
        if (partitions.length > 0) {
            request.topics.add(topic);
        }
        return request;
    }

    private static void forget(final FetchRequest request, final int... partitions) {
        final FetchRequest.ForgottenTopic forgotten = new FetchRequest.ForgottenTopic();
        forgotten.topic = "orders";
        IntStream.of(partitions).forEach(forgotten.partitions::add);
        request.forgottenTopicsData.add(forgotten);
    }

    private Fetch created(final int... partitions) {
        final Fetch fetch = sessions.begin(request(0, 0, partitions), (short) 12);
        sessions.end(fetch, List.of());
        return fetch;
    }

    private static List<Integer> partitions(final Fetch fetch) {
        return fetch.entries().stream().map(entry -> entry.wanted().partition).toList();
    }

    @Test
    void keepsNothingForAClientThatAsksForNoSession() {
        final Fetch fetch = sessions.begin(request(0, -1, 1, 2), (short) 12);
        assertNull(fetch.session());
        assertTrue(fetch.isFull());
        assertEquals(List.of(1, 2), partitions(fetch));
        assertEquals(0, sessions.count());
    }

    @Test
    void remembersWhatWasAskedAddsChangesAndForgets() {
        final int id = created(1, 2).sessionId();
        assertNotEquals(0, id);
        final FetchRequest next = request(id, 1, 3, 2);
        forget(next, 1);
        final Fetch fetch = sessions.begin(next, (short) 12);
        assertEquals(ErrorCode.NONE, fetch.error());
        assertEquals(List.of(2, 3), partitions(fetch));
        sessions.end(fetch, List.of(fetch.entries().get(0)));
        final Fetch after = sessions.begin(request(id, 2), (short) 12);
        assertEquals(List.of(3, 2), partitions(after), "who had data goes to the end");
    }

    @Test
    void aSessionWithNothingLeftIsOver() {
        final int id = created(1, 2).sessionId();
        final FetchRequest last = request(id, 1);
        forget(last, 1, 2);
        final Fetch fetch = sessions.begin(last, (short) 12);
        assertEquals(ErrorCode.NONE, fetch.error());
        assertEquals(0, fetch.sessionId());
        sessions.end(fetch, List.of());
        assertEquals(0, sessions.count());
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(request(id, 2), (short) 12).error());
        // Its two places are free again.
        assertNotEquals(0, created(all()).sessionId());
    }

    @Test
    void whatASessionHasAlreadyNeedsNoRoom() {
        final int id = created(all()).sessionId();
        final Fetch again = sessions.begin(request(id, 1, 7, 8), (short) 12);
        assertEquals(ErrorCode.NONE, again.error());
        assertEquals(id, again.sessionId());
        sessions.end(again, List.of());
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(request(id, 2, FetchSessions.ENTRIES_MAX), (short) 12)
                        .error());
    }

    @Test
    void whatASessionForgetsMakesRoom() {
        final int id = created(all()).sessionId();
        final FetchRequest swap = request(id, 1, FetchSessions.ENTRIES_MAX, FetchSessions.ENTRIES_MAX + 1);
        forget(swap, 3, 4, 4);
        final Fetch swapped = sessions.begin(swap, (short) 12);
        assertEquals(ErrorCode.NONE, swapped.error());
        assertEquals(FetchSessions.ENTRIES_MAX, swapped.entries().size());
        sessions.end(swapped, List.of());
        // One forgotten that it has not, and one twice: one place for two.
        final FetchRequest tooMuch = request(id, 2, FetchSessions.ENTRIES_MAX + 2, FetchSessions.ENTRIES_MAX + 3);
        forget(tooMuch, 3, 5, 5);
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(tooMuch, (short) 12).error());
    }

    /** As many partitions as all sessions together may have. */
    private static int[] all() {
        return IntStream.range(0, FetchSessions.ENTRIES_MAX).toArray();
    }

    @Test
    void refusesAnUnknownSessionAWrongEpochAMixOfNamesAndIdsAndASecondFetchAtATime() {
        final int id = created(1).sessionId();
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(request(id + 1, 1), (short) 12).error());
        assertEquals(
                ErrorCode.INVALID_FETCH_SESSION_EPOCH,
                sessions.begin(request(id, 2), (short) 12).error());
        assertEquals(
                ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
                sessions.begin(request(id, 1), (short) 13).error());
        final Fetch first = sessions.begin(request(id, 1), (short) 12);
        assertEquals(
                ErrorCode.INVALID_FETCH_SESSION_EPOCH,
                sessions.begin(request(id, 2), (short) 12).error());
        sessions.end(first, List.of());
        assertSame(first.session(), sessions.begin(request(id, 2), (short) 12).session());
    }

    @Test
    void closesAndReplacesSessions() {
        final int id = created(1).sessionId();
        sessions.begin(request(id, -1, 1), (short) 12);
        assertEquals(0, sessions.count());
        final int second = created(1).sessionId();
        final Fetch third = sessions.begin(request(second, 0, 4), (short) 12);
        assertNotEquals(second, third.sessionId());
        assertEquals(1, sessions.count());
    }

    @Test
    void givesASlotOnlyWhenOneIsFreeOrLongUnused() {
        final int first = created(1).sessionId();
        created(2);
        assertEquals(0, created(3).sessionId());
        nowMs += 121_000;
        assertNotEquals(0, created(3).sessionId());
        assertEquals(2, sessions.count());
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(request(first, 1), (short) 12).error());
    }

    @Test
    void aClientGetsNoSessionWhenThePartitionsOfAllWouldBeTooMany() {
        final int half = FetchSessions.ENTRIES_MAX / 2;
        final int first = created(IntStream.range(0, half + 1).toArray()).sessionId();
        final Fetch refused = created(IntStream.range(0, half).toArray());
        assertEquals(0, refused.sessionId());
        assertEquals(half, refused.entries().size());

        // The first one was given up: its place, and that of its partitions, is free after two minutes.
        nowMs += 120_001;
        assertNotEquals(0, created(IntStream.range(0, half).toArray()).sessionId());
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(request(first, 1), (short) 12).error());
    }

    @Test
    void aNameThatNoTopicCanHaveGetsNoPlaceInASession() {
        final FetchRequest request = request(0, 0, 1);
        request.topics.get(0).topic = "n".repeat(TopicNames.LENGTH_MAX + 1);
        assertEquals(0, sessions.begin(request, (short) 12).sessionId());
        final int id = created(1).sessionId();
        request.sessionId = id;
        request.sessionEpoch = 1;
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(request, (short) 12).error());
        assertEquals(0, sessions.count());
    }

    @Test
    void aSessionThatGrowsTooLargeIsGone() {
        final int id = created(FetchSessions.ENTRIES_MAX).sessionId();
        final int[] many = all();
        assertEquals(
                ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
                sessions.begin(request(id, 1, many), (short) 12).error());
        assertEquals(0, sessions.count());
        assertNotEquals(0, created(many).sessionId());
    }
}
