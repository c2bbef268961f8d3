package io.highwater.protocol.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.NetworkCalls;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.transport.FrameBudget;
import io.highwater.protocol.transport.FrameLimits;
import io.highwater.protocol.transport.Listener;
import io.highwater.protocol.transport.SimulatedNetwork;
import io.highwater.protocol.transport.SimulatedTransport;
import io.highwater.protocol.transport.Transport;
import io.highwater.protocol.transport.TransportOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against a small server, over simulated wires: negotiation, controller, results, deadlines. */
class AdminClientTest {
    private static final int PORT = 9092;
    private static final long TIMEOUT_MS = 3_000;
    private static final InetSocketAddress ADDRESS = InetSocketAddress.createUnresolved("127.0.0.1", PORT);

    private final SimulatedScheduler scheduler = new SimulatedScheduler(11, new Trace());
    private final SimulatedNetwork network = new SimulatedNetwork(scheduler);
    private final OneTopicStore store = new OneTopicStore(PORT);
    private Listener listener;
    private AdminClient admin;

    @BeforeEach
    void begin() throws IOException {
        listener = transport("server").listen(ADDRESS, new FrameLimits(1 << 20, 1 << 20), store);
        final SimulatedTransport transport = transport("client");
        final NetworkCalls calls = new NetworkCalls(
                transport,
                transport.shards().get(0),
                List.of(ADDRESS),
                "admin",
                scheduler.clock(),
                scheduler.newRandom(),
                transport::close);
        admin = new AdminClient(calls, scheduler.clock(), scheduler.newRandom(), TIMEOUT_MS);
    }

    @Test
    void createsDescribesListsAndDeletes() {
        final List<TopicResult> created = await(admin.createTopics(List.of(topic("b", 3), topic("a", 1)), false));
        assertEquals(List.of("b", "a"), created.stream().map(TopicResult::name).toList());
        assertTrue(created.stream().allMatch(TopicResult::isDone));
        assertEquals(3, created.get(0).partitions());

        final List<TopicDescription> all = await(admin.listTopics());
        assertEquals(List.of("a", "b"), all.stream().map(TopicDescription::name).toList());

        final List<TopicDescription> described = await(admin.describeTopics(List.of("b", "none")));
        assertEquals(
                List.of(0, 1, 2),
                described.get(0).partitions().stream()
                        .map(TopicDescription.Partition::partition)
                        .toList());
        assertEquals(1, described.get(0).replicationFactor());
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, described.get(1).error());

        final List<TopicResult> deleted = await(admin.deleteTopics(List.of("a", "none")));
        assertTrue(deleted.get(0).isDone());
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, deleted.get(1).error());
        assertEquals(List.of("b"), List.copyOf(store.topics.keySet()));
    }

    @Test
    void tellsWhyOneOfSeveralTopicsIsNotCreated() {
        store.topics.put("old", 1);
        final List<TopicResult> results = await(admin.createTopics(List.of(topic("old", 1), topic("new", 1)), false));
        assertEquals(ErrorCode.TOPIC_ALREADY_EXISTS, results.get(0).error());
        assertEquals("there is a old", results.get(0).message());
        assertTrue(results.get(1).isDone());
    }

    @Test
    void createsNothingWhenItOnlyValidates() {
        assertTrue(
                await(admin.createTopics(List.of(topic("a", 1)), true)).get(0).isDone());
        assertEquals(Map.of(), store.topics);
    }

    @Test
    void fallsBackToTheVersionsOfAnOldBroker() {
        store.highest.putAll(Map.of(
                ApiKey.API_VERSIONS, 2,
                ApiKey.METADATA, 4,
                ApiKey.CREATE_TOPICS, 4,
                ApiKey.DELETE_TOPICS, 1));
        createsNothingWhenItOnlyValidates();
        assertTrue(
                await(admin.createTopics(List.of(topic("a", 1)), false)).get(0).isDone());
        assertTrue(await(admin.deleteTopics(List.of("a"))).get(0).isDone());
    }

    @Test
    void tellsConfigsAndThatABrokerDoesNotTellThem() {
        assertEquals(
                List.of(new TopicConfigs.Entry("retention.ms", "1000", false)),
                await(admin.topicConfigs(List.of("a"))).get(0).entries());
        store.highest.remove(ApiKey.DESCRIBE_CONFIGS);
        network.cutAny();
        scheduler.runFor(5);
        assertEquals(
                ErrorCode.UNSUPPORTED_VERSION,
                failure(admin.topicConfigs(List.of("a"))).error());
    }

    @Test
    void asksAgainWhenTheControllerHasMoved() {
        store.notControllerAnswers = 3;
        assertTrue(
                await(admin.createTopics(List.of(topic("a", 1)), false)).get(0).isDone());
    }

    @Test
    void waitsForABrokerThatIsNotThereYet() throws IOException {
        listener.close();
        final CompletableFuture<List<TopicDescription>> asked = admin.listTopics();
        scheduler.runFor(1_500);
        assertTrue(!asked.isDone());
        transport("late server").listen(ADDRESS, new FrameLimits(1 << 20, 1 << 20), store);
        assertEquals(List.of(), await(asked));
    }

    @Test
    void givesUpAtItsDeadlineWhenNoBrokerIsThere() {
        listener.close();
        final long beganMs = scheduler.clock().monotonicMs();
        final AdminException failure = failure(admin.listTopics());
        assertEquals(ErrorCode.BROKER_NOT_AVAILABLE, failure.error());
        assertTrue(scheduler.clock().monotonicMs() - beganMs <= TIMEOUT_MS);
    }

    @Test
    void neverRepeatsACreationThatMayHaveBeenDone() {
        store.isSilent = true;
        final AdminException failure = failure(admin.createTopics(List.of(topic("a", 1)), false));
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, failure.error());
        // ApiVersions twice at most, Metadata once, the creation once.
        assertTrue(store.requests <= 4, "requests: " + store.requests);
    }

    @Test
    void deletesRecordsOfEachPartitionByItself() {
        store.topics.put("a", 3);
        store.topics.put("b", 1);
        final List<DeletedRecords> results = await(admin.deleteRecords(Map.of(
                at("b", 0), 5L, at("a", 2), AdminClient.EVERYTHING, at("a", 0), 101L, at("a", 3), 1L, at("c", 0), 1L)));
        assertEquals(
                List.of(
                        new DeletedRecords(at("a", 0), ErrorCode.OFFSET_OUT_OF_RANGE, -1),
                        new DeletedRecords(at("a", 2), ErrorCode.NONE, 100),
                        new DeletedRecords(at("a", 3), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1),
                        new DeletedRecords(at("b", 0), ErrorCode.NONE, 5),
                        new DeletedRecords(at("c", 0), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1)),
                results);
        assertEquals(Map.of("a-2", 100L, "b-0", 5L), store.starts);
    }

    @Test
    void recordsOfAPartitionWithoutLeaderAreNotAskedFor() {
        store.topics.put("a", 1);
        store.leader = -1;
        assertEquals(
                List.of(new DeletedRecords(at("a", 0), ErrorCode.LEADER_NOT_AVAILABLE, -1)),
                await(admin.deleteRecords(Map.of(at("a", 0), 5L))));
        assertEquals(Map.of(), store.starts);
    }

    /** Another broker must not be asked in its place: only a leader may delete. */
    @Test
    void aLeaderThatCantBeReachedFailsItsPartitionsAtTheDeadline() {
        store.topics.put("a", 1);
        store.leader = 7;
        assertEquals(
                List.of(new DeletedRecords(at("a", 0), ErrorCode.BROKER_NOT_AVAILABLE, -1)),
                await(admin.deleteRecords(Map.of(at("a", 0), 5L))));
        assertEquals(Map.of(), store.starts);
    }

    /** What was there when the leader was asked may be less than what a second request would delete. */
    @Test
    void neverRepeatsADeletionThatMayHaveBeenDone() {
        store.topics.put("a", 1);
        store.isSilent = true;
        assertEquals(
                List.of(new DeletedRecords(at("a", 0), ErrorCode.REQUEST_TIMED_OUT, -1)),
                await(admin.deleteRecords(Map.of(at("a", 0), AdminClient.EVERYTHING))));
        // ApiVersions twice at most, Metadata twice, the deletion once.
        assertTrue(store.requests <= 5, "requests: " + store.requests);
    }

    private static TopicPartition at(final String topic, final int partition) {
        return new TopicPartition(topic, partition);
    }

    private static NewTopic topic(final String name, final int partitions) {
        return new NewTopic(name, partitions, 1, Map.of("retention.ms", "1000"));
    }

    private SimulatedTransport transport(final String name) {
        final SimulatedProcess process = scheduler.newProcess(name);
        final FrameBudget budget = new FrameBudget(1L << 30, 1_000, scheduler.clock());
        final Transport made =
                network.newTransport(process, TransportOptions.client().withTimeouts(0, 0), budget);
        return (SimulatedTransport) made;
    }

    private <T> T await(final CompletableFuture<T> future) {
        assertTrue(scheduler.runUntil(future::isDone, 2 * TIMEOUT_MS), "no answer");
        return future.join();
    }

    private AdminException failure(final CompletableFuture<?> future) {
        final CompletionException failed = assertThrows(CompletionException.class, () -> await(future));
        return assertInstanceOf(AdminException.class, failed.getCause());
    }
}
