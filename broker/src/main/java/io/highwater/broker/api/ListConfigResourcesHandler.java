package io.highwater.broker.api;

import io.highwater.broker.metadata.ConfigResource;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ListConfigResourcesRequest;
import io.highwater.protocol.message.ListConfigResourcesResponse;
import java.util.List;
import java.util.Set;

/**
 * ListConfigResources, versions 0 and 1 (KIP-1142): what has configs, of certain types if the client says so. Version 0 asks
 * for client metrics, of which there are none. Groups have no configs here.
 *
 * <p>Safe for any thread.
 */
public final class ListConfigResourcesHandler
        implements ApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponse> {
    private static final Set<Byte> KNOWN = Set.of(
            ConfigResource.TOPIC,
            ConfigResource.BROKER,
            ConfigResource.BROKER_LOGGER,
            ConfigResource.CLIENT_METRICS,
            ConfigResource.GROUP);

    private final MetadataView metadata;

    /** Answers from the newest image. */
    public ListConfigResourcesHandler(final MetadataView metadata) {
        this.metadata = metadata;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LIST_CONFIG_RESOURCES;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 1;
    }

    @Override
    public void handle(
            final ListConfigResourcesRequest request,
            final RequestContext context,
            final Reply<ListConfigResourcesResponse> reply) {
        final ListConfigResourcesResponse response = new ListConfigResourcesResponse();
        if (request.resourceTypes.stream().anyMatch(type -> !KNOWN.contains(type))) {
            response.errorCode = ErrorCode.UNSUPPORTED_VERSION.code();
            reply.send(response);
            return;
        }
        final MetadataImage image = metadata.current();
        if (isAsked(request, context, ConfigResource.TOPIC)) {
            image.topicIds().forEach((name, id) -> add(response, ConfigResource.TOPIC, name));
        }
        for (final byte type : List.of(ConfigResource.BROKER, ConfigResource.BROKER_LOGGER)) {
            if (isAsked(request, context, type)) {
                image.brokers().forEach((id, broker) -> add(response, type, Integer.toString(id)));
            }
        }
        reply.send(response);
    }

    private static boolean isAsked(
            final ListConfigResourcesRequest request, final RequestContext context, final byte type) {
        return context.apiVersion() > 0 && (request.resourceTypes.isEmpty() || request.resourceTypes.contains(type));
    }

    private static void add(final ListConfigResourcesResponse response, final byte type, final String name) {
        final ListConfigResourcesResponse.ConfigResource resource = new ListConfigResourcesResponse.ConfigResource();
        resource.resourceType = type;
        resource.resourceName = name;
        response.configResources.add(resource);
    }
}
