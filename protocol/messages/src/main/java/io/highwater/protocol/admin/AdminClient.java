package io.highwater.protocol.admin;

import io.highwater.port.Clock;
import io.highwater.port.SystemClock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.NetworkCalls;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Topics created, listed, described and deleted. A call is tried again, after a pause, while no broker can be reached or
 * the one that answers is not the controller, until its time is up; then its future fails with an {@link AdminException}.
 * What the broker says of one topic is that topic's {@link TopicOutcome}, not a failure of the call.
 *
 * <p>Safe for any thread; futures complete on the calls' shard.
 */
public final class AdminClient implements AutoCloseable {
    private static final long RETRY_PAUSE_MS = 50;
    private static final long ATTEMPT_MS = 10_000;

    private final BrokerCalls calls;
    private final Clock clock;
    private final long timeoutMs;

    /** A client over these calls, which are its own from now on: closing it closes them. */
    public AdminClient(final BrokerCalls calls, final Clock clock, final long timeoutMs) {
        this.calls = calls;
        this.clock = clock;
        this.timeoutMs = timeoutMs;
    }

    /** A client with a thread and connections of its own; {@code bootstrap} are some brokers of the cluster. */
    public static AdminClient connect(
            final List<InetSocketAddress> bootstrap, final String clientId, final long timeoutMs) {
        return new AdminClient(NetworkCalls.open(bootstrap, clientId), SystemClock.INSTANCE, timeoutMs);
    }

    /** Creates topics, or with {@code validateOnly} says whether that could be done. */
    public CompletableFuture<List<TopicOutcome>> createTopics(final List<NewTopic> topics, final boolean validateOnly) {
        final CreateTopicsRequest request = new CreateTopicsRequest();
        request.timeoutMs = (int) timeoutMs;
        request.validateOnly = validateOnly;
        for (final NewTopic topic : topics) {
            request.topics.add(creatable(topic));
        }
        return askController(
                request,
                (CreateTopicsResponse response) -> response.topics.stream()
                        .map(topic -> TopicOutcome.of(topic.name, topic.topicId, topic.errorCode, topic.errorMessage))
                        .collect(Collectors.toList()));
    }

    /** Deletes topics by name. */
    public CompletableFuture<List<TopicOutcome>> deleteTopics(final List<String> names) {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.timeoutMs = (int) timeoutMs;
        // Versions up to 5 carry the names, later ones a list of states: whichever is negotiated finds its field
        // filled.
        request.topicNames.addAll(names);
        for (final String name : names) {
            final DeleteTopicsRequest.DeleteTopicState state = new DeleteTopicsRequest.DeleteTopicState();
            state.name = name;
            request.topics.add(state);
        }
        return askController(
                request,
                (DeleteTopicsResponse response) -> response.responses.stream()
                        .map(topic -> TopicOutcome.of(topic.name, topic.topicId, topic.errorCode, topic.errorMessage))
                        .collect(Collectors.toList()));
    }

    /** All topics, internal ones included, as the brokers tell them, by name. */
    public CompletableFuture<List<MetadataResponse.MetadataResponseTopic>> listTopics() {
        return topics(null);
    }

    /** These topics; one that does not exist comes with its error. Creates none. */
    public CompletableFuture<List<MetadataResponse.MetadataResponseTopic>> describeTopics(final List<String> names) {
        return topics(names);
    }

    private CompletableFuture<List<MetadataResponse.MetadataResponseTopic>> topics(final List<String> names) {
        final Call<List<MetadataResponse.MetadataResponseTopic>> call = new Call<>();
        calls.shard()
                .execute(() -> call.metadata(
                        metadataRequest(names),
                        response -> call.future()
                                .complete(response.topics.stream()
                                        .sorted((a, b) -> a.name.compareTo(b.name))
                                        .collect(Collectors.toList()))));
        return call.future();
    }

    private static MetadataRequest metadataRequest(final List<String> names) {
        final MetadataRequest request = new MetadataRequest();
        request.allowAutoTopicCreation = false;
        request.topics =
                names == null ? null : names.stream().map(AdminClient::named).collect(Collectors.toList());
        return request;
    }

    private static MetadataRequest.MetadataRequestTopic named(final String name) {
        final MetadataRequest.MetadataRequestTopic topic = new MetadataRequest.MetadataRequestTopic();
        topic.name = name;
        return topic;
    }

    private static CreateTopicsRequest.CreatableTopic creatable(final NewTopic topic) {
        final CreateTopicsRequest.CreatableTopic creatable = new CreateTopicsRequest.CreatableTopic();
        creatable.name = topic.name();
        creatable.numPartitions = topic.partitions();
        creatable.replicationFactor = topic.replicationFactor();
        topic.configs().forEach((name, value) -> {
            final CreateTopicsRequest.CreatableTopicConfig config = new CreateTopicsRequest.CreatableTopicConfig();
            config.name = name;
            config.value = value;
            creatable.configs.add(config);
        });
        return creatable;
    }

    private <R extends Message> CompletableFuture<List<TopicOutcome>> askController(
            final Message request, final Function<R, List<TopicOutcome>> read) {
        final ControllerCall<R> call = new ControllerCall<>(request, read);
        calls.shard().execute(call::begin);
        return call.future();
    }

    /** Fails what is pending and closes the connections; returns at once. */
    @Override
    public void close() {
        calls.shard().execute(calls::close);
    }

    /** One call with its deadline and its tries. Confined to the calls' shard. */
    private class Call<T> {
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private final long deadlineMs = clock.monotonicMs() + timeoutMs;

        final CompletableFuture<T> future() {
            return future;
        }

        final void metadata(final MetadataRequest request, final Consumer<MetadataResponse> then) {
            calls.<MetadataResponse>sendToAny(request, attemptMs(), answer(() -> metadata(request, then), response -> {
                calls.learn(response.brokers);
                then.accept(response);
            }));
        }

        final <R extends Message> BrokerCalls.Answer<R> answer(final Runnable again, final Consumer<R> onResponse) {
            return new BrokerCalls.Answer<>() {
                @Override
                public void onResponse(final R response) {
                    onResponse.accept(response);
                }

                @Override
                public void onFailure(final ErrorCode error, final String reason) {
                    // Only what the broker has not acted on: asking twice would say that the topic exists already.
                    if (error == ErrorCode.BROKER_NOT_AVAILABLE) {
                        retry(again, error, reason);
                    } else {
                        future.completeExceptionally(new AdminException(error, reason));
                    }
                }
            };
        }

        final void retry(final Runnable again, final ErrorCode error, final String reason) {
            if (clock.monotonicMs() + RETRY_PAUSE_MS >= deadlineMs) {
                future.completeExceptionally(new AdminException(error, reason));
            } else {
                calls.shard().schedule(again, RETRY_PAUSE_MS);
            }
        }

        final long attemptMs() {
            return Math.max(1, Math.min(ATTEMPT_MS, deadlineMs - clock.monotonicMs()));
        }
    }

    /** A call that only the controller can answer. Confined to the calls' shard. */
    private final class ControllerCall<R extends Message> extends Call<List<TopicOutcome>> {
        private final Message request;
        private final Function<R, List<TopicOutcome>> read;

        ControllerCall(final Message request, final Function<R, List<TopicOutcome>> read) {
            this.request = request;
            this.read = read;
        }

        void begin() {
            metadata(metadataRequest(List.of()), this::ask);
        }

        private void ask(final MetadataResponse cluster) {
            calls.<R>send(cluster.controllerId, request, attemptMs(), answer(this::begin, response -> {
                final List<TopicOutcome> outcomes = read.apply(response);
                if (outcomes.stream().anyMatch(outcome -> outcome.error() == ErrorCode.NOT_CONTROLLER)) {
                    retry(this::begin, ErrorCode.NOT_CONTROLLER, "the controller moves");
                } else {
                    future().complete(outcomes);
                }
            }));
        }
    }
}
