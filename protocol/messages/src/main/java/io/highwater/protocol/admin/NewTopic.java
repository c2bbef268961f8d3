package io.highwater.protocol.admin;

import java.util.Map;
import java.util.TreeMap;

/**
 * A topic to be created. Immutable.
 *
 * @param name what it is to be called
 * @param partitions how many, or {@link #BROKER_DEFAULT}
 * @param replicationFactor copies of each, or {@link #BROKER_DEFAULT}
 * @param configs topic configs by name, as text
 */
public record NewTopic(String name, int partitions, short replicationFactor, Map<String, String> configs) {
    /** Leave the number to the broker. */
    public static final int BROKER_DEFAULT = -1;

    /** Keeps a sorted copy of the configs. */
    public NewTopic {
        configs = new TreeMap<>(configs);
    }
}
