package io.highwater.broker.metadata;

import java.util.List;
import java.util.function.Function;

/**
 * One config that a topic may have.
 *
 * @param name the ecosystem's name.
 * @param type how the value is written.
 * @param defaultValue in force when neither the topic nor the broker says otherwise.
 * @param check what is wrong with a value, or null.
 */
public record TopicConfigKey(String name, Type type, String defaultValue, Function<String, String> check) {
    /** How a value is written; the code is the protocol's. */
    public enum Type {
        /** {@code true} or {@code false}. */
        BOOLEAN(1),
        /** Text. */
        STRING(2),
        /** A 32-bit number. */
        INT(3),
        /** A 64-bit number. */
        LONG(5),
        /** A decimal. */
        DOUBLE(6),
        /** Texts with commas between them. */
        LIST(7);

        private final byte code;

        Type(final int code) {
            this.code = (byte) code;
        }

        /** The protocol's number, in DescribeConfigs. */
        public byte code() {
            return code;
        }
    }

    static TopicConfigKey bool(final String name, final boolean defaultValue) {
        return new TopicConfigKey(
                name,
                Type.BOOLEAN,
                Boolean.toString(defaultValue),
                value -> value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")
                        ? null
                        : "must be true or false");
    }

    static TopicConfigKey int32(final String name, final int defaultValue, final int lowest, final int highest) {
        return whole(name, Type.INT, defaultValue, lowest, highest);
    }

    static TopicConfigKey int64(final String name, final long defaultValue, final long lowest) {
        return whole(name, Type.LONG, defaultValue, lowest, Long.MAX_VALUE);
    }

    static TopicConfigKey ratio(final String name, final double defaultValue) {
        return new TopicConfigKey(name, Type.DOUBLE, Double.toString(defaultValue), value -> {
            try {
                final double parsed = Double.parseDouble(value);
                return parsed >= 0 && parsed <= 1 ? null : "must be between 0 and 1";
            } catch (final NumberFormatException e) {
                return "is not a number";
            }
        });
    }

    static TopicConfigKey oneOf(final String name, final String defaultValue, final String... legal) {
        final List<String> values = List.of(legal);
        return new TopicConfigKey(
                name, Type.STRING, defaultValue, value -> values.contains(value) ? null : "must be one of " + values);
    }

    static TopicConfigKey list(final String name, final String defaultValue, final Function<String, String> check) {
        return new TopicConfigKey(name, Type.LIST, defaultValue, check);
    }

    private static TopicConfigKey whole(
            final String name, final Type type, final long defaultValue, final long lowest, final long highest) {
        return new TopicConfigKey(name, type, Long.toString(defaultValue), value -> {
            try {
                final long parsed = Long.parseLong(value);
                return parsed < lowest || parsed > highest
                        ? "must be at least " + lowest + (highest == Long.MAX_VALUE ? "" : " and at most " + highest)
                        : null;
            } catch (final NumberFormatException e) {
                return "is not a whole number of type " + type;
            }
        });
    }
}
