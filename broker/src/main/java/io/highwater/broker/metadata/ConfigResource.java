package io.highwater.broker.metadata;

/**
 * Something that has configs. Immutable.
 *
 * @param type the protocol's code
 * @param name a topic's name, a broker's id as text, empty for all brokers
 */
public record ConfigResource(byte type, String name) {
    /** A topic. */
    public static final byte TOPIC = 2;
    /** A broker, or all. */
    public static final byte BROKER = 4;
    /** The loggers of a broker. */
    public static final byte BROKER_LOGGER = 8;
    /** What clients are asked to measure. */
    public static final byte CLIENT_METRICS = 16;
    /** A consumer group. */
    public static final byte GROUP = 32;
}
