package io.highwater.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.highwater.broker.core.Core;
import io.highwater.broker.core.CoreFailure;
import io.highwater.broker.core.CoreGroup;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.AlterConfigsRequest;
import io.highwater.protocol.message.AlterConfigsResponse;
import io.highwater.protocol.message.DeleteTopicsRequest;
import io.highwater.protocol.message.DeleteTopicsResponse;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsResponse;
import io.highwater.protocol.message.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that the core decides: its answer is passed on, and its failure told for each thing that was asked. */
final class MetadataProposalTest {
    private static final String NOT_CONTROLLER = ErrorCode.NOT_CONTROLLER.defaultMessage();
    private static final String TIMED_OUT = ErrorCode.REQUEST_TIMED_OUT.defaultMessage();

    private final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
    private final KeptCore core = new KeptCore();

    @Test
    void whatTheCoreDecidesIsTheAnswer() {
        final KeptReply<AlterConfigsResponse> reply = new KeptReply<>();
        alterConfigs(reply);
        assertNull(reply.response);
        final AlterConfigsResponse decided = new AlterConfigsResponse();
        core.completion.onApplied(1, decided);
        assertSame(decided, reply.response);
    }

    @Test
    void alterConfigsTellsAFailureForEachResource() {
        final KeptReply<AlterConfigsResponse> reply = new KeptReply<>();
        alterConfigs(reply);
        core.completion.onFailed(CoreFailure.TIMED_OUT);
        assertEquals(
                List.of("2 t 7 " + TIMED_OUT, "4 1 7 " + TIMED_OUT),
                reply.response.responses.stream()
                        .map(answer -> answer.resourceType + " " + answer.resourceName + " " + answer.errorCode + " "
                                + answer.errorMessage)
                        .toList());
    }

    @Test
    void incrementalAlterConfigsTellsAFailureForEachResource() {
        final IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest();
        for (final String topic : List.of("t", "u")) {
            final IncrementalAlterConfigsRequest.AlterConfigsResource resource =
                    new IncrementalAlterConfigsRequest.AlterConfigsResource();
            resource.resourceType = 2;
            resource.resourceName = topic;
            request.resources.add(resource);
        }
        final KeptReply<IncrementalAlterConfigsResponse> reply = new KeptReply<>();
        new IncrementalAlterConfigsHandler(core, scheduler.clock()).handle(request, origin(1), reply);
        assertSame(request, core.command);
        assertEquals(30_000, core.deadlineMs - scheduler.clock().monotonicMs());
        core.completion.onFailed(CoreFailure.NOT_LEADER);
        assertEquals(
                List.of("2 t 41 " + NOT_CONTROLLER, "2 u 41 " + NOT_CONTROLLER),
                reply.response.responses.stream()
                        .map(answer -> answer.resourceType + " " + answer.resourceName + " " + answer.errorCode + " "
                                + answer.errorMessage)
                        .toList());
    }

    @Test
    void deleteTopicsWaitsAsLongAsItsClientSays() {
        final DeleteTopicsRequest request = new DeleteTopicsRequest();
        request.topicNames.addAll(List.of("t", "u"));
        request.timeoutMs = 1_234;
        final KeptReply<DeleteTopicsResponse> reply = new KeptReply<>();
        new DeleteTopicsHandler(core, scheduler.clock()).handle(request, origin(5), reply);
        assertEquals(1_234, core.deadlineMs - scheduler.clock().monotonicMs());
        core.completion.onFailed(CoreFailure.TIMED_OUT);
        assertEquals(
                List.of("t 7", "u 7"),
                reply.response.responses.stream()
                        .map(answer -> answer.name + " " + answer.errorCode)
                        .toList());
        request.timeoutMs = -1;
        new DeleteTopicsHandler(core, scheduler.clock()).handle(request, origin(5), new KeptReply<>());
        assertEquals(0, core.deadlineMs - scheduler.clock().monotonicMs());
    }

    private void alterConfigs(final Reply<AlterConfigsResponse> reply) {
        final AlterConfigsRequest request = new AlterConfigsRequest();
        for (final String[] typeAndName : new String[][] {{"2", "t"}, {"4", "1"}}) {
            final AlterConfigsRequest.AlterConfigsResource resource = new AlterConfigsRequest.AlterConfigsResource();
            resource.resourceType = Byte.parseByte(typeAndName[0]);
            resource.resourceName = typeAndName[1];
            request.resources.add(resource);
        }
        new AlterConfigsHandler(core, scheduler.clock()).handle(request, origin(2), reply);
        assertSame(request, core.command);
        assertEquals(30_000, core.deadlineMs - scheduler.clock().monotonicMs());
    }

    private RequestOrigin origin(final int version) {
        return new RequestOrigin(scheduler.newShard("connection"), version);
    }

    /** Keeps the newest proposal for the test to decide. */
    private static final class KeptCore implements Core {
        private Message command;
        private long deadlineMs;
        private Completion completion;

        @Override
        public void propose(
                final CoreGroup<?> group, final Message proposed, final long deadline, final Completion end) {
            assertSame(CoreGroup.META, group);
            command = proposed;
            deadlineMs = deadline;
            completion = end;
        }

        @Override
        public void readIndex(final CoreGroup<?> group, final long deadline, final ReadCompletion end) {
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
