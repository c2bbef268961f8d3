package io.highwater.broker.network;

import io.highwater.broker.api.ApiHandler;
import io.highwater.broker.observe.Metrics;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.codec.Codecs;
import io.highwater.protocol.codec.MessageCodec;
import io.highwater.protocol.message.Message;

/** What the network layer needs to serve one API. Immutable. */
final class Route {
    private final ApiHandler<Message, Message> handler;
    private final MessageCodec<Message> requestCodec;
    private final MessageCodec<Message> responseCodec;
    private final Metrics.Api metrics;

    @SuppressWarnings("unchecked") // The codecs of an API's key belong to the message types of its handler.
    Route(final ApiHandler<?, ?> handler, final Metrics metrics) {
        final ApiKey key = handler.apiKey();
        this.handler = (ApiHandler<Message, Message>) handler;
        this.requestCodec = (MessageCodec<Message>) Codecs.request(key.id());
        this.responseCodec = (MessageCodec<Message>) Codecs.response(key.id());
        this.metrics = metrics.api(key);
        if (handler.lowestVersion() > handler.highestVersion()) {
            throw new IllegalArgumentException(key + " is served in no version");
        }
    }

    boolean serves(final short version) {
        return version >= handler.lowestServedVersion() && version <= handler.highestVersion();
    }

    ApiKey apiKey() {
        return handler.apiKey();
    }

    ApiHandler<Message, Message> handler() {
        return handler;
    }

    MessageCodec<Message> requestCodec() {
        return requestCodec;
    }

    MessageCodec<Message> responseCodec() {
        return responseCodec;
    }

    /** ApiVersions answers with the old header in every version, so that any client can read it. */
    boolean hasFlexibleResponseHeader(final short version) {
        return handler.apiKey() != ApiKey.API_VERSIONS && responseCodec.isFlexible(version);
    }

    Metrics.Api metrics() {
        return metrics;
    }
}
