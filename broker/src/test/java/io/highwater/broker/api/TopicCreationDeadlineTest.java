package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.api.HostedPartitions.HostedTopic;
import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.broker.partition.Partition;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.CreateTopicsRequest;
import io.highwater.protocol.message.CreateTopicsResponse;
import io.highwater.protocol.message.Message;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** CreateTopics waits for the partitions of what it created, and no longer than the client said. */
final class TopicCreationDeadlineTest {
    private static final UUID FIRST = new UUID(1, 1);
    private static final UUID SECOND = new UUID(2, 2);
    private static final int TIMEOUT_MS = 1_000;

    private final SimulatedScheduler scheduler = new SimulatedScheduler(3, new Trace());
    private final Shard shard = scheduler.newShard("connection");
    private final HostedPartitions hosted = new HostedPartitions();
    private final TopicCreation creation = new TopicCreation(new DecidedCore(), hosted, scheduler.clock());
    private CreateTopicsResponse answer;
    private int answers;

    @Test
    void answersWhenAllAreOpen() {
        create();
        host(FIRST);
        scheduler.runFor(10);
        assertNull(answer);
        host(SECOND);
        scheduler.runFor(10);
        assertEquals(List.of(ErrorCode.NONE, ErrorCode.NONE), errors());
        scheduler.runFor(2 * TIMEOUT_MS);
        assertEquals(1, answers);
    }

    @Test
    void whatIsNotOpenInTimeIsToldAndMayStillAppear() {
        create();
        host(FIRST);
        scheduler.runFor(TIMEOUT_MS + 10);
        assertEquals(List.of(ErrorCode.NONE, ErrorCode.REQUEST_TIMED_OUT), errors());
        assertEquals(FIRST, answer.topics.get(0).topicId);
        assertTrue(answer.topics.get(1).errorMessage.contains("not open in time"));

        host(SECOND);
        scheduler.runFor(TIMEOUT_MS);
        assertEquals(1, answers);
    }

    private void create() {
        creation.create(new CreateTopicsRequest(), TIMEOUT_MS, shard, new TopicCreation.Outcome() {
            @Override
            public void onCreated(final CreateTopicsResponse response) {
                answer = response;
                answers++;
            }

            @Override
            public void onFailed(final CoreFailure failure) {
                throw new AssertionError(failure);
            }
        });
        scheduler.runFor(1);
    }

    private void host(final UUID id) {
        hosted.add(new HostedTopic(id.toString(), id, new Partition[1]));
    }

    private List<ErrorCode> errors() {
        return answer.topics.stream()
                .map(topic -> ErrorCode.forCode(topic.errorCode))
                .toList();
    }

    /** Has created both topics. */
    private static final class DecidedCore implements Core {
        @Override
        public void propose(
                final CoreGroup<?> group, final Message command, final long deadlineMs, final Completion completion) {
            final CreateTopicsResponse response = new CreateTopicsResponse();
            for (final UUID id : List.of(FIRST, SECOND)) {
                final CreateTopicsResponse.CreatableTopicResult topic = new CreateTopicsResponse.CreatableTopicResult();
                topic.name = id.toString();
                topic.topicId = id;
                response.topics.add(topic);
            }
            completion.onApplied(1, response);
        }

        @Override
        public void readIndex(final CoreGroup<?> group, final long deadlineMs, final ReadCompletion completion) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <S> void watch(final CoreGroup<S> group, final long from, final Watcher<? super S> watcher) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isLeader(final CoreGroup<?> group) {
            return true;
        }
    }
}
