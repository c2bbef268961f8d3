package io.highwater.broker.api;

import io.highwater.protocol.ApiKey;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.ApiVersionsRequest;
import io.highwater.protocol.message.ApiVersionsResponse;
import java.util.List;
import java.util.TreeMap;

/**
 * ApiVersions, versions 0 to 4. Lists what the handlers serve, ascending by key, and the finalized features. From version
 * 3 on the client has to name its library in the form of KIP-511. A version above 4 is answered by the network layer in
 * the form of version 0.
 *
 * <p>Gaps: version 5 (the check of cluster and node id); keys of our own from 10000 on are never listed.
 */
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequest, ApiVersionsResponse> {
    private static final short FIRST_VERSION_WITH_SOFTWARE = 3;
    private static final short OWN_KEYS = 10_000;
    private static final String METADATA_VERSION = "metadata.version";

    /** The feature level of the release whose messages we speak (4.0-IV3), the first that all its clients accept. */
    private static final short METADATA_LEVEL = 25;

    private static final short METADATA_LEVEL_LOWEST = 7;

    private final TreeMap<Short, ApiHandler<?, ?>> served = new TreeMap<>();

    /** Speaks for these handlers and itself. */
    public ApiVersionsHandler(final List<? extends ApiHandler<?, ?>> others) {
        others.forEach(handler -> served.put(handler.apiKey().id(), handler));
        served.put(apiKey().id(), this);
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.API_VERSIONS;
    }

    @Override
    public short lowestVersion() {
        return 0;
    }

    @Override
    public short highestVersion() {
        return 4;
    }

    @Override
    public void handle(
            final ApiVersionsRequest request, final RequestContext context, final Reply<ApiVersionsResponse> reply) {
        final ApiVersionsResponse response = new ApiVersionsResponse();
        if (context.apiVersion() >= FIRST_VERSION_WITH_SOFTWARE) {
            if (!isName(request.clientSoftwareName) || !isName(request.clientSoftwareVersion)) {
                response.errorCode = ErrorCode.INVALID_REQUEST.code();
                reply.send(response);
                return;
            }
            context.clientSoftware(request.clientSoftwareName, request.clientSoftwareVersion);
        }
        served.headMap(OWN_KEYS).forEach((key, handler) -> {
            final ApiVersionsResponse.ApiVersion range = new ApiVersionsResponse.ApiVersion();
            range.apiKey = key;
            range.minVersion = handler.lowestVersion();
            range.maxVersion = handler.highestVersion();
            response.apiKeys.add(range);
        });
        final ApiVersionsResponse.SupportedFeatureKey supported = new ApiVersionsResponse.SupportedFeatureKey();
        supported.name = METADATA_VERSION;
        supported.minVersion = METADATA_LEVEL_LOWEST;
        supported.maxVersion = METADATA_LEVEL;
        response.supportedFeatures.add(supported);
        final ApiVersionsResponse.FinalizedFeatureKey finalized = new ApiVersionsResponse.FinalizedFeatureKey();
        finalized.name = METADATA_VERSION;
        finalized.minVersionLevel = METADATA_LEVEL;
        finalized.maxVersionLevel = METADATA_LEVEL;
        response.finalizedFeatures.add(finalized);
        response.finalizedFeaturesEpoch = 0;
        reply.send(response);
    }

    /** Letters and digits, with dots and dashes inside. */
    private static boolean isName(final String text) {
        if (text.isEmpty() || !isAlphanumeric(text.charAt(0)) || !isAlphanumeric(text.charAt(text.length() - 1))) {
            return false;
        }
        for (int i = 1; i < text.length() - 1; i++) {
            final char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(final char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
