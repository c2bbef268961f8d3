package io.highwater.broker.network;

import io.highwater.broker.api.ParkedFetches;
import io.highwater.broker.api.Reply;
import io.highwater.broker.api.RequestContext;
import io.highwater.broker.api.ShardTurns;
import io.highwater.port.Retained;
import io.highwater.port.Shard;
import io.highwater.protocol.message.Message;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * One request and its answer, from the frame that was read to the frame that is written. The state is confined to the
 * connection's shard; a reply given on another shard hops over.
 */
final class Exchange implements RequestContext, Reply<Message>, Retained {
    private enum State {
        OPEN,
        ANSWERED,
        WRITTEN
    }

    private State state = State.OPEN;

    /** The encoded answer while it waits for its turn; null before, after, and when there is no answer. */
    private ByteBuf answer;

    /** The request's bytes; null once given back. */
    private ByteBuf frame;

    /** The request until its handler has it. */
    private Message request;

    /** To be run when the connection goes before the answer; null when nobody asked. */
    private Runnable abandonedCallback;

    private final ServerConnection connection;
    private final Route route;
    private final short version;
    private final int correlationId;
    private final String clientId;
    private final ByteBuf frameForRetain;
    private final int frameBytes;
    private final long arrivedNs;

    Exchange(
            final ServerConnection connection,
            final Route route,
            final short version,
            final int correlationId,
            final String clientId,
            final ByteBuf frame,
            final int frameBytes,
            final long arrivedNs,
            final Message request) {
        this.connection = connection;
        this.route = route;
        this.version = version;
        this.correlationId = correlationId;
        this.clientId = clientId;
        this.frame = frame;
        this.frameForRetain = frame;
        this.frameBytes = frameBytes;
        this.arrivedNs = arrivedNs;
        this.request = request;
    }

    /** The request, once; null when it was answered without a handler. */
    Message takeRequest() {
        final Message taken = request;
        request = null;
        return taken;
    }

    /** The connection is gone before the answer: the frame goes too, and who asked to know is told. */
    void abandoned() {
        releaseFrame();
        if (abandonedCallback != null) {
            abandonedCallback.run();
            abandonedCallback = null;
        }
    }

    Route route() {
        return route;
    }

    int correlationId() {
        return correlationId;
    }

    int frameBytes() {
        return frameBytes;
    }

    boolean isAnswered() {
        return state != State.OPEN;
    }

    /** The answer is known; null when the request has none. */
    void answered(final ByteBuf encodedOrNull) {
        if (state != State.OPEN) {
            if (encodedOrNull != null) {
                encodedOrNull.release();
            }
            throw new IllegalStateException(route.apiKey() + " request answered twice");
        }
        state = State.ANSWERED;
        abandonedCallback = null;
        answer = encodedOrNull;
        releaseFrame();
    }

    /** Hands the encoded answer over, to be written or released; null when there is none. */
    ByteBuf takeAnswer() {
        state = State.WRITTEN;
        final ByteBuf taken = answer;
        answer = null;
        return taken;
    }

    @Override
    public void send(final Message response) {
        send(response, NONE);
    }

    @Override
    public void send(final Message response, final Retained lifetime) {
        connection.shard().run(() -> connection.onAnswer(this, response, lifetime));
    }

    @Override
    public void none() {
        connection.shard().run(() -> connection.onNoAnswer(this));
    }

    @Override
    public void close(final String reason) {
        connection.shard().run(() -> connection.closeFor(reason));
    }

    @Override
    public short apiVersion() {
        return version;
    }

    @Override
    public String clientId() {
        return clientId;
    }

    @Override
    public String advertisedHost() {
        return connection.advertisedAddress().getHostString();
    }

    @Override
    public int advertisedPort() {
        return connection.advertisedAddress().getPort();
    }

    @Override
    public long linkId() {
        return connection.linkId();
    }

    @Override
    public InetSocketAddress clientAddress() {
        return connection.clientAddress();
    }

    @Override
    public Shard shard() {
        return connection.shard();
    }

    @Override
    public ShardTurns turns() {
        return connection.turns();
    }

    @Override
    public ParkedFetches.Share parked() {
        return connection.parked();
    }

    @Override
    public long arrivedNs() {
        return arrivedNs;
    }

    @Override
    public Retained frame() {
        return this;
    }

    @Override
    public void retain() {
        frameForRetain.retain();
    }

    @Override
    public void release() {
        frameForRetain.release();
    }

    @Override
    public void releaseFrame() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
    }

    @Override
    public void onAbandoned(final Runnable callback) {
        abandonedCallback = callback;
    }

    @Override
    public void clientSoftware(final String name, final String softwareVersion) {
        connection.clientSoftware(name, softwareVersion);
    }

    @Override
    public String clientSoftwareName() {
        return connection.clientSoftwareName();
    }
}
