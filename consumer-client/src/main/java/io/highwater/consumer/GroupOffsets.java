package io.highwater.consumer;

import io.highwater.port.Clock;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.cluster.Backoff;
import io.highwater.protocol.cluster.BrokerCalls;
import io.highwater.protocol.cluster.ClusterView;
import io.highwater.protocol.cluster.TopicPartition;
import io.highwater.protocol.cluster.TopicView;
import io.highwater.protocol.message.FindCoordinatorRequest;
import io.highwater.protocol.message.FindCoordinatorResponse;
import io.highwater.protocol.message.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Commits and reads the offsets of a group without being a member of it, which the coordinator allows while the group has no
 * members. Finds the coordinator, and tries again while it moves or loads. Confined to the shard.
 */
final class GroupOffsets {
    private final BrokerCalls calls;
    private final ClusterView cluster;
    private final Clock clock;
    private final Backoff backoff;
    private final ConsumerConfig config;
    private final Map<String, Integer> coordinators = new HashMap<>();

    GroupOffsets(
            final BrokerCalls calls,
            final ClusterView cluster,
            final Clock clock,
            final Backoff backoff,
            final ConsumerConfig config) {
        this.calls = calls;
        this.cluster = cluster;
        this.clock = clock;
        this.backoff = backoff;
        this.config = config;
    }

    /** Commits; the future fails unless every partition was committed. */
    CompletableFuture<Void> commit(final String group, final Map<TopicPartition, Long> offsets) {
        final CompletableFuture<Void> committed = new CompletableFuture<>();
        new Attempts<>(
                        group,
                        () -> knowsTopics(offsets.keySet()),
                        () -> GroupMessages.commit(group, offsets, this::topicId),
                        GroupMessages::commitError,
                        response -> null,
                        committed)
                .next();
        return committed;
    }

    /** The committed offsets; partitions without one are left out. */
    CompletableFuture<Map<TopicPartition, Long>> committed(
            final String group, final Iterable<TopicPartition> partitions) {
        final CompletableFuture<Map<TopicPartition, Long>> offsets = new CompletableFuture<>();
        new Attempts<>(
                        group,
                        () -> knowsTopics(partitions),
                        () -> GroupMessages.fetch(group, partitions, this::topicId),
                        GroupMessages::fetchError,
                        response -> GroupMessages.offsets(response, partitions, this::topicId),
                        offsets)
                .next();
        return offsets;
    }

    /** Newer versions name topics by id, so each must be known first. */
    private boolean knowsTopics(final Iterable<TopicPartition> partitions) {
        boolean isKnown = true;
        for (final TopicPartition partition : partitions) {
            final TopicView topic = cluster.topic(partition.topic());
            isKnown &= topic != null && topic.error() == ErrorCode.NONE;
        }
        return isKnown;
    }

    private UUID topicId(final String name) {
        return cluster.topic(name).id();
    }

    /** One call to a group's coordinator, tried until it succeeds, fails for good, or the time is up. */
    private final class Attempts<R extends Message, T> {
        private final String group;
        private final Supplier<Boolean> isPossible;
        private final Supplier<Message> request;
        private final Function<R, ErrorCode> errorOf;
        private final Function<R, T> resultOf;
        private final CompletableFuture<T> result;
        private final long deadlineMs = clock.monotonicMs() + config.callTimeoutMs();
        private int failures;

        Attempts(
                final String group,
                final Supplier<Boolean> isPossible,
                final Supplier<Message> request,
                final Function<R, ErrorCode> errorOf,
                final Function<R, T> resultOf,
                final CompletableFuture<T> result) {
            this.group = group;
            this.isPossible = isPossible;
            this.request = request;
            this.errorOf = errorOf;
            this.resultOf = resultOf;
            this.result = result;
        }

        void next() {
            final Integer coordinator = coordinators.get(group);
            if (!isPossible.get()) {
                again(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "topic not known");
            } else if (coordinator == null) {
                findCoordinator();
            } else {
                calls.send(coordinator, request.get(), config.requestTimeoutMs(), new BrokerCalls.Answer<R>() {
                    @Override
                    public void onResponse(final R response) {
                        resolve(response);
                    }

                    @Override
                    public void onFailure(final ErrorCode error, final String reason) {
                        onNoAnswer(error, reason);
                    }
                });
            }
        }

        private void resolve(final R response) {
            final ErrorCode error = errorOf.apply(response);
            if (error == ErrorCode.NONE) {
                result.complete(resultOf.apply(response));
            } else {
                onError(error, error.defaultMessage());
            }
        }

        private void findCoordinator() {
            final FindCoordinatorRequest find = new FindCoordinatorRequest();
            find.key = group;
            find.coordinatorKeys.add(group);
            calls.sendToAny(find, config.requestTimeoutMs(), new BrokerCalls.Answer<FindCoordinatorResponse>() {
                @Override
                public void onResponse(final FindCoordinatorResponse response) {
                    onCoordinator(response);
                }

                @Override
                public void onFailure(final ErrorCode error, final String reason) {
                    onNoAnswer(error, reason);
                }
            });
        }

        private void onCoordinator(final FindCoordinatorResponse response) {
            // Since version 4 the answer is a list.
            final boolean isList = !response.coordinators.isEmpty();
            final ErrorCode error =
                    ErrorCode.forCode(isList ? response.coordinators.get(0).errorCode : response.errorCode);
            if (error != ErrorCode.NONE) {
                onError(error, "no coordinator");
                return;
            }
            coordinators.put(group, isList ? response.coordinators.get(0).nodeId : response.nodeId);
            next();
        }

        private void onNoAnswer(final ErrorCode error, final String reason) {
            coordinators.remove(group);
            cluster.refresh();
            if (error == ErrorCode.UNSUPPORTED_VERSION) {
                fail(error, reason);
            } else {
                again(error, reason);
            }
        }

        private void onError(final ErrorCode error, final String reason) {
            if (error == ErrorCode.NOT_COORDINATOR || error == ErrorCode.COORDINATOR_NOT_AVAILABLE) {
                coordinators.remove(group);
            }
            if (error.retriable()) {
                again(error, reason);
            } else {
                fail(error, reason);
            }
        }

        private void again(final ErrorCode error, final String reason) {
            failures++;
            final long delayMs = backoff.delayMs(failures);
            if (clock.monotonicMs() + delayMs >= deadlineMs) {
                fail(error, reason);
            } else {
                calls.shard().schedule(this::next, delayMs);
            }
        }

        private void fail(final ErrorCode error, final String reason) {
            result.completeExceptionally(new ConsumeException(error, "group " + group + ", " + reason));
        }
    }
}
