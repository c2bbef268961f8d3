package io.highwater.protocol.admin;

/**
 * What has configs. Immutable.
 *
 * @param type the protocol's code
 * @param name a topic's name, a broker's id as text, empty for all brokers
 */
public record ConfigScope(byte type, String name) {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;

    /** A topic. */
    public static ConfigScope topic(final String name) {
        return new ConfigScope(TOPIC, name);
    }

    /** A broker. */
    public static ConfigScope broker(final int id) {
        return new ConfigScope(BROKER, Integer.toString(id));
    }

    /** All brokers. */
    public static ConfigScope allBrokers() {
        return new ConfigScope(BROKER, "");
    }

    @Override
    public String toString() {
        if (type == TOPIC) {
            return "topic " + name;
        }
        return name.isEmpty() ? "all brokers" : "broker " + name;
    }
}
