package io.highwater.broker.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.broker.api.ApiHandler;
import io.highwater.broker.api.ApiVersionsHandler;
import io.highwater.broker.api.Reply;
import io.highwater.broker.api.RequestContext;
import io.highwater.broker.observe.Metrics;
import io.highwater.port.Retained;
import io.highwater.port.SimulatedProcess;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.HeaderVersions;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageReader;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.message.ApiVersionsRequest;
import io.highwater.protocol.message.ApiVersionsResponse;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;
import io.highwater.protocol.message.HeartbeatRequest;
import io.highwater.protocol.message.HeartbeatResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.ProduceResponse;
import io.highwater.protocol.transport.FrameBudget;
import io.highwater.protocol.transport.FrameLimits;
import io.highwater.protocol.transport.Link;
import io.highwater.protocol.transport.LinkHandler;
import io.highwater.protocol.transport.Listener;
import io.highwater.protocol.transport.SimulatedNetwork;
import io.highwater.protocol.transport.Transport;
import io.highwater.protocol.transport.TransportOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client over simulated wires sends frames; handlers answer when the test lets them. */
class ServerConnectionTest {
    private static final int REQUESTS_MAX = 4;
    private static final FrameLimits LIMITS = new FrameLimits(1 << 20, 1 << 20);

    private final SimulatedScheduler scheduler = new SimulatedScheduler(3, new Trace());
    private final SimulatedNetwork network = new SimulatedNetwork(scheduler);
    private final SimulatedProcess serverProcess = scheduler.newProcess("server");
    private final SimulatedProcess clientProcess = scheduler.newProcess("client");
    private final Metrics metrics = new Metrics();
    private final Held<HeartbeatRequest, HeartbeatResponse> heartbeats = new Held<>(ApiKey.HEARTBEAT, 4);
    private final Held<FetchRequest, FetchResponse> fetches = new Held<>(ApiKey.FETCH, 12);
    private final Held<ProduceRequest, ProduceResponse> produces = new Held<>(ApiKey.PRODUCE, 12);
    private boolean isGateOpen = true;
    private final FrameBudget serverBudget = new FrameBudget(8 << 20, 10_000, serverProcess.clock());
    private Client client = new Client();
    private Listener listener;
    private Transport clients;

    /** Keeps the replies for the test. */
    private static final class Held<Q extends Message, R extends Message> implements ApiHandler<Q, R> {
        private final List<Reply<R>> replies = new ArrayList<>();
        private final List<Q> requests = new ArrayList<>();
        private final List<RequestContext> contexts = new ArrayList<>();
        private final ApiKey key;
        private final int highest;

        Held(final ApiKey key, final int highest) {
            this.key = key;
            this.highest = highest;
        }

        @Override
        public ApiKey apiKey() {
            return key;
        }

        @Override
        public short lowestVersion() {
            return key == ApiKey.FETCH ? (short) 4 : 0;
        }

        @Override
        public short highestVersion() {
            return (short) highest;
        }

        @Override
        public void handle(final Q request, final RequestContext context, final Reply<R> reply) {
            requests.add(request);
            contexts.add(context);
            replies.add(reply);
        }
    }

    private static final class Client implements LinkHandler {
        private Link link;
        private String closedFor;
        private final List<ByteBuf> frames = new ArrayList<>();

        @Override
        public void onOpen(final Link opened) {
            link = opened;
        }

        @Override
        public void onFrame(final Link source, final ByteBuf frame) {
            frames.add(Unpooled.copiedBuffer(frame));
            frame.release();
        }

        @Override
        public void onWritabilityChanged(final Link source) {}

        @Override
        public void onClosed(final Link source, final String reason) {
            closedFor = reason;
        }
    }

    @BeforeEach
    void connect() throws Exception {
        final RequestDispatcher dispatcher = new RequestDispatcher(
                List.of(heartbeats, fetches, produces, new ApiVersionsHandler(List.of(heartbeats, fetches, produces))),
                new ConnectionLimits(REQUESTS_MAX, 1 << 20),
                new ConnectionCounts(1, 1, Map.of(), serverProcess.clock()),
                () -> isGateOpen,
                serverProcess.clock(),
                metrics);
        dispatcher.advertise("broker.test", 9092);
        listener = network.newTransport(serverProcess, TransportOptions.server(1), serverBudget)
                .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), LIMITS, dispatcher);
        clients = network.newTransport(
                clientProcess, TransportOptions.client(), new FrameBudget(8 << 20, 10_000, clientProcess.clock()));
        clients.connect(listener.address(), clients.shards().get(0), LIMITS, client);
        assertTrue(scheduler.runUntil(() -> client.link != null, 1_000));
    }

    /** Another client, after the one before was closed. */
    private void connectAnew() {
        client = new Client();
        clients.connect(listener.address(), clients.shards().get(0), LIMITS, client);
        assertTrue(scheduler.runUntil(() -> client.link != null, 1_000));
    }

    private void send(final Message request, final short version, final int correlationId) {
        @SuppressWarnings("unchecked")
        final MessageCodec<Message> codec = (MessageCodec<Message>) Codecs.request(request.apiKey());
        final ByteBuf body = Unpooled.buffer();
        final MessageWriter out = new MessageWriter(body);
        out.writeInt16(request.apiKey());
        out.writeInt16(version);
        out.writeInt32(correlationId);
        out.writeString("tester", false, true);
        if (HeaderVersions.request(request.apiKey(), version) == 2) {
            out.writeUvarint(0);
        }
        codec.write(request, out, version);
        sendFrame(body);
    }

    private void sendFrame(final ByteBuf body) {
        client.link.shard().execute(() -> {
            client.link.write(Unpooled.buffer().writeInt(body.readableBytes()).writeBytes(body));
            client.link.flush();
        });
        scheduler.runFor(50);
    }

    private List<Integer> correlationIds() {
        return client.frames.stream().map(frame -> frame.getInt(0)).toList();
    }

    private void answerHeartbeat(final int index) {
        heartbeats.replies.get(index).send(new HeartbeatResponse());
        scheduler.runFor(50);
    }

    @Test
    void answersInTheOrderOfTheRequestsWhateverTheOrderOfTheReplies() {
        send(new HeartbeatRequest(), (short) 4, 1);
        send(new HeartbeatRequest(), (short) 0, 2);
        send(new HeartbeatRequest(), (short) 3, 3);
        answerHeartbeat(2);
        answerHeartbeat(1);
        assertEquals(List.of(), correlationIds());
        answerHeartbeat(0);
        assertEquals(List.of(1, 2, 3), correlationIds());
        assertEquals(3, metrics.api(ApiKey.HEARTBEAT).requests());
    }

    @Test
    void sendsNothingForARequestWithoutAnswerAndKeepsTheOrderOfTheOthers() {
        send(new HeartbeatRequest(), (short) 0, 1);
        send(new HeartbeatRequest(), (short) 0, 2);
        answerHeartbeat(1);
        heartbeats.replies.get(0).none();
        scheduler.runFor(50);
        assertEquals(List.of(2), correlationIds());
    }

    @Test
    void stopsReadingAboveTheBoundOfUnansweredRequests() {
        for (int i = 0; i < REQUESTS_MAX + 3; i++) {
            send(new HeartbeatRequest(), (short) 0, i);
        }
        assertEquals(REQUESTS_MAX, heartbeats.replies.size());
        answerHeartbeat(0);
        assertEquals(REQUESTS_MAX + 1, heartbeats.replies.size());
    }

    @Test
    void holdsAProduceWhileTheDiskHasToCatchUpAndReadsNothingMeanwhile() {
        isGateOpen = false;
        send(new HeartbeatRequest(), (short) 0, 1);
        send(new ProduceRequest(), (short) 9, 2);
        send(new HeartbeatRequest(), (short) 0, 3);
        send(new ProduceRequest(), (short) 9, 4);
        scheduler.runFor(60_000);
        assertEquals(1, heartbeats.replies.size());
        assertEquals(0, produces.replies.size());
        assertEquals(1, metrics.connectionsMuted());
        assertEquals(1, metrics.api(ApiKey.PRODUCE).inProgress());

        isGateOpen = true;
        scheduler.runFor(50);
        assertEquals(2, produces.replies.size());
        assertEquals(2, heartbeats.replies.size());
        assertEquals(0, metrics.connectionsMuted());
        produces.replies.forEach(reply -> reply.send(new ProduceResponse()));
        answerHeartbeat(0);
        answerHeartbeat(1);
        assertEquals(List.of(1, 2, 3, 4), correlationIds());
    }

    @Test
    void aConnectionThatGoesWhileItsProduceIsHeldTakesItAlong() {
        isGateOpen = false;
        send(new ProduceRequest(), (short) 9, 1);
        client.link.shard().execute(client.link::close);
        scheduler.runFor(50);
        assertEquals(0, metrics.connectionsMuted());
        assertEquals(0, metrics.api(ApiKey.PRODUCE).inProgress());
        isGateOpen = true;
        scheduler.runFor(50);
        assertEquals(0, produces.replies.size());
    }

    @Test
    void closesForAnUnknownKeyAVersionNotServedAndABrokenBody() {
        send(new HeartbeatRequest(), (short) 0, 1);
        sendFrame(Unpooled.buffer().writeShort(9_999).writeShort(0).writeInt(2).writeShort(-1));
        assertTrue(client.closedFor != null);
        assertEquals(1, metrics.badRequests());
        assertEquals(0, metrics.connections());
        answerHeartbeat(0);
        assertEquals(List.of(), correlationIds(), "an answer after the end goes nowhere");
    }

    /** Each of 200 connections is refused for its bytes, half of them as no frame and half as no request. */
    @Test
    void aFloodOfBadConnectionsHasALineForEachCauseAndCountsAll() {
        final List<String> lines = LogCapture.during(() -> {
            for (int i = 0; i < 100; i++) {
                sendFrame(Unpooled.buffer()
                        .writeShort(9_999)
                        .writeShort(0)
                        .writeInt(2)
                        .writeShort(-1));
                connectAnew();
                client.link.shard().execute(() -> {
                    client.link.write(Unpooled.buffer().writeInt(-2));
                    client.link.flush();
                });
                scheduler.runFor(20);
                connectAnew();
            }
        });
        assertEquals(200, metrics.badRequests());
        // A line of each cause for every ten seconds of the seven that it took, and no word of the others.
        assertEquals(2, lines.size(), String.join("\n", lines));
        assertTrue(lines.get(0).contains("for what it sent: API key 9999 is not served"), lines.get(0));
        assertTrue(lines.get(1).contains("for what it sent: a frame of -2 bytes"), lines.get(1));

        scheduler.runFor(10_000);
        final List<String> later = LogCapture.during(() -> sendFrame(
                Unpooled.buffer().writeShort(9_999).writeShort(0).writeInt(2).writeShort(-1)));
        assertEquals(1, later.size());
        assertTrue(later.get(0).contains(" (and of 99 more before it) for what it sent: "), later.get(0));
    }

    /** A fault of ours that a request brings about, and what handlers close for, are not for the log each time either. */
    @Test
    void aFloodOfClosedConnectionsAndFaultsHasALineOfEach() {
        final List<String> lines = LogCapture.during(() -> {
            for (int i = 0; i < 20; i++) {
                send(new HeartbeatRequest(), (short) 0, 1);
                heartbeats.contexts.get(heartbeats.contexts.size() - 1).clientSoftware("tester", "1");
                heartbeats.replies.get(heartbeats.replies.size() - 1).close("no answer to that");
                scheduler.runFor(20);
                connectAnew();
                send(new FetchRequest(), (short) 12, 1);
                fetches.replies.get(fetches.replies.size() - 1).send(unwritable());
                scheduler.runFor(20);
                connectAnew();
            }
        });
        final List<String> heads = lines.stream()
                .filter(line -> line.contains("closing the connection"))
                .toList();
        assertEquals(2, heads.size(), String.join("\n", heads));
        assertTrue(heads.get(0).contains("(tester 1): no answer to that"), heads.get(0));
        assertTrue(heads.get(1).contains("the answer to a FETCH request of "), heads.get(1));
        assertEquals(0, metrics.badRequests());
    }

    @Test
    void closesForAVersionAboveTheHandlers() {
        sendFrame(Unpooled.buffer()
                .writeShort(ApiKey.HEARTBEAT.id())
                .writeShort(5)
                .writeInt(2)
                .writeShort(-1));
        assertTrue(client.closedFor != null);
    }

    @Test
    void closesForABodyThatEndsTooEarly() {
        sendFrame(Unpooled.buffer()
                .writeShort(ApiKey.HEARTBEAT.id())
                .writeShort(0)
                .writeInt(2)
                .writeShort(-1)
                .writeShort(500));
        assertTrue(client.closedFor != null);
        assertEquals(1, metrics.badRequests());
    }

    @Test
    void answersApiVersionsOfTheFutureInVersionZero() {
        sendFrame(Unpooled.buffer()
                .writeShort(ApiKey.API_VERSIONS.id())
                .writeShort(99)
                .writeInt(77)
                .writeBytes(new byte[] {1, 2, 3}));
        final ByteBuf frame = client.frames.get(0);
        assertEquals(77, frame.readInt());
        final ApiVersionsResponse response = (ApiVersionsResponse)
                Codecs.response(ApiKey.API_VERSIONS.id()).read(new MessageReader(frame), (short) 0);
        assertEquals(ErrorCode.UNSUPPORTED_VERSION.code(), response.errorCode);
        assertEquals(1, response.apiKeys.size());
        assertEquals(4, response.apiKeys.get(0).maxVersion);
        assertEquals(0, frame.readableBytes());
    }

    @Test
    void listsWhatTheHandlersServeAscendingByKey() {
        final ApiVersionsRequest request = new ApiVersionsRequest();
        request.clientSoftwareName = "tester";
        request.clientSoftwareVersion = "1.0";
        send(request, (short) 4, 5);
        final ByteBuf frame = client.frames.get(0);
        assertEquals(5, frame.readInt());
        final ApiVersionsResponse response = (ApiVersionsResponse)
                Codecs.response(ApiKey.API_VERSIONS.id()).read(new MessageReader(frame), (short) 4);
        assertEquals(
                List.of((short) 0, (short) 1, (short) 12, (short) 18),
                response.apiKeys.stream().map(range -> range.apiKey).toList());
        assertEquals("metadata.version", response.finalizedFeatures.get(0).name);
    }

    @Test
    void refusesASoftwareNameOutsideOfTheRules() {
        final ApiVersionsRequest request = new ApiVersionsRequest();
        request.clientSoftwareName = "bad name";
        request.clientSoftwareVersion = "1";
        send(request, (short) 3, 5);
        final ByteBuf frame = client.frames.get(0);
        frame.readInt();
        assertEquals(ErrorCode.INVALID_REQUEST.code(), frame.readShort());
    }

    @Test
    void releasesTheMemoryOfRecordsOnceTheyAreSentAndOnlyThen() {
        final AtomicInteger shares = new AtomicInteger(1);
        final Retained lifetime = new Retained() {
            @Override
            public void retain() {
                shares.incrementAndGet();
            }

            @Override
            public void release() {
                shares.decrementAndGet();
            }
        };
        send(new HeartbeatRequest(), (short) 0, 1);
        send(new FetchRequest(), (short) 12, 2);
        final FetchResponse response = new FetchResponse();
        final FetchResponse.FetchableTopicResponse topic = new FetchResponse.FetchableTopicResponse();
        final FetchResponse.PartitionData data = new FetchResponse.PartitionData();
        data.records = ByteBuffer.allocateDirect(5_000);
        topic.partitions.add(data);
        response.responses.add(topic);
        fetches.replies.get(0).send(response, lifetime);
        scheduler.runFor(50);
        assertEquals(1, shares.get(), "the answer waits for the one before it");
        answerHeartbeat(0);
        assertEquals(List.of(1, 2), correlationIds());
        assertEquals(0, shares.get());
        assertTrue(client.frames.get(1).readableBytes() > 5_000);
    }

    /** Aim: what a client sent and gets back may not fit its field, as a name of bytes that are no UTF-8. */
    @Test
    void anAnswerThatCannotBeWrittenEndsTheConnectionAndGivesItsMemoryBack() {
        send(new FetchRequest(), (short) 12, 1);
        send(new HeartbeatRequest(), (short) 4, 2);
        scheduler.runFor(10);
        final AtomicInteger released = new AtomicInteger();

        fetches.replies.get(0).send(unwritable(), new Retained() {
            @Override
            public void retain() {}

            @Override
            public void release() {
                released.incrementAndGet();
            }
        });
        scheduler.runFor(10);

        assertEquals(1, released.get());
        assertEquals(0, client.frames.size());
        assertEquals(0, serverBudget.bytesInFlight());
        assertTrue(client.closedFor != null);
        answerHeartbeat(0);
        scheduler.runFor(10);
        assertEquals(0, client.frames.size());
    }

    private static FetchResponse unwritable() {
        final FetchResponse response = new FetchResponse();
        final FetchResponse.FetchableTopicResponse topic = new FetchResponse.FetchableTopicResponse();
        topic.topic = "n".repeat(Short.MAX_VALUE + 1);
        response.responses.add(topic);
        return response;
    }

    @Test
    void givesBackFramesAndMemoryOfAConnectionThatGoes() {
        final AtomicInteger released = new AtomicInteger();
        final AtomicInteger abandoned = new AtomicInteger();
        send(new FetchRequest(), (short) 12, 1);
        fetches.contexts.get(0).onAbandoned(abandoned::incrementAndGet);
        client.link.close();
        scheduler.runFor(100);
        assertEquals(1, abandoned.get());
        fetches.replies.get(0).send(new FetchResponse(), new Retained() {
            @Override
            public void retain() {}

            @Override
            public void release() {
                released.incrementAndGet();
            }
        });
        scheduler.runFor(10);
        assertEquals(1, released.get());
        assertFalse(metrics.connections() > 0);
    }

    @Test
    void keepsTheBytesOfARequestThatSomebodyRetainsAndTheirPlaceInTheBudgetBeyondTheConnection() {
        send(new HeartbeatRequest(), (short) 0, 1);
        send(new HeartbeatRequest(), (short) 0, 2);
        final Retained frame = heartbeats.contexts.get(0).frame();
        final long bothFrames = serverBudget.bytesInFlight();
        frame.retain();
        client.link.close();
        scheduler.runFor(100);
        assertEquals(bothFrames / 2, serverBudget.bytesInFlight());
        answerHeartbeat(0);
        assertEquals(bothFrames / 2, serverBudget.bytesInFlight(), "the answer gives no share twice");
        frame.release();
        assertEquals(0, serverBudget.bytesInFlight());
    }
}
