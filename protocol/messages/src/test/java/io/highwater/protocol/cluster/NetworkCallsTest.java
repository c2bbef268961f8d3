package io.highwater.protocol.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.highwater.port.Shard;
import io.highwater.port.SimulatedScheduler;
import io.highwater.port.Trace;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ApiVersionsRequest;
import io.highwater.protocol.message.ApiVersionsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.MetadataRequest;
import io.highwater.protocol.message.MetadataResponse;
import io.highwater.protocol.message.ProduceRequest;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkCallsTest {
    private static final InetSocketAddress SEED = InetSocketAddress.createUnresolved("seed", 9092);

    private final SimulatedScheduler scheduler = new SimulatedScheduler(9, new Trace());
    private final Shard shard = scheduler.newShard("client");
    private final ScriptedTransport transport = new ScriptedTransport(shard);
    private final List<String> events = new ArrayList<>();
    private final NetworkCalls calls = new NetworkCalls(
            transport,
            shard,
            List.of(SEED),
            "tester",
            scheduler.clock(),
            scheduler.newRandom(),
            () -> events.add("closed"));

    @Test
    void requestsAreSentInTheHighestVersionThatBothKnow() {
        ask("a", 1_000);
        negotiate(3, 4, 9);
        final ScriptedTransport.Received request = transport.last().take();
        assertEquals(9, request.header().requestApiVersion);
        assertEquals("tester", request.header().clientId);
        transport.last().answer(request, cluster("one"));
        scheduler.runFor(10);
        assertEquals(List.of("a: one"), events);
    }

    @Test
    void aBrokerThatIsNewerThanWeIsAskedInOurHighestVersion() {
        ask("a", 1_000);
        negotiate(3, 0, 99);
        assertEquals(ApiKey.METADATA.highestVersion(), transport.last().take().header().requestApiVersion);
    }

    @Test
    void anOldBrokerIsAskedForItsVersionsAgain() {
        ask("a", 1_000);
        scheduler.runFor(10);
        final ApiVersionsResponse refusal = new ApiVersionsResponse();
        refusal.errorCode = ErrorCode.UNSUPPORTED_VERSION.code();
        final ScriptedTransport.Received first = transport.last().take();
        transport.last().answer(first, refusal, (short) 0, first.header().correlationId);
        negotiate(0, 1, 5);
        assertEquals(5, transport.last().take().header().requestApiVersion);
    }

    @Test
    void noVersionInCommonIsTold() {
        ask("a", 1_000);
        negotiate(3, 90, 99);
        assertEquals(List.of("a failed: UNSUPPORTED_VERSION"), events);
    }

    @Test
    void answersAreMatchedInOrder() {
        ask("a", 1_000);
        ask("b", 1_000);
        negotiate(3, 0, 12);
        final ScriptedTransport.Received a = transport.last().take();
        final ScriptedTransport.Received b = transport.last().take();
        transport.last().answer(a, cluster("one"));
        transport.last().answer(b, cluster("two"));
        scheduler.runFor(10);
        assertEquals(List.of("a: one", "b: two"), events);
        assertEquals(1, transport.links.size());
    }

    @Test
    void anAnswerOutOfOrderEndsTheConnection() {
        ask("a", 1_000);
        ask("b", 1_000);
        negotiate(3, 0, 12);
        transport.last().take();
        transport.last().answer(transport.last().take(), cluster("two"));
        scheduler.runFor(10);
        assertEquals(List.of("a failed: NETWORK_EXCEPTION", "b failed: NETWORK_EXCEPTION"), events);
        assertTrue(transport.last().isClosed);
    }

    @Test
    void anUnreadableAnswerEndsTheConnection() {
        ask("a", 1_000);
        negotiate(3, 0, 12);
        final int correlationId = transport.last().take().header().correlationId;
        transport.last().answerWith(Unpooled.buffer().writeInt(correlationId).writeLong(-1));
        scheduler.runFor(10);
        assertEquals(List.of("a failed: NETWORK_EXCEPTION"), events);
        transport.last().answerWith(Unpooled.buffer().writeByte(1));
        scheduler.runFor(10);
    }

    @Test
    void aRequestThatIsNotAnsweredInTimeEndsTheConnectionAndTheNextGetsANewOne() {
        ask("a", 1_000);
        negotiate(3, 0, 12);
        ask("b", 5_000);
        scheduler.runFor(950);
        assertEquals(List.of(), events);
        scheduler.runFor(50);
        assertEquals(List.of("a failed: REQUEST_TIMED_OUT", "b failed: REQUEST_TIMED_OUT"), events);
        scheduler.runFor(1_000);
        ask("c", 1_000);
        scheduler.runFor(10);
        assertEquals(2, transport.links.size());
    }

    @Test
    void aBrokerThatIsDownIsTriedAgainAfterAPause() {
        transport.isDown = true;
        ask("a", 1_000);
        scheduler.runFor(1);
        ask("b", 1_000);
        scheduler.runFor(1);
        assertEquals(List.of("a failed: BROKER_NOT_AVAILABLE", "b failed: BROKER_NOT_AVAILABLE"), events);
        assertEquals(1, transport.links.size());
        transport.isDown = false;
        scheduler.runFor(100);
        ask("c", 1_000);
        negotiate(3, 0, 12);
        assertEquals(2, transport.links.size());
    }

    @Test
    void aRequestWithoutAnswerIsDoneOnceSent() {
        final ProduceRequest request = new ProduceRequest();
        request.acks = 0;
        shard.execute(() -> calls.sendToAny(request, 1_000, answer("produce")));
        negotiate(3, 0, 12);
        scheduler.runFor(10);
        assertEquals(List.of("produce: done"), events);
    }

    @Test
    void aBrokerIsKnownByItsNewestAddress() {
        shard.execute(() -> calls.send(5, new MetadataRequest(), 1_000, answer("early")));
        shard.execute(() -> calls.learn(List.of(broker(5, "old"))));
        shard.execute(() -> calls.send(5, new MetadataRequest(), 1_000, answer("first")));
        scheduler.runFor(10);
        assertEquals("old", transport.last().address.getHostString());
        shard.execute(() -> calls.learn(List.of(broker(5, "new"))));
        shard.execute(() -> calls.send(5, new MetadataRequest(), 1_000, answer("second")));
        scheduler.runFor(10);
        assertEquals("new", transport.last().address.getHostString());
        assertEquals(List.of("early failed: BROKER_NOT_AVAILABLE", "first failed: BROKER_NOT_AVAILABLE"), events);
    }

    @Test
    void closingFailsWhatIsOpenAndRefusesTheRest() {
        ask("a", 1_000);
        negotiate(3, 0, 12);
        shard.execute(calls::close);
        ask("b", 1_000);
        scheduler.runFor(10);
        assertEquals(List.of("closed", "a failed: NETWORK_EXCEPTION", "b failed: BROKER_NOT_AVAILABLE"), events);
    }

    private void ask(final String name, final long timeoutMs) {
        shard.execute(() -> calls.sendToAny(new MetadataRequest(), timeoutMs, answer(name)));
    }

    /** Answers the question for versions: Metadata and Produce have the given range. */
    private void negotiate(final int version, final int lowest, final int highest) {
        scheduler.runFor(10);
        final ScriptedTransport.Received request = transport.last().take();
        assertTrue(request.message() instanceof ApiVersionsRequest);
        assertEquals(version, request.header().requestApiVersion);
        final ApiVersionsResponse response = new ApiVersionsResponse();
        for (final ApiKey key : List.of(ApiKey.PRODUCE, ApiKey.METADATA)) {
            final ApiVersionsResponse.ApiVersion range = new ApiVersionsResponse.ApiVersion();
            range.apiKey = key.id();
            range.minVersion = (short) lowest;
            range.maxVersion = (short) highest;
            response.apiKeys.add(range);
        }
        transport.last().answer(request, response);
        scheduler.runFor(10);
    }

    private <R extends Message> BrokerCalls.Answer<R> answer(final String name) {
        return new BrokerCalls.Answer<>() {
            @Override
            public void onResponse(final R response) {
                events.add(name + ": " + (response instanceof MetadataResponse it ? it.clusterId : "done"));
            }

            @Override
            public void onFailure(final ErrorCode error, final String reason) {
                events.add(name + " failed: " + error);
            }
        };
    }

    private static MetadataResponse cluster(final String id) {
        final MetadataResponse response = new MetadataResponse();
        response.clusterId = id;
        return response;
    }

    private static MetadataResponse.MetadataResponseBroker broker(final int id, final String host) {
        final MetadataResponse.MetadataResponseBroker broker = new MetadataResponse.MetadataResponseBroker();
        broker.nodeId = id;
        broker.host = host;
        broker.port = 9092;
        return broker;
    }
}
