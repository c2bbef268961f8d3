package io.highwater.broker.api;

import io.highwater.port.Retained;
import io.highwater.port.Shard;
import java.net.InetSocketAddress;

/**
 * What a handler may know of where a request came from. Immutable but for the client software's name; the accessors
 * are safe for any thread, {@link #releaseFrame} and {@link #clientSoftware} are called on {@link #shard()}.
 */
public interface RequestContext {
    /** Version of the request, and so of the response. */
    short apiVersion();

    /** What the client calls itself, empty when it gave no name. */
    String clientId();

    /** Host to be named to clients of the listener that the request came in on. */
    String advertisedHost();

    /** Port to be named to clients of the listener that the request came in on. */
    int advertisedPort();

    /** Number of the connection, never used twice by one process. */
    long linkId();

    /** Where the client is. */
    InetSocketAddress clientAddress();

    /** The shard of the connection: the handler is called there. */
    Shard shard();

    /** The order of what the connection's requests have done on the shards. */
    ShardTurns turns();

    /** What the connection's fetches keep while they wait; touched on {@link #shard()}. */
    ParkedFetches.Share parked();

    /** Monotonic time at which the request was read, in nanoseconds. */
    long arrivedNs();

    /** Keeps the request's bytes beyond the reply. */
    Retained frame();

    /** Gives the request's bytes back before the reply: no view of them may be touched afterwards. May be repeated. */
    void releaseFrame();

    /** Asks for one call on {@link #shard()} if the connection goes before the answer, for requests that wait long. */
    default void onAbandoned(final Runnable callback) {}

    /** Remembers for the connection what ApiVersions said of the client's library. */
    void clientSoftware(String name, String version);

    /** Name of the client's library, "unknown" before it was told. */
    String clientSoftwareName();
}
