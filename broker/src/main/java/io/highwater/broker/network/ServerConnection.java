package io.highwater.broker.network;

import io.highwater.broker.api.ParkedFetches;
import io.highwater.broker.api.ShardTurns;
import io.highwater.port.Retained;
import io.highwater.port.Shard;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ClientText;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.codec.MalformedMessageException;
import io.highwater.protocol.codec.MessageReader;
import io.highwater.protocol.message.ApiVersionsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.transport.Link;
import io.highwater.protocol.transport.LinkHandler;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. Requests are handed to their handlers as they arrive, so that work of several overlaps; the
 * answers leave strictly in the order of the requests. While too many requests are unanswered, too many bytes of
 * answers wait behind an earlier one, the client does not take what it was sent, or the disk does not keep up with what it
 * sends, the connection is not read.
 *
 * <p>Answers are flushed once per burst: of reads, or of tasks that the shard ran in a row.
 *
 * <p>Confined to the connection's shard.
 */
final class ServerConnection implements LinkHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);
    private static final String UNKNOWN_SOFTWARE = "unknown";

    private Link link;

    /** Requests whose answers have not been written, in the order they came. */
    private final ArrayDeque<Exchange> outstanding = new ArrayDeque<>();

    /** Bytes of answers among them that wait for an earlier one. */
    private long queuedResponseBytes;

    private boolean isPaused;
    private boolean isClosed;

    /** Frames are being delivered: their end is the time to flush. */
    private boolean inReadBurst;

    /** Something was written that was not flushed; a task or the burst's end will. */
    private boolean flushPending;

    private String softwareName = UNKNOWN_SOFTWARE;

    private final RequestDispatcher dispatcher;
    private final Shard shard;
    private final HeldRequest held;
    private final ShardTurns turns;
    private final ParkedFetches.Share parked = new ParkedFetches.Share();

    ServerConnection(final RequestDispatcher dispatcher, final Shard shard) {
        this.dispatcher = dispatcher;
        this.shard = shard;
        this.held = new HeldRequest(dispatcher.appendGate(), shard, dispatcher.metrics(), this::handleAndRead);
        this.turns = new ShardTurns(dispatcher.agendas());
    }

    @Override
    public void onOpen(final Link opened) {
        if (!dispatcher.counts().admit(opened.remoteAddress().getAddress())) {
            dispatcher.metrics().connectionRefused();
            isClosed = true;
            opened.close("too many connections");
            return;
        }
        link = opened;
        dispatcher.metrics().connectionOpened();
    }

    @Override
    public void onFrame(final Link source, final ByteBuf frame) {
        if (isClosed) {
            frame.release();
            return;
        }
        inReadBurst = true;
        Exchange exchange = null;
        try {
            exchange = dispatch(frame);
        } catch (final BadRequestException | MalformedMessageException e) {
            closeBad(e.getMessage());
        } catch (final RuntimeException e) {
            dispatcher.lines().fault("a request", link.remoteAddress(), e);
            closeFor("internal error");
        } finally {
            if (exchange == null) {
                frame.release();
            }
        }
        if (exchange != null) {
            if (held.hold(exchange)) {
                updateReading();
            } else {
                handleAndRead(exchange);
            }
        }
    }

    private void handleAndRead(final Exchange exchange) {
        handle(exchange);
        updateReading();
    }

    private void handle(final Exchange exchange) {
        final Message request = exchange.takeRequest();
        if (request == null) {
            return;
        }
        try {
            exchange.route().handler().handle(request, exchange, exchange);
        } catch (final RuntimeException e) {
            // The agent's top loop: one request's fault must not take the event loop and its other connections along.
            dispatcher.lines().fault("a " + exchange.route().apiKey() + " request", link.remoteAddress(), e);
            closeFor("internal error");
        }
    }

    /** Reads header and body; the exchange that it returns owns the frame. */
    private Exchange dispatch(final ByteBuf frame) throws BadRequestException {
        final int frameBytes = frame.readableBytes() + Integer.BYTES;
        final MessageReader in = new MessageReader(frame, MessageReader.REQUEST_ELEMENTS_MAX);
        final short apiKey = in.readInt16();
        final short version = in.readInt16();
        final int correlationId = in.readInt32();
        final Route route = dispatcher.routeOrNull(apiKey);
        if (route == null) {
            throw new BadRequestException("API key " + apiKey + " is not served");
        }
        final long nowNs = dispatcher.clock().monotonicNs();
        if (!route.serves(version)) {
            if (route.apiKey() != ApiKey.API_VERSIONS) {
                throw new BadRequestException(route.apiKey() + " version " + version + " is not served");
            }
            final Exchange exchange =
                    new Exchange(this, route, (short) 0, correlationId, "", frame, frameBytes, nowNs, null);
            admit(exchange);
            onAnswer(exchange, unsupportedApiVersions(route), Retained.NONE);
            return exchange;
        }
        final String clientId = in.readString(false, true);
        if (route.requestCodec().isFlexible(version)) {
            in.skipTags();
        }
        final Message request = route.requestCodec().read(in, version);
        final Exchange exchange = new Exchange(
                this,
                route,
                version,
                correlationId,
                clientId == null ? "" : clientId,
                frame,
                frameBytes,
                nowNs,
                request);
        admit(exchange);
        return exchange;
    }

    private void admit(final Exchange exchange) {
        outstanding.add(exchange);
        exchange.route().metrics().received();
    }

    /** The one request that is answered in a version it was not asked in: the client learns which ones there are. */
    private static ApiVersionsResponse unsupportedApiVersions(final Route route) {
        final ApiVersionsResponse response = new ApiVersionsResponse();
        response.errorCode = ErrorCode.UNSUPPORTED_VERSION.code();
        final ApiVersionsResponse.ApiVersion range = new ApiVersionsResponse.ApiVersion();
        range.apiKey = ApiKey.API_VERSIONS.id();
        range.minVersion = route.handler().lowestVersion();
        range.maxVersion = route.handler().highestVersion();
        response.apiKeys.add(range);
        return response;
    }

    void onAnswer(final Exchange exchange, final Message response, final Retained lifetime) {
        if (isClosed) {
            lifetime.release();
            return;
        }
        final ByteBuf encoded = encodeOrClose(exchange, response, lifetime);
        if (encoded == null) {
            return;
        }
        queuedResponseBytes += encoded.readableBytes();
        exchange.answered(encoded);
        drain();
    }

    /**
     * Null when the answer can't be written, and the connection is closed: whoever gave the answer goes on with those of
     * others, and the requests behind this one must not wait for ever.
     */
    private ByteBuf encodeOrClose(final Exchange exchange, final Message response, final Retained lifetime) {
        try {
            return ResponseEncoder.encode(
                    link.allocator(),
                    exchange.route(),
                    exchange.apiVersion(),
                    exchange.correlationId(),
                    response,
                    lifetime);
        } catch (final RuntimeException | OutOfMemoryError e) {
            // Netty's bound on memory off the heap is an OutOfMemoryError; the JVM ends itself at those of the heap.
            dispatcher
                    .lines()
                    .fault("the answer to a " + exchange.route().apiKey() + " request", link.remoteAddress(), e);
            closeFor("internal error");
            return null;
        }
    }

    void onNoAnswer(final Exchange exchange) {
        if (!isClosed) {
            exchange.answered(null);
            drain();
        }
    }

    /** Writes every answer whose turn has come. */
    private void drain() {
        Exchange head = outstanding.peek();
        if (head == null || !head.isAnswered()) {
            updateReading();
            return;
        }
        final long nowNs = dispatcher.clock().monotonicNs();
        while (head != null && head.isAnswered()) {
            outstanding.remove();
            final ByteBuf encoded = head.takeAnswer();
            int bytes = 0;
            if (encoded != null) {
                bytes = encoded.readableBytes();
                queuedResponseBytes -= bytes;
                link.write(encoded);
                flushLater();
            }
            head.route().metrics().answered(nowNs - head.arrivedNs(), head.frameBytes(), bytes);
            head = outstanding.peek();
        }
        updateReading();
    }

    private void flushLater() {
        if (!flushPending) {
            flushPending = true;
            if (!inReadBurst) {
                shard.execute(this::flush);
            }
        }
    }

    private void flush() {
        if (flushPending && !isClosed) {
            flushPending = false;
            link.flush();
        }
    }

    private void updateReading() {
        final boolean mayRead = outstanding.size() < dispatcher.limits().requestsMax()
                && queuedResponseBytes < dispatcher.limits().queuedResponseBytesMax()
                && link.isWritable()
                && !held.isWaiting();
        if (isClosed || mayRead != isPaused) {
            return;
        }
        isPaused = !mayRead;
        if (mayRead) {
            link.resumeReading();
        } else {
            link.pauseReading();
        }
    }

    @Override
    public void onReadComplete(final Link source) {
        inReadBurst = false;
        flush();
    }

    @Override
    public void onWritabilityChanged(final Link source) {
        if (!isClosed) {
            updateReading();
        }
    }

    @Override
    public void onRefused(final Link source, final String reason) {
        dispatcher.lines().brokenFrame(source.remoteAddress(), reason);
        dispatcher.metrics().badRequest();
    }

    @Override
    public void onClosed(final Link source, final String reason) {
        if (link == null) {
            return;
        }
        LOG.debug("connection of {} closed: {}", source.remoteAddress(), reason);
        dispatcher.counts().gone(link.remoteAddress().getAddress());
        dispatcher.metrics().connectionClosed();
        drop();
    }

    /** Closes for a reason that is not the client's bytes. */
    void closeFor(final String reason) {
        if (!isClosed) {
            dispatcher.lines().closed(link.remoteAddress(), softwareName, reason);
            drop();
            link.close(reason);
        }
    }

    private void closeBad(final String reason) {
        dispatcher.lines().badRequest(link.remoteAddress(), reason);
        dispatcher.metrics().badRequest();
        drop();
        link.close(reason);
    }

    /** Nothing is answered any more; what handlers still work on is dropped when they answer. */
    private void drop() {
        isClosed = true;
        for (final Exchange exchange : outstanding) {
            final ByteBuf encoded = exchange.takeAnswer();
            if (encoded != null) {
                encoded.release();
            }
            exchange.abandoned();
            exchange.route().metrics().abandoned();
        }
        outstanding.clear();
        held.drop();
    }

    Shard shard() {
        return shard;
    }

    ShardTurns turns() {
        return turns;
    }

    ParkedFetches.Share parked() {
        return parked;
    }

    InetSocketAddress advertisedAddress() {
        return dispatcher.advertisedAddress();
    }

    long linkId() {
        return link.id();
    }

    InetSocketAddress clientAddress() {
        return link.remoteAddress();
    }

    void clientSoftware(final String name, final String version) {
        softwareName = ClientText.shown(version.isEmpty() ? name : name + " " + version);
    }

    String clientSoftwareName() {
        return softwareName;
    }
}
