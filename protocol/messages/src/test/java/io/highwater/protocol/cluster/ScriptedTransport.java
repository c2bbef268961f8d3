package io.highwater.protocol.cluster;

import io.highwater.port.Shard;
import io.highwater.protocol.HeaderVersions;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.codec.MessageReader;
import io.highwater.protocol.codec.MessageWriter;
import io.highwater.protocol.codec.RequestHeaderCodec;
import io.highwater.protocol.codec.ResponseHeaderCodec;
import io.highwater.protocol.message.Message;
import io.highwater.protocol.message.RequestHeader;
import io.highwater.protocol.message.ResponseHeader;
import io.highwater.protocol.transport.FrameLimits;
import io.highwater.protocol.transport.Link;
import io.highwater.protocol.transport.LinkHandler;
import io.highwater.protocol.transport.Listener;
import io.highwater.protocol.transport.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Connections whose other end is the test: it sees each request and answers when and how it likes. */
final class ScriptedTransport implements Transport {
    final List<ScriptedLink> links = new ArrayList<>();
    private final Shard shard;
    /** Connections are refused. */
    boolean isDown;

    ScriptedTransport(final Shard shard) {
        this.shard = shard;
    }

    @Override
    public Listener listen(
            final InetSocketAddress address, final FrameLimits limits, final LinkHandler.Factory handlers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void connect(
            final InetSocketAddress address, final Shard owner, final FrameLimits limits, final LinkHandler handler) {
        final ScriptedLink link = new ScriptedLink(address, handler);
        links.add(link);
        if (isDown) {
            link.close("refused");
        } else {
            shard.execute(() -> handler.onOpen(link));
        }
    }

    @Override
    public List<Shard> shards() {
        return List.of(shard);
    }

    @Override
    public void close() {
        links.forEach(ScriptedLink::close);
    }

    ScriptedLink last() {
        return links.get(links.size() - 1);
    }

    /** A request as the broker sees it. */
    record Received(RequestHeader header, Message message) {}

    /** One connection. */
    final class ScriptedLink implements Link {
        final InetSocketAddress address;
        final List<Received> received = new ArrayList<>();
        private final LinkHandler handler;
        private final List<ByteBuf> unflushed = new ArrayList<>();
        boolean isClosed;

        ScriptedLink(final InetSocketAddress address, final LinkHandler handler) {
            this.address = address;
            this.handler = handler;
        }

        /** Takes the oldest request that was not taken. */
        Received take() {
            return received.remove(0);
        }

        /** Answers the request in its own version. */
        void answer(final Received request, final Message response) {
            answer(request, response, request.header().requestApiVersion, request.header().correlationId);
        }

        @SuppressWarnings("unchecked")
        void answer(final Received request, final Message response, final short version, final int correlationId) {
            final ByteBuf frame = allocator().buffer();
            final MessageWriter out = new MessageWriter(frame);
            final ResponseHeader header = new ResponseHeader();
            header.correlationId = correlationId;
            ResponseHeaderCodec.write(header, out, HeaderVersions.response(request.header().requestApiKey, version));
            ((MessageCodec<Message>) Codecs.response(request.header().requestApiKey)).write(response, out, version);
            answerWith(frame);
        }

        void answerWith(final ByteBuf frame) {
            shard.execute(() -> {
                handler.onFrame(this, frame);
                if (frame.refCnt() != 0) {
                    throw new IllegalStateException("frame not released");
                }
            });
        }

        @Override
        public void flush() {
            for (final ByteBuf frame : unflushed) {
                if (frame.readInt() != frame.readableBytes()) {
                    throw new IllegalStateException("length prefix does not fit");
                }
                final MessageReader in = new MessageReader(frame);
                final short apiKey = frame.getShort(frame.readerIndex());
                final short version = frame.getShort(frame.readerIndex() + Short.BYTES);
                final RequestHeader header = RequestHeaderCodec.read(in, HeaderVersions.request(apiKey, version));
                received.add(new Received(header, Codecs.request(apiKey).read(in, version)));
            }
            unflushed.clear();
        }

        @Override
        public void write(final ByteBuf frameWithLengthPrefix) {
            unflushed.add(frameWithLengthPrefix);
        }

        @Override
        public void close() {
            close("closed");
        }

        @Override
        public void close(final String reason) {
            if (!isClosed) {
                isClosed = true;
                shard.execute(() -> handler.onClosed(this, reason));
            }
        }

        @Override
        public Shard shard() {
            return shard;
        }

        @Override
        public long id() {
            return 1;
        }

        @Override
        public InetSocketAddress remoteAddress() {
            return address;
        }

        @Override
        public InetSocketAddress localAddress() {
            return address;
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void pauseReading() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resumeReading() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ByteBufAllocator allocator() {
            return UnpooledByteBufAllocator.DEFAULT;
        }
    }
}
