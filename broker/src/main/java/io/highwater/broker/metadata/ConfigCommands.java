package io.highwater.broker.metadata;

import io.highwater.broker.metadata.ConfigChange.Operation;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.AlterConfigsRequest;
import io.highwater.protocol.message.AlterConfigsResponse;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsResponse;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The two commands that change configs: one names changes, the older one names everything that is to be, so that what it
 * does not name is deleted.
 *
 * <p>Pure; safe for any thread.
 */
public final class ConfigCommands {
    private static final Refusal REPEATED =
            new Refusal(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.");

    private final TopicConfigs topicConfigs;
    private final Map<String, ServerKey> serverKeys;

    /** Decides by the configs that topics and servers have. */
    public ConfigCommands(final TopicConfigs topicConfigs, final Map<String, ServerKey> serverKeys) {
        this.topicConfigs = topicConfigs;
        this.serverKeys = Map.copyOf(serverKeys);
    }

    /** Changes what is named. */
    public Decision<IncrementalAlterConfigsResponse> decide(
            final MetadataImage image, final IncrementalAlterConfigsRequest request) {
        final List<Asked> asked = new ArrayList<>();
        for (final IncrementalAlterConfigsRequest.AlterConfigsResource each : request.resources) {
            final List<ConfigChange> changes = new ArrayList<>();
            each.configs.forEach(config -> changes.add(
                    new ConfigChange(config.name, Operation.ofCodeOrNull(config.configOperation), config.value)));
            asked.add(new Asked(new ConfigResource(each.resourceType, each.resourceName), changes));
        }
        final IncrementalAlterConfigsResponse response = new IncrementalAlterConfigsResponse();
        return alter(image, asked, request.validateOnly, response, (resource, error, messageOrNull) -> {
            final IncrementalAlterConfigsResponse.AlterConfigsResourceResponse answer =
                    new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse();
            answer.resourceType = resource.type();
            answer.resourceName = resource.name();
            answer.errorCode = error.code();
            answer.errorMessage = messageOrNull;
            response.responses.add(answer);
        });
    }

    /** Makes the configs those that are named. */
    public Decision<AlterConfigsResponse> decide(final MetadataImage image, final AlterConfigsRequest request) {
        final List<Asked> asked = new ArrayList<>();
        for (final AlterConfigsRequest.AlterConfigsResource each : request.resources) {
            final ConfigResource resource = new ConfigResource(each.resourceType, each.resourceName);
            final List<ConfigChange> changes = new ArrayList<>();
            final Set<String> named = new HashSet<>();
            each.configs.forEach(config -> {
                named.add(config.name);
                changes.add(new ConfigChange(config.name, Operation.SET, config.value));
            });
            present(image, resource).forEach((name, value) -> {
                if (!named.contains(name)) {
                    changes.add(new ConfigChange(name, Operation.DELETE, null));
                }
            });
            asked.add(new Asked(resource, changes));
        }
        final AlterConfigsResponse response = new AlterConfigsResponse();
        return alter(image, asked, request.validateOnly, response, (resource, error, messageOrNull) -> {
            final AlterConfigsResponse.AlterConfigsResourceResponse answer =
                    new AlterConfigsResponse.AlterConfigsResourceResponse();
            answer.resourceType = resource.type();
            answer.resourceName = resource.name();
            answer.errorCode = error.code();
            answer.errorMessage = messageOrNull;
            response.responses.add(answer);
        });
    }

    /** Decides on every resource for itself, and gives each its answer in their order. */
    private <R extends Message> Decision<R> alter(
            final MetadataImage image,
            final List<Asked> asked,
            final boolean validateOnly,
            final R response,
            final Answer answer) {
        final Map<ConfigResource, Integer> times = new HashMap<>();
        asked.forEach(each -> times.merge(each.resource, 1, Integer::sum));
        final ConfigAlteration alteration = new ConfigAlteration(topicConfigs, serverKeys);
        for (final Asked each : asked) {
            final Refusal refusal =
                    times.get(each.resource) > 1 ? REPEATED : alteration.alter(image, each.resource, each.changes);
            if (refusal == null) {
                answer.add(each.resource, ErrorCode.NONE, null);
            } else {
                answer.add(each.resource, refusal.code(), refusal.message());
            }
        }
        return new Decision<>(validateOnly ? List.of() : alteration.records(), response);
    }

    /** What the resource has set now. */
    private static PersistentMap<String, String> present(final MetadataImage image, final ConfigResource resource) {
        if (resource.type() == ConfigResource.TOPIC) {
            final TopicImage topic = image.topicOrNull(resource.name());
            return topic == null ? PersistentMap.empty() : topic.configs();
        }
        if (resource.type() != ConfigResource.BROKER) {
            return PersistentMap.empty();
        }
        try {
            return image.brokerConfigsOf(
                    resource.name().isEmpty() ? MetadataImage.ALL_BROKERS : Integer.parseInt(resource.name()));
        } catch (final NumberFormatException e) {
            // No broker, which the alteration says.
            return PersistentMap.empty();
        }
    }

    /** What one resource is to become. */
    private record Asked(ConfigResource resource, List<ConfigChange> changes) {}

    /** Adds what became of a resource to the response. */
    private interface Answer {
        void add(ConfigResource resource, ErrorCode error, String messageOrNull);
    }
}
