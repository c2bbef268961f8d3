package io.highwater.broker.metadata;

import io.highwater.broker.metadata.ConfigChange.Operation;
import io.highwater.protocol.ClientText;
import io.highwater.protocol.ErrorCode;
import io.highwater.protocol.message.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Decides on changes of configs of topics and brokers. Each resource is judged for itself: all of its changes count, or
 * none. A change to what is so already is no error and leaves no record: nor does the deletion of what is not set, whatever
 * its name.
 *
 * <p>Pure; safe for any thread.
 */
final class ConfigAlteration {
    private final TopicConfigs topicConfigs;
    private final Map<String, ServerKey> serverKeys;

    /** Changes made so far by this request. */
    private final List<Message> records = new ArrayList<>();

    ConfigAlteration(final TopicConfigs topicConfigs, final Map<String, ServerKey> serverKeys) {
        this.topicConfigs = topicConfigs;
        this.serverKeys = serverKeys;
    }

    List<Message> records() {
        return records;
    }

    /** What is wrong with the changes of one resource, or null when they are made. */
    Refusal alter(final MetadataImage image, final ConfigResource resource, final List<ConfigChange> changes) {
        final Set<String> seen = new HashSet<>();
        for (final ConfigChange change : changes) {
            if (!seen.add(change.name())) {
                return invalid("Error due to duplicate config keys");
            }
            if (change.operation() == null) {
                return invalid("Unknown operation for config " + ClientText.shown(change.name()) + ".");
            }
            if (change.value() == null && change.operation() != Operation.DELETE) {
                return invalid("Null value not supported for : " + ClientText.shown(change.name()));
            }
        }
        return switch (resource.type()) {
            case ConfigResource.TOPIC -> alterTopic(image, resource.name(), changes);
            case ConfigResource.BROKER -> alterBroker(image, resource.name(), changes);
            case ConfigResource.BROKER_LOGGER ->
                invalid("The levels of loggers can't be changed while the broker runs.");
            case ConfigResource.CLIENT_METRICS -> invalid("There are no client metrics here.");
            case ConfigResource.GROUP -> invalid("Groups have no configs here.");
            default -> invalid("Unknown resource type " + resource.type() + ".");
        };
    }

    private Refusal alterTopic(final MetadataImage image, final String name, final List<ConfigChange> changes) {
        final TopicImage topic = image.topicOrNull(name);
        if (topic == null) {
            return new Refusal(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + ClientText.shown(name) + "' does not exist.");
        }
        PersistentMap<String, String> configs = topic.configs();
        final Map<String, String> changed = new LinkedHashMap<>();
        for (final ConfigChange change : changes) {
            final String value;
            if (change.operation() == Operation.APPEND || change.operation() == Operation.SUBTRACT) {
                final TopicConfigKey key = TopicConfigs.keys().get(change.name());
                if (key == null || key.type() != TopicConfigKey.Type.LIST) {
                    return new Refusal(
                            ErrorCode.INVALID_CONFIG,
                            "Can't " + change.operation() + " to key " + ClientText.shown(change.name())
                                    + " because its type is not LIST.");
                }
                value = listed(topicConfigs.text(configs, change.name()), change);
            } else {
                value = change.operation() == Operation.SET ? change.value() : null;
            }
            configs = value == null ? configs.without(change.name()) : configs.with(change.name(), value);
            changed.put(change.name(), value);
        }
        final String problem = topicConfigs.problemOrNull(configs);
        if (problem != null) {
            return new Refusal(ErrorCode.INVALID_CONFIG, problem);
        }
        changed.forEach((key, value) -> {
            if (!Objects.equals(value, topic.configs().get(key))) {
                records.add(MetadataRecords.topicConfig(topic.id(), key, value));
            }
        });
        return null;
    }

    /** The list with the given elements, each once, or without them. */
    private static String listed(final String present, final ConfigChange change) {
        final Set<String> elements = new LinkedHashSet<>(elements(present));
        if (change.operation() == Operation.APPEND) {
            elements.addAll(elements(change.value()));
        } else {
            elements.removeAll(elements(change.value()));
        }
        return String.join(",", elements);
    }

    private static List<String> elements(final String list) {
        return Arrays.stream(list.split(","))
                .map(String::trim)
                .filter(element -> !element.isEmpty())
                .toList();
    }

    private Refusal alterBroker(final MetadataImage image, final String name, final List<ConfigChange> changes) {
        final int brokerId;
        try {
            brokerId = name.isEmpty() ? MetadataImage.ALL_BROKERS : Integer.parseInt(name);
        } catch (final NumberFormatException e) {
            return invalid("Invalid broker id " + ClientText.shown(name) + ".");
        }
        if (!name.isEmpty() && !Integer.toString(brokerId).equals(name)) {
            // Another spelling would be another resource beside this one in the same request.
            return invalid("Broker id " + ClientText.shown(name) + " is to be written as " + brokerId + ".");
        }
        if (!name.isEmpty() && image.brokerOrNull(brokerId) == null) {
            return invalid("There is no broker " + brokerId + ".");
        }
        for (final ConfigChange change : changes) {
            final Refusal refusal = change.operation() == Operation.DELETE ? null : brokerRefusalOrNull(change);
            if (refusal != null) {
                return refusal;
            }
        }
        final PersistentMap<String, String> present = image.brokerConfigsOf(brokerId);
        for (final ConfigChange change : changes) {
            final String value =
                    change.operation() == Operation.SET ? change.value().trim() : null;
            if (!Objects.equals(value, present.get(change.name()))) {
                records.add(MetadataRecords.brokerConfig(brokerId, change.name(), value));
            }
        }
        return null;
    }

    /** What is wrong with giving a broker's config another value, or null. */
    private Refusal brokerRefusalOrNull(final ConfigChange change) {
        final ServerKey key = serverKeys.get(change.name());
        if (key == null) {
            return new Refusal(
                    ErrorCode.INVALID_CONFIG, "Unknown broker config name: " + ClientText.shown(change.name()));
        }
        if (!key.isDynamic()) {
            return invalid("Cannot update these configs dynamically: " + key.name());
        }
        if (change.operation() != Operation.SET) {
            return new Refusal(ErrorCode.INVALID_CONFIG, key.name() + " is no list.");
        }
        final String problem = key.check().apply(change.value().trim());
        return problem == null ? null : new Refusal(ErrorCode.INVALID_CONFIG, ClientText.shown(problem));
    }

    private static Refusal invalid(final String message) {
        return new Refusal(ErrorCode.INVALID_REQUEST, message);
    }
}
