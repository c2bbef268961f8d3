package io.highwater.broker.metadata;

import io.highwater.broker.metadata.ConfigChange.Operation;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.AlterConfigsRequest;
import io.highwater.protocol.message.AlterConfigsResponse;
import io.highwater.protocol.message.IncrementalAlterConfigsRequest;
import io.highwater.protocol.message.IncrementalAlterConfigsResponse;
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
        final ConfigAlteration alteration = new ConfigAlteration(topicConfigs, serverKeys);
        final IncrementalAlterConfigsResponse response = new IncrementalAlterConfigsResponse();
        final Map<ConfigResource, Integer> times = new HashMap<>();
        request.resources.forEach(
                asked -> times.merge(new ConfigResource(asked.resourceType, asked.resourceName), 1, Integer::sum));
        for (final IncrementalAlterConfigsRequest.AlterConfigsResource asked : request.resources) {
            final ConfigResource resource = new ConfigResource(asked.resourceType, asked.resourceName);
            final List<ConfigChange> changes = new ArrayList<>();
            asked.configs.forEach(config -> changes.add(
                    new ConfigChange(config.name, Operation.ofCodeOrNull(config.configOperation), config.value)));
            final Refusal refusal = times.get(resource) > 1 ? REPEATED : alteration.alter(image, resource, changes);
            final IncrementalAlterConfigsResponse.AlterConfigsResourceResponse answer =
                    new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse();
            answer.resourceType = asked.resourceType;
            answer.resourceName = asked.resourceName;
            answer.errorCode = codeOf(refusal);
            answer.errorMessage = refusal == null ? null : refusal.message();
            response.responses.add(answer);
        }
        return new Decision<>(request.validateOnly ? List.of() : alteration.records(), response);
    }

    /** Makes the configs those that are named. */
    public Decision<AlterConfigsResponse> decide(final MetadataImage image, final AlterConfigsRequest request) {
        final ConfigAlteration alteration = new ConfigAlteration(topicConfigs, serverKeys);
        final AlterConfigsResponse response = new AlterConfigsResponse();
        final Map<ConfigResource, Integer> times = new HashMap<>();
        request.resources.forEach(
                asked -> times.merge(new ConfigResource(asked.resourceType, asked.resourceName), 1, Integer::sum));
        for (final AlterConfigsRequest.AlterConfigsResource asked : request.resources) {
            final ConfigResource resource = new ConfigResource(asked.resourceType, asked.resourceName);
            final List<ConfigChange> changes = new ArrayList<>();
            final Set<String> named = new HashSet<>();
            asked.configs.forEach(config -> {
                named.add(config.name);
                changes.add(new ConfigChange(config.name, Operation.SET, config.value));
            });
            present(image, resource).forEach((name, value) -> {
                if (!named.contains(name)) {
                    changes.add(new ConfigChange(name, Operation.DELETE, null));
                }
            });
            final Refusal refusal = times.get(resource) > 1 ? REPEATED : alteration.alter(image, resource, changes);
            final AlterConfigsResponse.AlterConfigsResourceResponse answer =
                    new AlterConfigsResponse.AlterConfigsResourceResponse();
            answer.resourceType = asked.resourceType;
            answer.resourceName = asked.resourceName;
            answer.errorCode = codeOf(refusal);
            answer.errorMessage = refusal == null ? null : refusal.message();
            response.responses.add(answer);
        }
        return new Decision<>(request.validateOnly ? List.of() : alteration.records(), response);
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

    private static short codeOf(final Refusal refusalOrNull) {
        return (refusalOrNull == null ? ErrorCode.NONE : refusalOrNull.code()).code();
    }
}
