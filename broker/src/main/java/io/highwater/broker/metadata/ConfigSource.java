package io.highwater.broker.metadata;

/** Who set a value; the code is the protocol's, in CreateTopics and DescribeConfigs. */
public enum ConfigSource {
    /** The topic. */
    TOPIC(1),
    /** The broker's settings, changed at run time. */
    CHANGED_BROKER(2),
    /** Those of all brokers, changed at run time. */
    CHANGED_ALL_BROKERS(3),
    /** The broker's settings, with which it was started. */
    BROKER(4),
    /** Nobody. */
    DEFAULT(5),
    /** The logger. */
    LOGGER(6);

    private final byte code;

    ConfigSource(final int code) {
        this.code = (byte) code;
    }

    /** The protocol's number. */
    public byte code() {
        return code;
    }
}
