package io.highwater.protocol.admin;

import io.highwater.port.Clock;
import io.highwater.port.RandomSource;
import io.highwater.port.SeededRandom;
import io.highwater.port.SystemClock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.Backoff;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.NetworkCalls;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.message.CreatePartitionsResponse;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteRecordsResponse;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.DescribeConfigsResponse;
import io.highwater.protocol.message.DescribeGroupsResponse;
import io.highwater.protocol.message.IncrementalAlterConfigsResponse;
import io.highwater.protocol.message.ListGroupsRequest;
import io.highwater.protocol.message.ListGroupsResponse;
import io.highwater.protocol.message.ListOffsetsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.OffsetFetchResponse;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Administers the topics, records, configs and groups of a cluster. Each call has one deadline; until then it is tried again, with a growing pause, as
 * long as no broker can have acted on it: none was reached, or the one asked is not the controller. What is not known to
 * be undone is not repeated. A future that fails does so with an {@link AdminException}.
 *
 * <p>Safe for any thread. Futures complete on the client's own thread, which whoever continues there must not block.
 */
public final class AdminClient implements AutoCloseable {
    /** For {@link #deleteRecords}: everything that is committed when the partition's leader is asked. */
    public static final long EVERYTHING = -1;

    private static final long BACKOFF_FIRST_MS = 50;
    private static final long BACKOFF_MAX_MS = 1_000;

    /** The broker that a request is for when all may answer it. */
    private static final ToIntFunction<MetadataResponse> ANY = null;

    private final BrokerCalls calls;
    private final Clock clock;
    private final Backoff backoff;
    private final long timeoutMs;

    /** A client over calls that it closes in the end. */
    public AdminClient(final BrokerCalls calls, final Clock clock, final RandomSource random, final long timeoutMs) {
        this.calls = calls;
        this.clock = clock;
        this.backoff = new Backoff(BACKOFF_FIRST_MS, BACKOFF_MAX_MS, random);
        this.timeoutMs = timeoutMs;
    }

    /** A client over TCP, with a thread of its own; nothing is connected yet. */
    public static AdminClient open(
            final List<InetSocketAddress> bootstrapAddresses, final String clientId, final long timeoutMs) {
        return new AdminClient(
                NetworkCalls.open(bootstrapAddresses, clientId),
                SystemClock.INSTANCE,
                SeededRandom.fromSystem(),
                timeoutMs);
    }

    /** Creates topics, each by itself; or only says what would become of them. */
    public CompletableFuture<List<TopicResult>> createTopics(final List<NewTopic> topics, final boolean validateOnly) {
        return ask(new Attempts<CreateTopicsResponse, List<TopicResult>>(
                "create topics",
                AdminClient::controller,
                leftMs -> AdminRequests.create(topics, validateOnly, leftMs),
                response -> response.topics.stream().anyMatch(topic -> isNotController(topic.errorCode)),
                AdminRequests::results));
    }

    /** Deletes topics by name, each by itself. */
    public CompletableFuture<List<TopicResult>> deleteTopics(final Collection<String> names) {
        return ask(new Attempts<DeleteTopicsResponse, List<TopicResult>>(
                "delete topics",
                AdminClient::controller,
                leftMs -> AdminRequests.delete(names, leftMs),
                response -> response.responses.stream().anyMatch(topic -> isNotController(topic.errorCode)),
                AdminRequests::results));
    }

    /** All topics by name. */
    public CompletableFuture<List<TopicDescription>> listTopics() {
        return metadata("list topics", null);
    }

    /** These topics by name; one that does not exist has the error in its description. */
    public CompletableFuture<List<TopicDescription>> describeTopics(final Collection<String> names) {
        return metadata("describe topics", List.copyOf(names));
    }

    /** The settings of these topics; fails with UNSUPPORTED_VERSION where the brokers do not tell. */
    public CompletableFuture<List<TopicConfigs>> topicConfigs(final Collection<String> names) {
        return ask(new Attempts<DescribeConfigsResponse, List<TopicConfigs>>(
                "describe configs",
                ANY,
                leftMs -> AdminRequests.configs(names),
                response -> false,
                AdminRequests::configs));
    }

    /** The configs in force of topics and brokers; a broker answers for itself only where there are several. */
    public CompletableFuture<List<DescribedConfigs>> describeConfigs(final List<ConfigScope> scopes) {
        return ask(new Attempts<DescribeConfigsResponse, List<DescribedConfigs>>(
                "describe configs",
                ANY,
                leftMs -> ConfigRequests.describe(scopes),
                response -> false,
                ConfigRequests::described));
    }

    /** Makes the same changes to each of these, or only says what would become of them. */
    public CompletableFuture<List<Outcome>> alterConfigs(
            final List<ConfigScope> scopes, final List<ConfigEdit> edits, final boolean validateOnly) {
        return ask(new Attempts<IncrementalAlterConfigsResponse, List<Outcome>>(
                "alter configs",
                AdminClient::controller,
                leftMs -> ConfigRequests.alter(scopes, edits, validateOnly),
                response -> response.responses.stream().anyMatch(result -> isNotController(result.errorCode)),
                ConfigRequests::altered));
    }

    /** Gives topics more partitions: so many in all. */
    public CompletableFuture<List<Outcome>> createPartitions(final Collection<String> names, final int partitions) {
        return ask(new Attempts<CreatePartitionsResponse, List<Outcome>>(
                "create partitions",
                AdminClient::controller,
                leftMs -> AdminRequests.grow(names, partitions, leftMs),
                response -> response.results.stream().anyMatch(result -> isNotController(result.errorCode)),
                AdminRequests::outcomes));
    }

    /**
     * Deletes the records before an offset, {@link #EVERYTHING} for all that there is now; each partition by itself, asked of
     * its leader.
     */
    public CompletableFuture<List<DeletedRecords>> deleteRecords(final Map<TopicPartition, Long> before) {
        final Map<TopicPartition, Long> asked = Map.copyOf(before);
        final Set<String> names = new TreeSet<>();
        asked.keySet().forEach(partition -> names.add(partition.topic()));
        return describeTopics(names).thenCompose(topics -> {
            final RecordDeletion deletion = RecordDeletion.of(asked, topics);
            CompletableFuture<List<DeletedRecords>> all = CompletableFuture.completedFuture(deletion.refused());
            for (final Map.Entry<Integer, Map<TopicPartition, Long>> part :
                    deletion.byLeader().entrySet()) {
                all = all.thenCombine(deleteRecords(part.getKey(), part.getValue()), AdminClient::joined);
            }
            return all.thenApply(AdminClient::sorted);
        });
    }

    /** One leader that does not answer fails its own partitions only. */
    private CompletableFuture<List<DeletedRecords>> deleteRecords(
            final int leader, final Map<TopicPartition, Long> before) {
        return ask(new Attempts<DeleteRecordsResponse, List<DeletedRecords>>(
                        "delete records",
                        metadata -> leader,
                        leftMs -> RecordDeletion.request(before, leftMs),
                        response -> false,
                        RecordDeletion::results))
                .exceptionally(failure -> {
                    final ErrorCode error =
                            failure instanceof AdminException told ? told.error() : ErrorCode.UNKNOWN_SERVER_ERROR;
                    return before.keySet().stream()
                            .map(partition -> DeletedRecords.refused(partition, error))
                            .toList();
                });
    }

    private static List<DeletedRecords> joined(final List<DeletedRecords> some, final List<DeletedRecords> others) {
        final List<DeletedRecords> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    private static List<DeletedRecords> sorted(final List<DeletedRecords> results) {
        final Comparator<DeletedRecords> byTopic =
                Comparator.comparing(result -> result.partition().topic());
        return results.stream()
                .sorted(byTopic.thenComparingInt(result -> result.partition().partition()))
                .toList();
    }

    /** The groups that the asked broker coordinates. */
    public CompletableFuture<List<GroupListing>> listGroups() {
        return ask(new Attempts<ListGroupsResponse, List<GroupListing>>(
                "list groups", ANY, leftMs -> new ListGroupsRequest(), response -> false, GroupRequests::listings));
    }

    /** These groups with their members. */
    public CompletableFuture<List<GroupDetails>> describeGroups(final List<String> ids) {
        return ask(new Attempts<DescribeGroupsResponse, List<GroupDetails>>(
                "describe groups",
                ANY,
                leftMs -> GroupRequests.describe(ids),
                response -> false,
                GroupRequests::details));
    }

    /** How far a group is in every partition that it has an offset of. */
    public CompletableFuture<List<GroupOffset>> groupOffsets(final String id) {
        // The newest version of the answer has ids for topics.
        return listTopics()
                .thenCompose(topics -> ask(new Attempts<OffsetFetchResponse, List<GroupOffset>>(
                        "fetch offsets",
                        ANY,
                        leftMs -> GroupRequests.offsets(id),
                        response -> false,
                        response -> GroupRequests.committed(response, topics))))
                .thenCompose(this::withEnds);
    }

    private CompletableFuture<List<GroupOffset>> withEnds(final List<GroupOffset> committed) {
        if (committed.isEmpty()) {
            return CompletableFuture.completedFuture(committed);
        }
        return ask(new Attempts<ListOffsetsResponse, List<GroupOffset>>(
                "list offsets",
                ANY,
                leftMs -> GroupRequests.ends(committed),
                response -> false,
                response -> GroupRequests.withEnds(committed, response)));
    }

    /** Fails what is pending and closes all connections. */
    @Override
    public void close() {
        calls.shard().execute(calls::close);
    }

    private CompletableFuture<List<TopicDescription>> metadata(final String what, final List<String> names) {
        return ask(new Attempts<MetadataResponse, List<TopicDescription>>(
                what, ANY, leftMs -> AdminRequests.metadata(names), response -> false, AdminRequests::descriptions));
    }

    private <T> CompletableFuture<T> ask(final Attempts<?, T> attempts) {
        calls.shard().execute(attempts::next);
        return attempts.future;
    }

    private static int controller(final MetadataResponse metadata) {
        return metadata.controllerId;
    }

    private static boolean isNotController(final short errorCode) {
        return errorCode == ErrorCode.NOT_CONTROLLER.code();
    }

    /**
     * One call of a caller: attempts until one has an answer or the time is over. What is for one broker is asked after the
     * brokers are known. On the shard.
     *
     * @param <R> the response's class
     * @param <T> what the caller gets
     */
    private final class Attempts<R extends Message, T> {
        private int failures;

        private final CompletableFuture<T> future = new CompletableFuture<>();
        private final long deadlineMs = clock.monotonicMs() + timeoutMs;
        private final String what;
        private final ToIntFunction<MetadataResponse> routeOrNull;
        private final IntFunction<Message> request;
        private final Predicate<R> isForAnother;
        private final Function<R, T> result;

        Attempts(
                final String what,
                final ToIntFunction<MetadataResponse> routeOrNull,
                final IntFunction<Message> request,
                final Predicate<R> isForAnother,
                final Function<R, T> result) {
            this.what = what;
            this.routeOrNull = routeOrNull;
            this.request = request;
            this.isForAnother = isForAnother;
            this.result = result;
        }

        void next() {
            final long leftMs = leftMs();
            if (routeOrNull != null) {
                calls.sendToAny(AdminRequests.metadataOfNoTopic(), leftMs, new BrokerCalls.Answer<MetadataResponse>() {
                    @Override
                    public void onResponse(final MetadataResponse response) {
                        calls.learn(response.brokers);
                        calls.send(
                                routeOrNull.applyAsInt(response),
                                request.apply((int) leftMs()),
                                leftMs(),
                                new Attempt());
                    }

                    @Override
                    public void onFailure(final ErrorCode error, final String reason) {
                        // Nothing has been asked for yet: whatever it was, it may be tried again.
                        failed(error, reason, error != ErrorCode.UNSUPPORTED_VERSION);
                    }
                });
            } else {
                calls.sendToAny(request.apply((int) leftMs), leftMs, new Attempt());
            }
        }

        private long leftMs() {
            return Math.max(1, Math.min(Integer.MAX_VALUE, deadlineMs - clock.monotonicMs()));
        }

        private void failed(final ErrorCode error, final String reason, final boolean mayRepeat) {
            failures++;
            final long pauseMs = backoff.delayMs(failures);
            if (mayRepeat && clock.monotonicMs() + pauseMs < deadlineMs) {
                calls.shard().schedule(this::next, pauseMs);
            } else {
                future.completeExceptionally(new AdminException(error, what + ": " + reason));
            }
        }

        /** What the broker that matters says. */
        private final class Attempt implements BrokerCalls.Answer<R> {
            @Override
            public void onResponse(final R response) {
                if (isForAnother.test(response)) {
                    failed(ErrorCode.NOT_CONTROLLER, "the controller has moved", true);
                } else {
                    complete(response);
                }
            }

            private void complete(final R response) {
                try {
                    future.complete(result.apply(response));
                } catch (final AdminException e) {
                    future.completeExceptionally(e);
                }
            }

            @Override
            public void onFailure(final ErrorCode error, final String reason) {
                final boolean isUndone = error == ErrorCode.BROKER_NOT_AVAILABLE;
                failed(error, reason, isUndone || (routeOrNull == null && error == ErrorCode.NETWORK_EXCEPTION));
            }
        }
    }
}
