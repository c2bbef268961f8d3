package io.highwater.protocol.cluster;

import io.highwater.port.Clock;
import io.highwater.port.Shard;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.HeaderVersions;
import io.highwater.protocol.codec.ApiVersionsResponseCodec;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MalformedMessageException;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageReader;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.codec.RequestHeaderCodec;
import io.highwater.protocol.codec.ResponseHeaderCodec;
import io.highwater.protocol.message.ApiVersionsRequest;
import io.highwater.protocol.message.ApiVersionsResponse;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.ProduceRequest;
import io.highwater.protocol.message.RequestHeader;
import io.highwater.protocol.transport.Link;
import io.highwater.protocol.transport.LinkHandler;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * One connection to a broker: finds out which versions it speaks, then sends each request in the highest version that both
 * know and matches answers to requests in order. Requests wait until the connection stands; one that is not answered in time
 * ends the connection, since answers behind it could not come either.
 *
 * <pre>
 *   CONNECTING -> NEGOTIATING   the connection stands
 *   NEGOTIATING -> SERVING      the broker told its versions
 *   any -> ENDED                closed by either side; nothing follows
 * </pre>
 *
 * <p>Confined to the link's shard.
 */
final class BrokerLink implements LinkHandler {
    /** Waiting and unanswered requests; more are refused. */
    private static final int CALLS_MAX = 1_024;
    /** The first version with the client's name; a broker that does not know it answers as of version 0. */
    private static final short API_VERSIONS_VERSION = 3;

    private static final long NEGOTIATION_TIMEOUT_MS = 10_000;
    private static final int HEAD_BYTES = 512;
    private static final String SOFTWARE_NAME = "highwater-client";
    private static final String SOFTWARE_VERSION = "0.1.0";

    private enum State {
        CONNECTING,
        NEGOTIATING,
        SERVING,
        ENDED
    }

    private final Shard shard;
    private final Clock clock;
    private final String clientId;
    private final Runnable onServing;
    private final Runnable onEnded;
    /** Accepted while the connection does not serve yet. */
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();
    /** Sent and not answered, in order. */
    private final ArrayDeque<Call> unanswered = new ArrayDeque<>();

    private final Map<Short, ApiVersionsResponse.ApiVersion> versions = new HashMap<>();
    private State state = State.CONNECTING;
    private Link link;
    private int nextCorrelationId;
    private Shard.Timer timer;
    private long timerMs;
    /** Written since the last flush. */
    private boolean isFlushDue;

    private static final class Call {
        final Message request;
        final BrokerCalls.Answer<Message> answer;
        final long deadlineMs;
        short version;
        int correlationId;

        Call(final Message request, final BrokerCalls.Answer<Message> answer, final long deadlineMs) {
            this.request = request;
            this.answer = answer;
            this.deadlineMs = deadlineMs;
        }
    }

    BrokerLink(
            final Shard shard,
            final Clock clock,
            final String clientId,
            final Runnable onServing,
            final Runnable onEnded) {
        this.shard = shard;
        this.clock = clock;
        this.clientId = clientId;
        this.onServing = onServing;
        this.onEnded = onEnded;
    }

    @SuppressWarnings("unchecked")
    <R extends Message> void send(final Message request, final long timeoutMs, final BrokerCalls.Answer<R> answer) {
        final Call call = new Call(request, (BrokerCalls.Answer<Message>) answer, clock.monotonicMs() + timeoutMs);
        if (state == State.ENDED || waiting.size() + unanswered.size() >= CALLS_MAX) {
            shard.execute(() -> call.answer.onFailure(ErrorCode.BROKER_NOT_AVAILABLE, "closed or too much to do"));
            return;
        }
        if (state == State.SERVING) {
            write(call);
        } else {
            waiting.add(call);
        }
        watch(call.deadlineMs);
    }

    void close(final String reason) {
        end(reason, ErrorCode.NETWORK_EXCEPTION);
    }

    @Override
    public void onOpen(final Link opened) {
        if (state == State.ENDED) {
            opened.close();
            return;
        }
        link = opened;
        state = State.NEGOTIATING;
        negotiate(API_VERSIONS_VERSION);
    }

    @Override
    public void onFrame(final Link from, final ByteBuf frame) {
        try {
            onResponse(frame);
        } catch (final MalformedMessageException e) {
            end("unreadable answer: " + e.getMessage(), ErrorCode.NETWORK_EXCEPTION);
        } finally {
            frame.release();
        }
    }

    @Override
    public void onWritabilityChanged(final Link from) {
        // Callers bound what they have in flight; what is queued here is part of that.
    }

    @Override
    public void onClosed(final Link from, final String reason) {
        end(reason, ErrorCode.NETWORK_EXCEPTION);
    }

    private void negotiate(final short version) {
        final ApiVersionsRequest request = new ApiVersionsRequest();
        request.clientSoftwareName = SOFTWARE_NAME;
        request.clientSoftwareVersion = SOFTWARE_VERSION;
        final Call call = new Call(request, null, clock.monotonicMs() + NEGOTIATION_TIMEOUT_MS);
        call.version = version;
        writeFrame(call);
        watch(call.deadlineMs);
    }

    private void onResponse(final ByteBuf frame) {
        final Call call = unanswered.peek();
        final MessageReader in = new MessageReader(frame);
        if (call == null || frame.readableBytes() < Integer.BYTES) {
            end("an answer that nobody asked for", ErrorCode.NETWORK_EXCEPTION);
            return;
        }
        final short apiKey = call.request.apiKey();
        final int correlationId =
                ResponseHeaderCodec.read(in, HeaderVersions.response(apiKey, call.version)).correlationId;
        if (correlationId != call.correlationId) {
            end("answer " + correlationId + " in place of " + call.correlationId, ErrorCode.NETWORK_EXCEPTION);
            return;
        }
        if (state == State.NEGOTIATING) {
            onVersions(frame, in, call.version);
            return;
        }
        final Message response = Codecs.response(apiKey).read(in, call.version);
        unanswered.poll();
        call.answer.onResponse(response);
    }

    private void onVersions(final ByteBuf frame, final MessageReader in, final short version) {
        unanswered.poll();
        // An older broker refuses in the layout of version 0; both begin with the error code.
        if (frame.getShort(frame.readerIndex()) == ErrorCode.UNSUPPORTED_VERSION.code() && version > 0) {
            negotiate((short) 0);
            return;
        }
        final ApiVersionsResponse response = ApiVersionsResponseCodec.read(in, version);
        if (response.errorCode != ErrorCode.NONE.code()) {
            end("the broker tells no versions: " + ErrorCode.forCode(response.errorCode), ErrorCode.NETWORK_EXCEPTION);
            return;
        }
        response.apiKeys.forEach(range -> versions.put(range.apiKey, range));
        state = State.SERVING;
        onServing.run();
        while (state == State.SERVING && !waiting.isEmpty()) {
            write(waiting.poll());
        }
    }

    private void write(final Call call) {
        final short apiKey = call.request.apiKey();
        final MessageCodec<?> codec = Codecs.request(apiKey);
        final ApiVersionsResponse.ApiVersion theirs = versions.get(apiKey);
        final int version = theirs == null ? -1 : Math.min(theirs.maxVersion, codec.highestVersion());
        if (theirs == null || version < Math.max(theirs.minVersion, codec.lowestVersion())) {
            shard.execute(() -> call.answer.onFailure(
                    ErrorCode.UNSUPPORTED_VERSION, "no version in common for " + ApiKey.forId(apiKey)));
            return;
        }
        call.version = (short) version;
        writeFrame(call);
    }

    private void writeFrame(final Call call) {
        final short apiKey = call.request.apiKey();
        final RequestHeader header = new RequestHeader();
        header.requestApiKey = apiKey;
        header.requestApiVersion = call.version;
        header.correlationId = nextCorrelationId++;
        header.clientId = clientId;
        call.correlationId = header.correlationId;
        link.write(frame(header, HeaderVersions.request(apiKey, call.version), call));
        flushSoon();
        if (call.request instanceof ProduceRequest produce && produce.acks == 0) {
            shard.execute(() -> call.answer.onResponse(null));
        } else {
            unanswered.add(call);
        }
    }

    /** Length, header and body; records are not copied. */
    @SuppressWarnings("unchecked")
    private ByteBuf frame(final RequestHeader header, final short headerVersion, final Call call) {
        final MessageCodec<Message> codec = (MessageCodec<Message>) Codecs.request(call.request.apiKey());
        final int bytes = RequestHeaderCodec.size(header, headerVersion) + codec.size(call.request, call.version);
        final MessageWriter out = MessageWriter.gathering(link.allocator(), HEAD_BYTES);
        out.writeInt32(bytes);
        RequestHeaderCodec.write(header, out, headerVersion);
        codec.write(call.request, out, call.version);
        return out.finish();
    }

    /** One flush for all that one task writes. */
    private void flushSoon() {
        if (!isFlushDue) {
            isFlushDue = true;
            shard.execute(() -> {
                isFlushDue = false;
                link.flush();
            });
        }
    }

    private void end(final String reason, final ErrorCode error) {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        if (timer != null) {
            timer.cancel();
        }
        if (link != null) {
            link.close(reason);
        }
        onEnded.run();
        // Those that were never sent are known not to have been acted on.
        unanswered.removeIf(call -> call.answer == null);
        unanswered.forEach(call -> fail(call, error, reason));
        waiting.forEach(call -> fail(call, ErrorCode.BROKER_NOT_AVAILABLE, reason));
        unanswered.clear();
        waiting.clear();
    }

    private void fail(final Call call, final ErrorCode error, final String reason) {
        shard.execute(() -> call.answer.onFailure(error, reason));
    }

    /** Looks at deadlines no later than this. */
    private void watch(final long deadlineMs) {
        if (timer != null && timerMs <= deadlineMs) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerMs = deadlineMs;
        timer = shard.schedule(this::onTimer, Math.max(1, deadlineMs - clock.monotonicMs()));
    }

    private void onTimer() {
        timer = null;
        final long nowMs = clock.monotonicMs();
        long next = Long.MAX_VALUE;
        for (final Call call : unanswered) {
            next = Math.min(next, call.deadlineMs);
        }
        for (final Call call : waiting) {
            next = Math.min(next, call.deadlineMs);
        }
        if (next <= nowMs) {
            end("no answer in time", ErrorCode.REQUEST_TIMED_OUT);
        } else if (next != Long.MAX_VALUE) {
            watch(next);
        }
    }
}
