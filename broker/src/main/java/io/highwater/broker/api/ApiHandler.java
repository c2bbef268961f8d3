package io.highwater.broker.api;

import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.Message;

/**
 * Answers one API. The version range given here is what ApiVersions advertises and what the network layer accepts, so
 * a handler never sees a version outside it.
 *
 * <p>{@link #handle} is called on the shard of the connection that the request came in on and must not block. One
 * instance serves all connections, so state of its own must be confined to a shard or safe for any thread.
 *
 * @param <Q> the request.
 * @param <R> the response.
 */
public interface ApiHandler<Q extends Message, R extends Message> {
    /** The API that this handler answers. */
    ApiKey apiKey();

    /** Lowest version advertised. */
    short lowestVersion();

    /** Lowest version that is really served: a request of a lower one closes its connection. */
    default short lowestServedVersion() {
        return lowestVersion();
    }

    /** Highest version advertised. */
    short highestVersion();

    /**
     * Answers the request now or later by calling {@code reply} exactly once. Byte fields of the request are views of
     * the receive buffer: they are good until the reply is given; who keeps them longer retains
     * {@link RequestContext#frame()}.
     */
    void handle(Q request, RequestContext context, Reply<R> reply);
}
