package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.observe.Metrics;
import io.highwater.broker.partition.PendingAppend;
import io.highwater.log.LogConfig;
import io.highwater.port.SeededRandom;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What fetches that wait may keep, and for how long: of one connection, of many, with sessions and without. */
class FetchParkingTest {
    private static final int PARTITIONS = 4;

    /** What one fetch of all partitions keeps. */
    private static final long FETCH_BYTES =
            1_024 + "tester".length() + PARTITIONS * 320L + 80 + HostedTopicRig.TOPIC.length();

    private final Metrics metrics = new Metrics();
    private final List<KeptReply<FetchResponse>> replies = new ArrayList<>();
    private HostedTopicRig rig;
    private RequestOrigin origin;
    private FetchHandler handler;

    @BeforeEach
    void open() throws Exception {
        rig = new HostedTopicRig(PARTITIONS, LogConfig.DEFAULT);
        origin = new RequestOrigin(rig.connection, 12);
        bounds(ParkedFetches.BYTES_MAX, ParkedFetches.CONNECTION_BYTES_MAX);
    }

    private void bounds(final long bytesMax, final long connectionBytesMax) {
        handler = new FetchHandler(
                rig.hosted,
                rig.metadata,
                new FetchSessions(10, rig.process.clock(), new SeededRandom(1)),
                new ParkedFetches(metrics, bytesMax, connectionBytesMax),
                rig.process.clock(),
                metrics,
                1 << 20,
                1);
    }

    /** A fetch of all partitions; with a session when {@code isSession}. */
    private KeptReply<FetchResponse> fetch(final RequestOrigin from, final int maxWaitMs, final boolean isSession) {
        final FetchRequest request = new FetchRequest();
        request.minBytes = 1;
        request.maxBytes = 1 << 20;
        request.maxWaitMs = maxWaitMs;
        request.sessionEpoch = isSession ? 0 : -1;
        final FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
        topic.topic = HostedTopicRig.TOPIC;
        for (int i = 0; i < PARTITIONS; i++) {
            final FetchRequest.FetchPartition partition = new FetchRequest.FetchPartition();
            partition.partition = i;
            partition.partitionMaxBytes = 1 << 20;
            topic.partitions.add(partition);
        }
        request.topics.add(topic);
        final KeptReply<FetchResponse> reply = new KeptReply<>();
        replies.add(reply);
        rig.connection.execute(() -> handler.handle(request, from, reply));
        rig.scheduler.runFor(5);
        return reply;
    }

    private KeptReply<FetchResponse> fetch(final int maxWaitMs) {
        return fetch(origin, maxWaitMs, false);
    }

    private long waiting() {
        return replies.stream().filter(reply -> !reply.isGiven()).count();
    }

    @Test
    void countsWhatAWaitingFetchKeepsAndGivesItBack() {
        fetch(1_000);
        assertEquals(FETCH_BYTES, metrics.bytesParked());
        fetch(origin, 1_000, true);
        assertEquals(2 * FETCH_BYTES, metrics.bytesParked());
        rig.scheduler.runFor(1_100);
        assertEquals(0, waiting());
        assertEquals(0, metrics.bytesParked());
    }

    @Test
    void givesItBackWhenRecordsCome() {
        fetch(1_000);
        rig.partitions[0]
                .shard()
                .execute(() -> rig.partitions[0].append(HostedTopicRig.batch(10), new Forgotten(), false, 0));
        rig.scheduler.runFor(5);
        rig.force();
        rig.scheduler.runFor(5);
        assertEquals(0, waiting());
        assertEquals(0, metrics.bytesParked());
    }

    @Test
    void givesItBackWhenTheClientGoes() {
        fetch(1_000);
        assertEquals(FETCH_BYTES, metrics.bytesParked());
        rig.connection.execute(origin.onAbandoned);
        rig.scheduler.runFor(5);
        assertEquals(0, metrics.bytesParked());
    }

    /** A client can ask for 24 days; it is sent away after five minutes and may ask again. */
    @Test
    void nobodyWaitsLongerThanFiveMinutes() {
        final KeptReply<FetchResponse> reply = fetch(Integer.MAX_VALUE);
        rig.scheduler.runFor(299_000);
        assertFalse(reply.isGiven());
        rig.scheduler.runFor(2_000);
        assertTrue(reply.isGiven());
        assertEquals(ErrorCode.NONE.code(), reply.response.errorCode);
    }

    @Test
    void aConnectionKeepsNoMoreThanItsShareButOneFetchOfAnySize() {
        bounds(ParkedFetches.BYTES_MAX, 10);
        fetch(1_000);
        assertEquals(1, waiting());
        final KeptReply<FetchResponse> second = fetch(1_000);
        assertTrue(second.isGiven(), "answered at once");
        assertEquals(PARTITIONS, second.response.responses.get(0).partitions.size());
        fetch(new RequestOrigin(rig.connection, 12), 1_000, false);
        assertEquals(2, waiting(), "another connection has its own");
        assertEquals(1, metrics.fetchesNotParked());

        rig.scheduler.runFor(1_100);
        fetch(1_000);
        assertEquals(1, waiting(), "the share is free again");
    }

    @Test
    void allConnectionsTogetherKeepNoMoreThanThereIs() {
        bounds(3 * FETCH_BYTES + 10, ParkedFetches.CONNECTION_BYTES_MAX);
        for (int i = 0; i < 5; i++) {
            fetch(new RequestOrigin(rig.connection, 12), 1_000, i % 2 == 0);
        }
        assertEquals(3, waiting());
        assertEquals(2, metrics.fetchesNotParked());
        assertEquals(3 * FETCH_BYTES, metrics.bytesParked());
        rig.scheduler.runFor(1_100);
        fetch(1_000);
        assertEquals(1, waiting());
    }

    @Test
    void whatIsCountedForAnEntryIsNotFarFromWhatItTakes() {
        final int entries = 200_000;
        final List<FetchEntry> list = new ArrayList<>(entries);
        final long before = usedHeap();
        for (int i = 0; i < entries; i++) {
            final FetchRequest.FetchPartition wanted = new FetchRequest.FetchPartition();
            wanted.partition = i;
            final FetchEntry entry = new FetchEntry(HostedTopicRig.TOPIC, HostedTopicRig.TOPIC_ID, wanted);
            entry.begin(null, rig.partitions[0], null);
            entry.watch();
            list.add(entry);
        }
        final long each = (usedHeap() - before) / entries;
        final long counted = ParkedFetches.bytesOf(list, "") / entries;
        assertTrue(each <= counted && each > counted / 4, each + " bytes are taken, " + counted + " are counted");
    }

    private static long usedHeap() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            used = Math.min(
                    used,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return used;
    }

    private static final class Forgotten extends PendingAppend {
        @Override
        protected void onDone() {
            // Nobody waits.
        }
    }
}
