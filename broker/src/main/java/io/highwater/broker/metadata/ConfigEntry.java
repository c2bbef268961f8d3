package io.highwater.broker.metadata;

import java.util.List;

/**
 * A config of a resource as tools are shown it. Immutable.
 *
 * @param name its name.
 * @param value in force.
 * @param source who set it.
 * @param type how it is written.
 * @param isReadOnly true when it can't be changed while the broker runs.
 * @param doc what it does, in a sentence.
 * @param synonyms every value that is set for it, the one in force first.
 */
public record ConfigEntry(
        String name,
        String value,
        ConfigSource source,
        TopicConfigKey.Type type,
        boolean isReadOnly,
        String doc,
        List<Synonym> synonyms) {
    /** Copies the list. */
    public ConfigEntry {
        synonyms = List.copyOf(synonyms);
    }

    /**
     * A value that is set.
     *
     * @param name of the config that has it.
     * @param value the value.
     * @param source who set it.
     */
    public record Synonym(String name, String value, ConfigSource source) {}
}
