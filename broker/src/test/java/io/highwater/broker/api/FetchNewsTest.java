package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.observe.Metrics;
import io.highwater.broker.partition.Partition;
import io.highwater.log.LogConfig;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.records.RecordBatch;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fetch visits the partitions that have news, misses none of them, and leaves nothing behind. */
class FetchNewsTest {
    private static final int PARTITIONS = 4;
    private static final int WAIT_MS = 60_000;

    /** Of twenty records. */
    private static final int BATCH_BYTES = 401;

    private HostedTopicRig rig;
    private RequestOrigin origin;
    private FetchHandler handler;

    /** What the client wants next of each partition. */
    private final long[] offsets = new long[PARTITIONS];

    /** The starts that it was told of. */
    private final long[] starts = new long[PARTITIONS];

    private int sessionId;
    private int sessionEpoch;

    /** Partitions whose offset the client has to tell. */
    private final boolean[] changed = new boolean[PARTITIONS];

    @BeforeEach
    void open() throws Exception {
        open(11, 2);
    }

    private void open(final long seed, final int sessions) throws Exception {
        rig = new HostedTopicRig(seed, PARTITIONS, LogConfig.DEFAULT);
        origin = new RequestOrigin(rig.connection, 12);
        final Metrics metrics = new Metrics();
        handler = new FetchHandler(
                rig.hosted,
                rig.metadata,
                new FetchSessions(sessions, rig.process.clock(), new SeededRandom(1)),
                new ParkedFetches(metrics),
                rig.process.clock(),
                metrics,
                1 << 20,
                1);
        Arrays.fill(changed, true);
    }

    private static FetchRequest request(final int sessionId, final int sessionEpoch, final int minBytes) {
        final FetchRequest request = new FetchRequest();
        request.minBytes = minBytes;
        request.maxBytes = 1 << 20;
        request.maxWaitMs = WAIT_MS;
        request.sessionId = sessionId;
        request.sessionEpoch = sessionEpoch;
        return request;
    }

    private static void want(final FetchRequest request, final int index, final long offset) {
        want(request, index, offset, 1 << 20);
    }

    private static void want(final FetchRequest request, final int index, final long offset, final int bytesMax) {
        if (request.topics.isEmpty()) {
            final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
            topic.topic = HostedTopicRig.TOPIC;
            request.topics.add(topic);
        }
        final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
        partition.partition = index;
        partition.fetchOffset = offset;
        partition.partitionMaxBytes = bytesMax;
        request.topics.get(0).partitions.add(partition);
    }

    /** The session's next fetch: it names the partitions whose offset changed. */
    private KeptReply<FetchResponse> fetch(final int minBytes) {
        final FetchRequest request = request(sessionId, sessionEpoch, minBytes);
        for (int i = 0; i < PARTITIONS; i++) {
            if (changed[i]) {
                want(request, i, offsets[i]);
                changed[i] = false;
            }
        }
        return send(request);
    }

    private KeptReply<FetchResponse> send(final FetchRequest request) {
        final KeptReply<FetchResponse> reply = new KeptReply<>();
        rig.connection.execute(() -> handler.handle(request, origin, reply));
        return reply;
    }

    /** Takes what was answered; returns the records. */
    private long take(final KeptReply<FetchResponse> reply) {
        assertTrue(reply.isGiven(), "the fetch is answered");
        assertEquals(ErrorCode.NONE.code(), reply.response.errorCode);
        sessionId = reply.response.sessionId;
        sessionEpoch++;
        long records = 0;
        for (final FetchResponse.FetchableTopicResponse topic : reply.response.responses) {
            for (final FetchResponse.PartitionData partition : topic.partitions) {
                assertEquals(ErrorCode.NONE.code(), partition.errorCode);
                starts[partition.partitionIndex] = partition.logStartOffset;
                final ByteBuffer found = partition.records.duplicate();
                while (found.hasRemaining()) {
                    final int at = found.position();
                    assertEquals(offsets[partition.partitionIndex], RecordBatch.baseOffset(found, at));
                    final long next = RecordBatch.lastOffset(found, at) + 1;
                    records += next - offsets[partition.partitionIndex];
                    offsets[partition.partitionIndex] = next;
                    changed[partition.partitionIndex] = true;
                    found.position(at + RecordBatch.sizeInBytes(found, at));
                }
            }
        }
        return records;
    }

    private void append(final int index, final int records) {
        rig.partitions[index].shard().run(() -> rig.append(index, records));
    }

    private void settle() {
        rig.scheduler.runFor(5);
        rig.force();
        rig.scheduler.runFor(5);
    }

    private int watchers() {
        return Arrays.stream(rig.partitions).mapToInt(Partition::watchers).sum();
    }

    @Test
    void visitsOnlyTheShardsOfPartitionsWithNews() {
        final KeptReply<FetchResponse> first = fetch(1);
        rig.scheduler.runFor(5);
        assertArrayEquals(new int[] {1, 1, 1, 1}, rig.handOvers, "it knows none of them yet");
        append(2, 3);
        settle();
        assertEquals(3, take(first));

        Arrays.fill(rig.handOvers, 0);
        final KeptReply<FetchResponse> second = fetch(1);
        rig.scheduler.runFor(5);
        assertFalse(second.isGiven());
        assertArrayEquals(new int[] {0, 0, 1, 0}, rig.handOvers, "the offset of one changed");
        append(1, 2);
        settle();
        assertEquals(2, take(second));
        assertEquals(0, rig.handOvers[0]);
        assertEquals(0, rig.handOvers[3]);
    }

    @Test
    void aFetchWhoseTimeIsOverVisitsNobody() {
        take(timedOut());
        Arrays.fill(rig.handOvers, 0);
        final KeptReply<FetchResponse> idle = timedOut();
        assertEquals(0, take(idle));
        assertEquals(List.of(), idle.response.responses);
        assertArrayEquals(new int[PARTITIONS], rig.handOvers);
    }

    private KeptReply<FetchResponse> timedOut() {
        final KeptReply<FetchResponse> reply = fetch(1);
        rig.scheduler.runFor(WAIT_MS + 100);
        return reply;
    }

    @Test
    void findsWhatBecameVisibleBetweenTwoFetches() {
        take(timedOut());
        append(3, 4);
        settle();
        final KeptReply<FetchResponse> next = fetch(1);
        rig.scheduler.runFor(5);
        assertEquals(4, take(next));
    }

    @Test
    void tellsAClientOfALogStartThatMoved() {
        append(0, 4);
        settle();
        final KeptReply<FetchResponse> first = fetch(1);
        rig.scheduler.runFor(5);
        assertEquals(4, take(first));
        take(timedOut());
        assertEquals(0, starts[0]);
        rig.partitions[0].shard().execute(() -> rig.partitions[0].log().adoptStart(4));
        rig.scheduler.runFor(5);
        take(timedOut());
        assertEquals(4, starts[0]);
    }

    @Test
    void tellsOfOneThatMovedWhileTheFetchWaited() {
        append(0, 4);
        settle();
        final KeptReply<FetchResponse> first = fetch(1);
        rig.scheduler.runFor(5);
        assertEquals(4, take(first));
        final KeptReply<FetchResponse> waiting = fetch(1);
        rig.scheduler.runFor(5);
        rig.partitions[0].shard().execute(() -> rig.partitions[0].log().adoptStart(4));
        rig.scheduler.runFor(WAIT_MS);
        take(waiting);
        assertEquals(4, starts[0]);
    }

    /** Nothing found is not nothing there: the first batch of the second partition had no room beside the first's. */
    @Test
    void aBatchLargerThanItsPartitionsBoundComesWhenItIsFirst() {
        append(0, 20);
        append(1, 20);
        settle();
        final FetchRequest request = request(0, 0, 1);
        want(request, 0, 0, 100);
        want(request, 1, 0, 100);
        final KeptReply<FetchResponse> first = send(request);
        rig.scheduler.runFor(5);
        assertEquals(20, take(first));
        assertEquals(
                BATCH_BYTES,
                first.response.responses.get(0).partitions.get(0).records.remaining());
        assertEquals(0, offsets[1]);

        final FetchRequest next = request(sessionId, sessionEpoch, 1);
        want(next, 0, 20, 100);
        final KeptReply<FetchResponse> second = send(next);
        rig.scheduler.runFor(5);
        assertEquals(20, take(second));
        assertEquals(20, offsets[1]);
    }

    @Test
    void anOffsetOutOfRangeIsToldWhenThereIsRoomToLook() {
        append(0, 20);
        settle();
        final FetchRequest request = request(0, 0, 1);
        request.maxBytes = 100;
        want(request, 0, 0);
        want(request, 1, 7);
        final KeptReply<FetchResponse> first = send(request);
        rig.scheduler.runFor(5);
        assertEquals(20, take(first));

        final FetchRequest next = request(sessionId, sessionEpoch, 1);
        want(next, 0, 20);
        final KeptReply<FetchResponse> second = send(next);
        rig.scheduler.runFor(5);
        final FetchResponse.PartitionData told =
                second.response.responses.get(0).partitions.get(0);
        assertEquals(1, told.partitionIndex);
        assertEquals(ErrorCode.OFFSET_OUT_OF_RANGE.code(), told.errorCode);
    }

    @Test
    void anUnreadablePartitionEndsTheWaitAndIsReadAgainWhenItLeadsAgain() {
        take(timedOut());
        final KeptReply<FetchResponse> waiting = fetch(1);
        rig.scheduler.runFor(5);
        rig.partitions[1].shard().execute(() -> rig.partitions[1].resign(ErrorCode.NOT_LEADER_OR_FOLLOWER));
        rig.scheduler.runFor(5);
        assertEquals(
                ErrorCode.NOT_LEADER_OR_FOLLOWER.code(),
                waiting.response.responses.get(0).partitions.get(0).errorCode);
        sessionEpoch++;
        rig.partitions[1].shard().execute(() -> rig.partitions[1].lead(4));
        append(1, 2);
        final KeptReply<FetchResponse> next = fetch(1);
        settle();
        assertEquals(2, take(next));
    }

    @Test
    void withoutASessionNothingStaysWithThePartitions() {
        final FetchRequest request = request(0, -1, 1);
        for (int i = 0; i < PARTITIONS; i++) {
            want(request, i, 0);
        }
        final KeptReply<FetchResponse> reply = send(request);
        rig.scheduler.runFor(5);
        assertEquals(PARTITIONS, watchers());
        append(0, 1);
        settle();
        assertEquals(1, take(reply));
        assertEquals(0, watchers());
    }

    @Test
    void norDoesItWhenTheClientGoes() {
        final FetchRequest request = request(0, -1, 1);
        want(request, 0, 0);
        want(request, 3, 0);
        send(request);
        rig.scheduler.runFor(5);
        assertEquals(2, watchers());
        rig.connection.execute(origin.onAbandoned);
        rig.scheduler.runFor(5);
        assertEquals(0, watchers());
    }

    @Test
    void aSessionThatGivesWayToAnotherTakesItsWatchesBack() throws Exception {
        open(11, 1);
        take(timedOut());
        assertEquals(PARTITIONS, watchers());
        rig.scheduler.runFor(200_000);
        final FetchRequest another = request(0, 0, 1);
        want(another, 2, 0);
        send(another);
        rig.scheduler.runFor(5);
        assertEquals(1, watchers());
    }

    @Test
    void aSessionThatEndsTakesItsWatchesBack() {
        take(timedOut());
        assertEquals(PARTITIONS, watchers());
        send(request(sessionId, -1, 0));
        rig.scheduler.runFor(5);
        assertEquals(0, watchers());
    }

    @Test
    void soDoesOneThatIsDroppedWhileItsFetchWaits() {
        take(timedOut());
        final KeptReply<FetchResponse> waiting = fetch(1);
        rig.scheduler.runFor(5);
        send(request(sessionId, -1, 0));
        rig.scheduler.runFor(5);
        assertFalse(waiting.isGiven());
        assertEquals(PARTITIONS, watchers());
        append(0, 1);
        settle();
        assertEquals(1, take(waiting));
        assertEquals(0, watchers());
    }

    @Test
    void aForgottenPartitionIsWatchedNoLonger() {
        take(timedOut());
        final FetchRequest request = request(sessionId, sessionEpoch, 1);
        final FetchRequest.ForgottenTopic forgotten = new FetchRequest.ForgottenTopic();
        forgotten.topic = HostedTopicRig.TOPIC;
        forgotten.partitions.add(2);
        request.forgottenTopicsData.add(forgotten);
        final KeptReply<FetchResponse> reply = send(request);
        rig.scheduler.runFor(5);
        assertEquals(PARTITIONS - 1, watchers());
        append(2, 1);
        settle();
        assertFalse(reply.isGiven());
    }

    @Test
    void readsAgainFromWhereTheClientWentBackTo() {
        append(0, 3);
        settle();
        final KeptReply<FetchResponse> first = fetch(1);
        rig.scheduler.runFor(5);
        assertEquals(3, take(first));
        take(timedOut());
        offsets[0] = 0;
        changed[0] = true;
        final KeptReply<FetchResponse> again = fetch(1);
        rig.scheduler.runFor(5);
        assertEquals(3, take(again));
    }

    @Test
    void waitsForSeveralAppendsUntilThereAreEnoughBytes() {
        final int bytesOfOne = bytesOfOneAppend();
        final KeptReply<FetchResponse> reply = fetch(3 * bytesOfOne);
        rig.scheduler.runFor(5);
        for (int i = 0; i < 2; i++) {
            append(0, 10);
            settle();
            assertFalse(reply.isGiven(), "after " + (i + 1));
        }
        append(0, 10);
        settle();
        assertEquals(30, take(reply));
    }

    private int bytesOfOneAppend() {
        append(3, 10);
        settle();
        final KeptReply<FetchResponse> reply = fetch(1);
        rig.scheduler.runFor(5);
        assertEquals(10, take(reply));
        return reply.response.responses.get(0).partitions.stream()
                .mapToInt(partition -> partition.records.remaining())
                .max()
                .orElseThrow();
    }

    @Test
    void anotherPartitionInItsPlaceIsReadAnew() throws Exception {
        take(timedOut());
        final Partition former = rig.partitions[0];
        rig.replace(0);
        final KeptReply<FetchResponse> reply = fetch(1);
        rig.scheduler.runFor(5);
        append(0, 2);
        settle();
        assertEquals(0, former.watchers());
        assertEquals(2, take(reply));
        assertEquals(PARTITIONS - 1, watchers());
    }

    /** Aim: no order of the tasks of appends, forces and fetches makes a fetch sleep beside records that it asked for. */
    @ParameterizedTest
    @ValueSource(ints = {1, 500, 1_000})
    void noFetchSleepsBesideWhatItAskedFor(final int minBytes) throws Exception {
        for (int seed = 1; seed <= 60; seed++) {
            Arrays.fill(offsets, 0);
            sessionId = 0;
            sessionEpoch = 0;
            open(seed, 2);
            consumeAll(new SeededRandom(seed), minBytes, "seed " + seed);
        }
    }

    private void consumeAll(final SeededRandom random, final int minBytes, final String what) {
        for (int round = 0; round < 40; round++) {
            long appended = 0;
            final int appends = 1 + Math.floorMod(random.nextLong(), 4);
            for (int i = 0; i < appends; i++) {
                final int index = Math.floorMod(random.nextLong(), PARTITIONS);
                rig.scheduler.after(
                        Math.floorMod(random.nextLong(), 100_000),
                        "append",
                        () -> rig.partitions[index].shard().execute(() -> rig.append(index, 20)));
                rig.scheduler.after(Math.floorMod(random.nextLong(), 200_000), "force", rig::runForces);
                appended += 20;
            }
            long taken = 0;
            final long end = rig.process.clock().monotonicNs() + 400_000;
            KeptReply<FetchResponse> reply = fetch(minBytes);
            while (rig.process.clock().monotonicNs() < end) {
                rig.scheduler.runUntil(rig.process.clock().monotonicNs() + Math.floorMod(random.nextLong(), 30_000));
                if (reply.isGiven()) {
                    taken += take(reply);
                    reply = fetch(minBytes);
                }
            }
            settle();
            while (appended > taken && reply.isGiven()) {
                taken += take(reply);
                reply = fetch(minBytes);
                rig.scheduler.runFor(5);
            }
            // Less than it asked for is what its time-out brings.
            final long missing = appended - taken;
            assertTrue(
                    missing == 0 || missing / 20 * BATCH_BYTES < minBytes, what + ", round " + round + ": " + missing);
            rig.scheduler.runFor(WAIT_MS + 100);
            taken += take(reply);
            assertEquals(appended, taken, what + ", round " + round);
        }
    }
}
