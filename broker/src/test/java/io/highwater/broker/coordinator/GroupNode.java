package io.highwater.broker.coordinator;

import io.highwater.broker.api.ApiHandler;
import io.highwater.broker.api.DeleteGroupsHandler;
import io.highwater.broker.api.DescribeGroupsHandler;
import io.highwater.broker.api.FindCoordinatorHandler;
import io.highwater.broker.api.HeartbeatHandler;
import io.highwater.broker.api.JoinGroupHandler;
import io.highwater.broker.api.LeaveGroupHandler;
import io.highwater.broker.api.ListGroupsHandler;
import io.highwater.broker.api.OffsetCommitHandler;
import io.highwater.broker.api.OffsetDeleteHandler;
import io.highwater.broker.api.OffsetFetchHandler;
import io.highwater.broker.api.ParkedFetches;
import io.highwater.broker.api.Reply;
import io.highwater.broker.api.RequestContext;
import io.highwater.broker.api.ShardTurns;
import io.highwater.broker.api.SyncGroupHandler;
import io.highwater.broker.group.GroupConfig;
import io.highwater.port.Retained;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.message.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** The handlers of the group APIs over a coordinator, in simulated time, with a core that outlives restarts. */
final class GroupNode {
    final SimulatedScheduler scheduler = new SimulatedScheduler(1, new Trace());
    final FakeCore core = new FakeCore(scheduler.newShard("core"));
    private final Map<Class<?>, ApiHandler<?, ?>> handlers = new LinkedHashMap<>();
    private final GroupConfig config;
    private GroupCoordinator coordinator;

    GroupNode(final GroupConfig config) {
        this.config = config;
        start();
        scheduler.runFor(50);
    }

    void restart() {
        core.forgetWatchers();
        start();
        scheduler.runFor(50);
    }

    /** Starts without waiting for the load. */
    void start() {
        coordinator = new GroupCoordinator(
                scheduler.newShard("groups"), scheduler.clock(), scheduler.newRandom(), core, core.metadata(), config);
        handlers.clear();
        add(new FindCoordinatorHandler(7));
        add(new JoinGroupHandler(coordinator));
        add(new SyncGroupHandler(coordinator));
        add(new HeartbeatHandler(coordinator));
        add(new LeaveGroupHandler(coordinator));
        add(new OffsetCommitHandler(coordinator, core.metadata()));
        add(new OffsetFetchHandler(coordinator, core.metadata()));
        add(new ListGroupsHandler(coordinator.admin()));
        add(new DescribeGroupsHandler(coordinator.admin()));
        add(new DeleteGroupsHandler(coordinator.admin()));
        add(new OffsetDeleteHandler(coordinator.admin(), core.metadata()));
        coordinator.open();
    }

    boolean remembers(final String groupId) {
        return coordinator.inMemoryOrNull(groupId) != null;
    }

    /** Sends the request and lets half a second pass. */
    @SuppressWarnings("TypeParameterUnusedInFormals") // The request's class says which answer it has.
    <Q extends Message, R extends Message> R ask(final Q request, final int version) {
        final AtomicReference<R> answer = send(request, version);
        scheduler.runFor(500);
        if (answer.get() == null) {
            throw new AssertionError("no answer to " + request);
        }
        return answer.get();
    }

    @SuppressWarnings("unchecked") // The class of the request picks the handler.
    <Q extends Message, R extends Message> AtomicReference<R> send(final Q request, final int version) {
        final ApiHandler<Q, R> handler = (ApiHandler<Q, R>) handlers.get(request.getClass());
        final AtomicReference<R> answer = new AtomicReference<>();
        handler.handle(request, new Context((short) version), new Answer<>(answer));
        return answer;
    }

    private void add(final ApiHandler<?, ?> handler) {
        try {
            final String name = Message.class.getPackageName() + "."
                    + handler.getClass().getSimpleName().replace("Handler", "Request");
            handlers.put(Class.forName(name), handler);
        } catch (final ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Answer<R extends Message>(AtomicReference<R> answer) implements Reply<R> {
        @Override
        public void send(final R response) {
            if (!answer.compareAndSet(null, response)) {
                throw new AssertionError("answered twice");
            }
        }

        @Override
        public void send(final R response, final Retained lifetime) {
            send(response);
            lifetime.release();
        }

        @Override
        public void none() {
            throw new AssertionError("these APIs have answers");
        }

        @Override
        public void close(final String reason) {
            throw new AssertionError("closed: " + reason);
        }
    }

    private record Context(short apiVersion) implements RequestContext {
        @Override
        public String clientId() {
            return "client";
        }

        @Override
        public String advertisedHost() {
            return "broker.example";
        }

        @Override
        public int advertisedPort() {
            return 9092;
        }

        @Override
        public long linkId() {
            return 1;
        }

        @Override
        public InetSocketAddress clientAddress() {
            try {
                return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 5000);
            } catch (final UnknownHostException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Shard shard() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ShardTurns turns() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ParkedFetches.Share parked() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long arrivedNs() {
            return 0;
        }

        @Override
        public Retained frame() {
            return Retained.NONE;
        }

        @Override
        public void releaseFrame() {
            // Nothing to give back: the bytes are on the heap.
        }

        @Override
        public void clientSoftware(final String name, final String version) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String clientSoftwareName() {
            return "unknown";
        }
    }
}
