package io.highwater.protocol.admin;

import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.DescribeConfigsRequest;
import io.highwater.protocol.message.DescribeConfigsResponse;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Between the protocol's messages about configs and the types of this package. Safe for any thread: it has no state. */
final class ConfigRequests {
    private static final byte DEFAULT_SOURCE = 5;
    private static final byte SET = 0;
    private static final byte DELETE = 1;

    private ConfigRequests() {}

    static DescribeConfigsRequest describe(final List<ConfigScope> scopes) {
        final DescribeConfigsRequest request = new DescribeConfigsRequest();
        request.includeDocumentation = true;
        for (final ConfigScope scope : scopes) {
            final DescribeConfigsRequest.DescribeConfigsResource resource =
                    new DescribeConfigsRequest.DescribeConfigsResource();
            resource.resourceType = scope.type();
            resource.resourceName = scope.name();
            resource.configurationKeys = null;
            request.resources.add(resource);
        }
        return request;
    }

    static List<DescribedConfigs> described(final DescribeConfigsResponse response) {
        final List<DescribedConfigs> all = new ArrayList<>();
        for (final DescribeConfigsResponse.DescribeConfigsResult result : response.results) {
            final List<DescribedConfigs.Entry> entries = new ArrayList<>();
            for (final DescribeConfigsResponse.DescribeConfigsResourceResult config : result.configs) {
                entries.add(new DescribedConfigs.Entry(
                        config.name,
                        config.value,
                        config.configSource == DEFAULT_SOURCE,
                        config.readOnly,
                        config.documentation == null ? "" : config.documentation));
            }
            entries.sort(Comparator.comparing(DescribedConfigs.Entry::name));
            final ErrorCode error = ErrorCode.forCode(result.errorCode);
            all.add(new DescribedConfigs(
                    new ConfigScope(result.resourceType, result.resourceName),
                    error,
                    AdminRequests.text(error, result.errorMessage),
                    entries));
        }
        return all;
    }

    static IncrementalAlterConfigsRequest alter(
            final List<ConfigScope> scopes, final List<ConfigEdit> edits, final boolean validateOnly) {
        final IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest();
        request.validateOnly = validateOnly;
        for (final ConfigScope scope : scopes) {
            final IncrementalAlterConfigsRequest.AlterConfigsResource resource =
                    new IncrementalAlterConfigsRequest.AlterConfigsResource();
            resource.resourceType = scope.type();
            resource.resourceName = scope.name();
            for (final ConfigEdit edit : edits) {
                final IncrementalAlterConfigsRequest.AlterableConfig config =
                        new IncrementalAlterConfigsRequest.AlterableConfig();
                config.name = edit.name();
                config.value = edit.value();
                config.configOperation = edit.value() == null ? DELETE : SET;
                resource.configs.add(config);
            }
            request.resources.add(resource);
        }
        return request;
    }

    static List<Outcome> altered(final IncrementalAlterConfigsResponse response) {
        final List<Outcome> outcomes = new ArrayList<>();
        for (final IncrementalAlterConfigsResponse.AlterConfigsResourceResponse result : response.responses) {
            final ErrorCode error = ErrorCode.forCode(result.errorCode);
            outcomes.add(new Outcome(
                    new ConfigScope(result.resourceType, result.resourceName).toString(),
                    error,
                    AdminRequests.text(error, result.errorMessage)));
        }
        return outcomes;
    }
}
