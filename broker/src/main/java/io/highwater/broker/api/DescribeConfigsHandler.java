package io.highwater.broker.api;

import io.highwater.broker.metadata.ConfigCatalog;
import io.highwater.broker.metadata.ConfigEntry;
import io.highwater.broker.metadata.ConfigResource;
import io.highwater.broker.metadata.MetadataImage;
import io.highwater.broker.metadata.MetadataView;
import io.highwater.broker.metadata.Refusal;
import io.highwater.protocol.ApiKey;
import io.highwater.protocol.message.DescribeConfigsRequest;
import io.highwater.protocol.message.DescribeConfigsResponse;
import java.util.HashSet;
import java.util.Set;

/**
 * DescribeConfigs, versions 1 to 4: the configs of topics and brokers, where each value comes from and, if asked, what it
 * means. A broker is described by itself alone; the empty name stands for what was changed for all brokers. No keys, or none
 * at all, means every config.
 *
 * <p>Safe for any thread.
 */
public final class DescribeConfigsHandler implements ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse> {
    private final MetadataView metadata;
    private final ConfigCatalog catalog;

    /** Answers from the newest image. */
    public DescribeConfigsHandler(final MetadataView metadata, final ConfigCatalog catalog) {
        this.metadata = metadata;
        this.catalog = catalog;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_CONFIGS;
    }

    @Override
    public short lowestVersion() {
        return 1;
    }

    @Override
    public short highestVersion() {
        return 4;
    }

    @Override
    public void handle(
            final DescribeConfigsRequest request,
            final RequestContext context,
            final Reply<DescribeConfigsResponse> reply) {
        final DescribeConfigsResponse response = new DescribeConfigsResponse();
        final MetadataImage image = metadata.current();
        final Set<ConfigResource> answered = new HashSet<>();
        for (final DescribeConfigsRequest.DescribeConfigsResource asked : request.resources) {
            // Once each: an answer is many times as long as its question.
            if (answered.add(new ConfigResource(asked.resourceType, asked.resourceName))) {
                response.results.add(result(image, request, asked));
            }
        }
        reply.send(response);
    }

    private DescribeConfigsResponse.DescribeConfigsResult result(
            final MetadataImage image,
            final DescribeConfigsRequest request,
            final DescribeConfigsRequest.DescribeConfigsResource asked) {
        final DescribeConfigsResponse.DescribeConfigsResult result =
                new DescribeConfigsResponse.DescribeConfigsResult();
        result.resourceType = asked.resourceType;
        result.resourceName = asked.resourceName;
        result.errorMessage = null;
        final Refusal refusal = catalog.refusalOrNull(image, asked.resourceType, asked.resourceName);
        if (refusal != null) {
            result.errorCode = refusal.code().code();
            result.errorMessage = refusal.message();
            return result;
        }
        final Set<String> wanted = asked.configurationKeys == null || asked.configurationKeys.isEmpty()
                ? null
                : new HashSet<>(asked.configurationKeys);
        for (final ConfigEntry entry : catalog.entries(image, asked.resourceType, asked.resourceName)) {
            if (wanted == null || wanted.contains(entry.name())) {
                result.configs.add(answer(entry, request));
            }
        }
        return result;
    }

    private static DescribeConfigsResponse.DescribeConfigsResourceResult answer(
            final ConfigEntry entry, final DescribeConfigsRequest request) {
        final DescribeConfigsResponse.DescribeConfigsResourceResult answer =
                new DescribeConfigsResponse.DescribeConfigsResourceResult();
        answer.name = entry.name();
        answer.value = entry.value();
        answer.readOnly = entry.isReadOnly();
        answer.configSource = entry.source().code();
        answer.configType = entry.type().code();
        answer.documentation = request.includeDocumentation ? entry.doc() : null;
        if (request.includeSynonyms) {
            for (final ConfigEntry.Synonym synonym : entry.synonyms()) {
                final DescribeConfigsResponse.DescribeConfigsSynonym told =
                        new DescribeConfigsResponse.DescribeConfigsSynonym();
                told.name = synonym.name();
                told.value = synonym.value();
                told.source = synonym.source().code();
                answer.synonyms.add(told);
            }
        }
        return answer;
    }
}
