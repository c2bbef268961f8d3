package io.highwater.broker.api;

import io.highwater.broker.api.FetchSessions.Fetch;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.observe.Metrics;
import io.highwater.port.Clock;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.FetchRequest;
import io.highwater.protocol.message.FetchResponse;

/**
 * Fetch, versions 4 to 18.
 *
 * <ul>
 *   <li>Whole batches below the high-water mark, from the one that holds the offset; the first is returned whatever its
 *       size, the others as the bounds of partition, request and {@code fetch.max.bytes} allow. They are not copied.
 *   <li>Long poll: waits for {@code minBytes} at most {@code maxWaitMs}, and five minutes; an error, a diverging epoch or
 *       more data than fits end the wait at once, and {@link ParkedFetches} bounds what waits.
 *   <li>Sessions (version 7), leader epochs (9) and diverging epochs (12), topic ids (13).
 * </ul>
 *
 * <p>Gaps: without transactions the last stable offset is the high-water mark and no transaction is ever aborted; no
 * preferred replica is named; replicas have their own protocol, so a replica id is ignored. One answer takes the records
 * of one segment per partition.
 */
public final class FetchHandler implements ApiHandler<FetchRequest, FetchResponse> {
    private final FetchSessions sessions;
    private final ParkedFetches parked;
    private final PartitionLookup lookup;
    private final Clock clock;
    private final Metrics metrics;
    private final int bytesMax;
    private final int nodeId;

    /** Reads the partitions hosted here. */
    public FetchHandler(
            final HostedPartitions hosted,
            final MetadataView metadata,
            final FetchSessions sessions,
            final ParkedFetches parked,
            final Clock clock,
            final Metrics metrics,
            final int bytesMax,
            final int nodeId) {
        this.lookup = new PartitionLookup(hosted, metadata);
        this.sessions = sessions;
        this.parked = parked;
        this.clock = clock;
        this.metrics = metrics;
        this.bytesMax = bytesMax;
        this.nodeId = nodeId;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.FETCH;
    }

    @Override
    public short lowestVersion() {
        return 4;
    }

    @Override
    public short highestVersion() {
        return 18;
    }

    @Override
    public void handle(final FetchRequest request, final RequestContext context, final Reply<FetchResponse> reply) {
        final Fetch fetch = sessions.begin(request, context.apiVersion());
        if (fetch.error() != ErrorCode.NONE) {
            final FetchResponse response = new FetchResponse();
            response.errorCode = fetch.error().code();
            reply.send(response);
            return;
        }
        // Nothing of the request is a view of its bytes, so a long poll need not keep them.
        context.releaseFrame();
        new FetchOperation(fetch, request, context, reply, sessions, parked, lookup, metrics, clock, bytesMax, nodeId)
                .start();
    }
}
