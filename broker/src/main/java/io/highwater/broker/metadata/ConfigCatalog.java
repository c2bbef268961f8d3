package io.highwater.broker.metadata;

import io.highwater.broker.metadata.ConfigEntry.Synonym;
import io.highwater.protocol.ClientText;
import io.highwater.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every config of every resource, with its value in force and where that comes from. Pure; safe for any thread. */
public final class ConfigCatalog {
    private final TopicConfigs topicConfigs;
    private final TreeMap<String, ServerKey> serverKeys;
    private final Map<String, String> loggers;
    private final int nodeId;

    /**
     * What this node can say.
     *
     * @param topicConfigs by the node's settings
     * @param serverKeys the node's settings by name
     * @param loggers levels by name
     * @param nodeId the node
     */
    public ConfigCatalog(
            final TopicConfigs topicConfigs,
            final Map<String, ServerKey> serverKeys,
            final Map<String, String> loggers,
            final int nodeId) {
        this.topicConfigs = topicConfigs;
        this.serverKeys = new TreeMap<>(serverKeys);
        this.loggers = new TreeMap<>(loggers);
        this.nodeId = nodeId;
    }

    /** Why the resource can't be described here, or null. */
    public Refusal refusalOrNull(final MetadataImage image, final byte type, final String name) {
        return switch (type) {
            case ConfigResource.TOPIC -> topicRefusal(image, name);
            case ConfigResource.BROKER -> name.isEmpty() ? null : nodeRefusal(name);
            case ConfigResource.BROKER_LOGGER -> nodeRefusal(name);
            case ConfigResource.CLIENT_METRICS, ConfigResource.GROUP ->
                name.isEmpty() ? new Refusal(ErrorCode.INVALID_REQUEST, "The name must not be empty.") : null;
            default -> new Refusal(ErrorCode.INVALID_REQUEST, "Unsupported resource type: " + type);
        };
    }

    private static Refusal topicRefusal(final MetadataImage image, final String name) {
        final String problem = TopicNames.problemOrNull(name);
        if (problem != null) {
            return new Refusal(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
        }
        return image.topicOrNull(name) == null
                ? new Refusal(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.defaultMessage())
                : null;
    }

    private Refusal nodeRefusal(final String name) {
        return name.equals(Integer.toString(nodeId))
                ? null
                : new Refusal(
                        ErrorCode.INVALID_REQUEST,
                        "Unexpected broker id, expected " + nodeId + ", but received " + ClientText.shown(name));
    }

    /** The configs of a resource that was not refused, in name order. */
    public List<ConfigEntry> entries(final MetadataImage image, final byte type, final String name) {
        return switch (type) {
            case ConfigResource.TOPIC -> topic(image, image.topicOrNull(name));
            case ConfigResource.BROKER -> name.isEmpty() ? allBrokers(image) : broker(image);
            case ConfigResource.BROKER_LOGGER -> loggers();
            default -> List.of();
        };
    }

    private List<ConfigEntry> topic(final MetadataImage image, final TopicImage topicOrNull) {
        final List<ConfigEntry> entries = new ArrayList<>();
        if (topicOrNull == null) {
            return entries;
        }
        final TopicConfigs changed = topicConfigs.asChanged(image, nodeId);
        for (final TopicConfigs.Effective config : changed.effective(topicOrNull.configs())) {
            final TopicConfigKey key = config.key();
            final List<Synonym> synonyms = new ArrayList<>();
            final String own = topicOrNull.configs().get(key.name());
            if (own != null) {
                synonyms.add(new Synonym(key.name(), own, ConfigSource.TOPIC));
            }
            final String serverName = TopicConfigs.serverNameOrNull(key.name());
            if (serverName != null && serverKeys.containsKey(serverName)) {
                synonyms.addAll(synonyms(image, serverKeys.get(serverName)));
            }
            entries.add(new ConfigEntry(
                    key.name(),
                    config.value(),
                    config.source(),
                    key.type(),
                    false,
                    TopicConfigDocs.of(key.name()),
                    synonyms));
        }
        return entries;
    }

    private List<ConfigEntry> broker(final MetadataImage image) {
        final List<ConfigEntry> entries = new ArrayList<>();
        serverKeys.forEach((name, key) -> {
            final List<Synonym> synonyms = synonyms(image, key);
            final Synonym first = synonyms.get(0);
            entries.add(new ConfigEntry(
                    name, first.value(), first.source(), key.type(), !key.isDynamic(), key.doc(), synonyms));
        });
        return entries;
    }

    /** Every value that a setting has, the one in force first; the default is always the last. */
    private List<Synonym> synonyms(final MetadataImage image, final ServerKey key) {
        final List<Synonym> synonyms = new ArrayList<>();
        add(synonyms, key.name(), image.brokerConfigsOf(nodeId).get(key.name()), ConfigSource.CHANGED_BROKER);
        add(
                synonyms,
                key.name(),
                image.brokerConfigsOf(MetadataImage.ALL_BROKERS).get(key.name()),
                ConfigSource.CHANGED_ALL_BROKERS);
        add(synonyms, key.name(), key.isSet() ? key.value() : null, ConfigSource.BROKER);
        add(synonyms, key.name(), key.defaultValue(), ConfigSource.DEFAULT);
        return synonyms;
    }

    private static void add(
            final List<Synonym> synonyms, final String name, final String valueOrNull, final ConfigSource source) {
        if (valueOrNull != null) {
            synonyms.add(new Synonym(name, valueOrNull, source));
        }
    }

    private List<ConfigEntry> allBrokers(final MetadataImage image) {
        final List<ConfigEntry> entries = new ArrayList<>();
        image.brokerConfigsOf(MetadataImage.ALL_BROKERS).forEach((name, value) -> {
            final ServerKey key = serverKeys.get(name);
            entries.add(new ConfigEntry(
                    name,
                    value,
                    ConfigSource.CHANGED_ALL_BROKERS,
                    key == null ? TopicConfigKey.Type.STRING : key.type(),
                    false,
                    key == null ? "" : key.doc(),
                    List.of(new Synonym(name, value, ConfigSource.CHANGED_ALL_BROKERS))));
        });
        return entries;
    }

    private List<ConfigEntry> loggers() {
        final List<ConfigEntry> entries = new ArrayList<>();
        loggers.forEach((name, level) -> entries.add(new ConfigEntry(
                name,
                level,
                ConfigSource.LOGGER,
                TopicConfigKey.Type.STRING,
                true,
                "The level of this logger, set when the broker starts.",
                List.of(new Synonym(name, level, ConfigSource.LOGGER)))));
        return entries;
    }
}
