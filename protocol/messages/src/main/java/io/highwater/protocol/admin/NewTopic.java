package io.highwater.protocol.admin;

import java.util.Map;

/**
 * A topic to create.
 *
 * @param name its name
 * @param partitions how many, {@link #BROKER_DEFAULT} for the brokers' default
 * @param replicationFactor how many replicas each, {@link #BROKER_DEFAULT} for the brokers' default
 * @param configs settings by name
 */
public record NewTopic(String name, int partitions, int replicationFactor, Map<String, String> configs) {
    /** The brokers decide. */
    public static final int BROKER_DEFAULT = -1;

    /** Keeps an unchangeable copy of the settings; numbers that do not fit the protocol are refused. */
    public NewTopic {
        configs = Map.copyOf(configs);
        if (replicationFactor > Short.MAX_VALUE || replicationFactor < Short.MIN_VALUE) {
            throw new IllegalArgumentException("replication factor " + replicationFactor + " of topic " + name);
        }
    }
}
