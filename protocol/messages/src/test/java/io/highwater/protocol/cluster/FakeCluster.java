package io.highwater.protocol.cluster;

import io.highwater.port.RandomSource;
import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Calls to a few brokers that live in memory ({@link FakeBroker}), over connections that keep order, take time, and break
 * when told: then every request that is on its way is lost, some after the broker has acted on it.
 *
 * <p>Confined to the thread of the simulation.
 */
public final class FakeCluster implements BrokerCalls {
    private static final int LATENCY_NS_MAX = 2_000_000;

    private final SimulatedScheduler scheduler;
    private final RandomSource random;
    private final Shard shard;
    private final FakeBroker broker;
    private final Map<Integer, Connection> connections = new HashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    /** Every request that reached a broker, in order. */
    public final List<Message> received = new ArrayList<>();

    /** Chance that a request breaks its connection. */
    public double breakChance;

    private boolean isClosed;

    /** What goes wrong with the next request that fits. */
    private record Fault(Predicate<Message> which, Kind kind, ErrorCode error) {}

    private enum Kind {
        LOSE_REQUEST,
        LOSE_RESPONSE,
        ANSWER_WITH
    }

    /** Brokers 1 to {@code nodes}, without topics. */
    public FakeCluster(final SimulatedScheduler scheduler, final int nodes) {
        this.scheduler = scheduler;
        this.random = scheduler.newRandom();
        this.shard = scheduler.newShard("client");
        this.broker = new FakeBroker(scheduler.clock(), nodes);
    }

    /** What the brokers hold. */
    public FakeBroker broker() {
        return broker;
    }

    /** The next such request never arrives, and its connection breaks. */
    public void loseRequest(final Predicate<Message> which) {
        faults.add(new Fault(which, Kind.LOSE_REQUEST, null));
    }

    /** The next such request is acted on, and its connection breaks. */
    public void loseResponse(final Predicate<Message> which) {
        faults.add(new Fault(which, Kind.LOSE_RESPONSE, null));
    }

    /** The next such request is answered with this error, in every place that the answer has for one. */
    public void answerWith(final ErrorCode error, final Predicate<Message> which) {
        faults.add(new Fault(which, Kind.ANSWER_WITH, error));
    }

    @Override
    public Shard shard() {
        return shard;
    }

    @Override
    public <R extends Message> void send(
            final int nodeId, final Message request, final long timeoutMs, final Answer<R> answer) {
        requireShard();
        if (isClosed || nodeId < 1 || nodeId > broker.nodes()) {
            shard.execute(() -> answer.onFailure(ErrorCode.BROKER_NOT_AVAILABLE, "no broker " + nodeId));
            return;
        }
        connections.computeIfAbsent(nodeId, Connection::new).send(request, answer);
    }

    @Override
    public <R extends Message> void sendToAny(final Message request, final long timeoutMs, final Answer<R> answer) {
        send(1 + random.nextInt(broker.nodes()), request, timeoutMs, answer);
    }

    @Override
    public void learn(final List<MetadataResponse.MetadataResponseBroker> brokers) {
        requireShard();
    }

    @Override
    public void close() {
        requireShard();
        isClosed = true;
        connections.values().forEach(Connection::sever);
    }

    public boolean isClosed() {
        return isClosed;
    }

    private void requireShard() {
        if (!shard.isCurrent()) {
            throw new IllegalStateException("not on the shard");
        }
    }

    private Fault faultOf(final Message request) {
        for (int i = 0; i < faults.size(); i++) {
            if (faults.get(i).which().test(request)) {
                return faults.remove(i);
            }
        }
        if (random.nextDouble() < breakChance) {
            return new Fault(null, random.nextInt(2) == 0 ? Kind.LOSE_REQUEST : Kind.LOSE_RESPONSE, null);
        }
        return null;
    }

    /** A request with the one who waits for its answer. */
    private record Call(Message request, Answer<Message> answer) {}

    /** Requests arrive in order, answers too; a broken connection loses both. */
    private final class Connection {
        private final int node;
        /** Sent and not answered, oldest first. */
        private ArrayDeque<Call> open = new ArrayDeque<>();
        /** Of {@link #open}: not arrived. */
        private ArrayDeque<Call> arriving = new ArrayDeque<>();

        Connection(final int node) {
            this.node = node;
        }

        @SuppressWarnings("unchecked")
        <R extends Message> void send(final Message request, final Answer<R> answer) {
            final Call call = new Call(request, (Answer<Message>) answer);
            final ArrayDeque<Call> line = arriving;
            open.add(call);
            line.add(call);
            scheduler.after(random.nextInt(LATENCY_NS_MAX), "request to " + node, () -> arrive(line));
        }

        void sever() {
            final ArrayDeque<Call> lost = open;
            open = new ArrayDeque<>();
            arriving.clear();
            arriving = new ArrayDeque<>();
            lost.forEach(call -> shard.execute(
                    () -> call.answer().onFailure(ErrorCode.NETWORK_EXCEPTION, "connection to " + node + " broke")));
        }

        /** The oldest request of the line arrives, whichever event came first. */
        private void arrive(final ArrayDeque<Call> line) {
            final Call call = line.poll();
            if (call == null) {
                return;
            }
            final Fault fault = faultOf(call.request());
            if (fault != null && fault.kind() == Kind.LOSE_REQUEST) {
                sever();
                return;
            }
            received.add(call.request());
            if (fault != null && fault.kind() == Kind.ANSWER_WITH) {
                answer(call, FakeAnswers.error(call.request(), fault.error()), 0);
                return;
            }
            final Message response = broker.handle(node, call.request());
            if (fault != null) {
                sever();
                return;
            }
            answer(call, response, broker.holdMs(call.request(), response));
        }

        private void answer(final Call call, final Message response, final long holdMs) {
            final ArrayDeque<Call> line = open;
            scheduler.after(
                    holdMs * 1_000_000 + random.nextInt(LATENCY_NS_MAX),
                    "answer of " + node,
                    () -> shard.execute(() -> {
                        if (line.remove(call) && line == open) {
                            call.answer().onResponse(response);
                        }
                    }));
        }
    }
}
